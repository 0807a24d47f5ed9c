"""The job graph while it runs: a live table on a terminal, one line per event in a pipe."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence

from rich.console import Console as RichConsole
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from tools.console import console
from tools.rehearsal.workflow.gates import ask_on_terminal
from tools.rehearsal.workflow.records import (
    CANCELLED,
    FAILURE,
    SKIPPED,
    SUCCESS,
    InstanceRecord,
    JobRecord,
    StepRecord,
)

MARKS = {SUCCESS: "✓", FAILURE: "✗", CANCELLED: "■", SKIPPED: "·", "running": "▶", "": " "}
_STYLE = {SUCCESS: "green", FAILURE: "bold red", SKIPPED: "dim", "running": "cyan", "": "dim"}


class Board:
    """A listener that shows the run. On a terminal it is a table that :meth:`live` keeps fresh.

    Args:
        jobs: job ids in the order of the graph.
        terminal: whether to draw; otherwise lines are printed.
    """

    def __init__(self, jobs: Sequence[str], *, terminal: bool) -> None:
        self._rows: dict[str, dict[str, InstanceRecord]] = {name: {} for name in jobs}
        self._settled: dict[str, str] = {}
        self._step: dict[str, str] = {}
        self._lock = threading.Lock()
        self._live: Live | None = None
        self.terminal = terminal

    def __enter__(self) -> Board:
        if self.terminal:
            self._live = Live(
                get_renderable=self._table,
                console=RichConsole(file=sys.stderr),
                refresh_per_second=4,
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def ask(self, question: str) -> bool:
        """Ask for an approval, with the table out of the way."""
        if self._live is None:
            return ask_on_terminal(question)
        self._live.stop()
        try:
            return ask_on_terminal(question)
        finally:
            self._live.start()

    # -------------------------------------------------------------- listener

    def job_started(self, record: InstanceRecord) -> None:
        with self._lock:
            self._rows.setdefault(record.job, {})[record.label] = record
            self._settled.pop(record.job, None)
        if not self.terminal:
            where = f"  (on {record.runs_on})" if record.foreign else ""
            console.info(f"{MARKS['running']} {record.label}{where}")

    def step_started(self, record: InstanceRecord, step: StepRecord) -> None:
        with self._lock:
            self._step[record.label] = step.title

    def step_ended(self, record: InstanceRecord, step: StepRecord) -> None:
        if not self.terminal and step.note.startswith("not rehearsed"):
            console.info(f"  {record.label}: {step.note}")

    def job_ended(self, record: InstanceRecord) -> None:
        with self._lock:
            self._rows.setdefault(record.job, {})[record.label] = record
            self._step.pop(record.label, None)
        if not self.terminal:
            detail = f": {record.message}" if record.message else ""
            console.info(f"{MARKS[record.result]} {record.label}  {record.seconds:.1f} s{detail}")

    def job_settled(self, record: JobRecord) -> None:
        with self._lock:
            self._settled[record.id] = record.result
        if not self.terminal and record.result == SKIPPED:
            console.info(f"{MARKS[SKIPPED]} {record.id} skipped")

    # -------------------------------------------------------------- table

    def _table(self) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 1))
        with self._lock:
            rows = {name: dict(found) for name, found in self._rows.items()}
            settled, steps = dict(self._settled), dict(self._step)
        for job, instances in rows.items():
            if not instances:
                state = settled.get(job, "")
                table.add_row(self._mark(state), f"[{_STYLE.get(state, '')}]{job}[/]", "", state)
            for label, record in instances.items():
                ended = bool(record.ended)
                state = record.result if ended else "running"
                seconds = (record.ended if ended else time.time()) - record.started
                detail = "" if ended else steps.get(label, "")
                table.add_row(
                    self._mark(state), escape(label), f"{seconds:.0f} s", escape(detail[:70])
                )
        return table

    @staticmethod
    def _mark(state: str) -> str:
        return f"[{_STYLE.get(state, '')}]{MARKS.get(state, '?')}[/]"
