"""The job graph while it runs: a live table on a terminal, one line per event in a pipe.

A terminal often has fewer lines than the graph has jobs. Then what is done and what is to come is
counted, and what runs or has failed stays in sight.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console as RichConsole
from rich.console import ConsoleDimensions
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
            out = RichConsole(file=sys.stderr)
            self._live = Live(
                get_renderable=lambda: self._table(out.size),
                console=out,
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

    def _table(self, size: ConsoleDimensions) -> Table:
        """The rows that fit the terminal, one line each."""
        rows = self._lines()
        above, below = _cut([row.state for row in rows], size.height - 1)
        # Of the width, 15 columns are the mark, the seconds and the padding.
        half = max(8, (size.width - 15) // 2)
        table = Table(box=None, show_header=False, padding=(0, 1))
        for width in (1, half, 6, half):
            table.add_column(no_wrap=True, overflow="ellipsis", max_width=width)
        if above:
            table.add_row("", f"[dim]{len(above)} rows above are done[/]", "", "")
        for index, row in enumerate(rows):
            if index not in above and index not in below:
                style = _STYLE.get(row.state, "")
                mark = f"[{style}]{MARKS.get(row.state, '?')}[/]"
                label = escape(row.label)
                name = label if row.seconds else f"[{style}]{label}[/]"
                table.add_row(mark, name, row.seconds, escape(row.detail))
        if below:
            table.add_row("", f"[dim]{len(below)} jobs to come[/]", "", "")
        return table

    def _lines(self) -> list[_Row]:
        """Every instance, and every job without one, in the order of the graph."""
        with self._lock:
            jobs = {name: dict(found) for name, found in self._rows.items()}
            settled, steps = dict(self._settled), dict(self._step)
        rows = []
        for job, instances in jobs.items():
            if not instances:
                state = settled.get(job, "")
                rows.append(_Row(state, job, "", state))
            for label, record in instances.items():
                ended = bool(record.ended)
                seconds = (record.ended if ended else time.time()) - record.started
                state = record.result if ended else "running"
                detail = "" if ended else steps.get(label, "")
                rows.append(_Row(state, label, f"{seconds:.0f} s", detail))
        return rows


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the table; ``state`` is a key of ``MARKS``."""

    state: str
    label: str
    seconds: str
    detail: str


def _cut(states: Sequence[str], room: int) -> tuple[set[int], set[int]]:
    """The rows to leave out so that the others fit: the first done ones, the last to come.

    Args:
        room: lines; two of them count what is left out.
    """
    surplus = len(states) - room
    if surplus <= 0:
        return set(), set()
    surplus += 2
    to_come = [index for index, state in enumerate(states) if state == ""]
    # What comes next is worth two lines.
    below = set(to_come[2:][-surplus:])
    done = [index for index, state in enumerate(states) if state in (SUCCESS, SKIPPED)]
    return set(done[: surplus - len(below)]), below
