"""What a campaign says: counts by kind and end, the violations with the line that replays each."""

from __future__ import annotations

import shlex
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tools.console import console
from tools.model import Problem
from tools.rehearsal.campaign.outcome import End
from tools.rehearsal.campaign.performance import Result


@dataclass(frozen=True, slots=True)
class Violation:
    """A scenario that violates an invariant: which, how, and how to see it again."""

    scenario: str
    invariant: str
    problem: Problem
    replay: str
    folder: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole campaign.

    Attributes:
        seed: of the sample and of the pairs.
        ends: kind of scenario, to how many ended how.
        idle: scenarios whose fault met no request: it lay behind an earlier one.
        whole: scenarios that ran every job to the end, instead of meeting the undisturbed world.
        requests: answered in all scenarios together.
    """

    seed: int
    scenarios: int
    ends: dict[str, dict[str, int]]
    stops: dict[str, int]
    idle: int
    whole: int
    requests: int
    seconds: float
    violations: tuple[Violation, ...]


def replay_line(name: str) -> str:
    """The command that plays one scenario again."""
    return f"nox -s campaign -- --replay {shlex.quote(name)}"


def summarize(results: Sequence[Result], seed: int, seconds: float) -> Summary:
    kinds = dict.fromkeys(result.kind for result in results)
    ends = {
        kind: {str(end): sum(r.kind == kind and r.end is end for r in results) for end in End}
        for kind in kinds
    }
    codes = Counter(str(code) for result in results for _, _, code in result.stops)
    violations = tuple(
        Violation(result.name, name, problem, replay_line(result.name), result.folder)
        for result in results
        for name, problem in result.problems
    )
    return Summary(
        seed=seed,
        scenarios=len(results),
        ends=ends,
        stops=dict(sorted(codes.items(), key=lambda item: int(item[0]))),
        idle=sum(r.fired == 0 for r in results if r.kind in ("single", "pair")),
        whole=sum(r.whole for r in results),
        requests=sum(r.requests for r in results),
        seconds=round(seconds, 1),
        violations=violations,
    )


def show(summary: Summary) -> None:
    """The summary for a person."""
    console.table(
        f"Campaign: {summary.scenarios} scenarios, seed {summary.seed}",
        ("kind", *(str(end) for end in End), "all"),
        [
            *((kind, *row.values(), sum(row.values())) for kind, row in summary.ends.items()),
            (
                "all",
                *(sum(row[str(end)] for row in summary.ends.values()) for end in End),
                summary.scenarios,
            ),
        ],
    )
    codes = ", ".join(f"{code}: {count}" for code, count in summary.stops.items()) or "none"
    console.info(f"jobs that stopped, by exit code (-9 is SIGKILL): {codes}")
    console.info(
        f"{summary.whole} ran every job to the end; {summary.idle} met no request; "
        f"{summary.requests} requests in {summary.seconds:.0f} s"
    )
    count = len(summary.violations)
    (console.success if count == 0 else console.warning)(f"{count} violations")


class Meter:
    """Progress: a bar on a terminal, a line now and then in a log."""

    EVERY = 20.0

    def __init__(self, title: str, total: int) -> None:
        self._title, self._last, self._violated = title, time.monotonic(), 0
        screen = RichConsole(stderr=True)
        self._bar = (
            Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=screen,
            )
            if screen.is_terminal
            else None
        )
        if self._bar is not None:
            self._task = self._bar.add_task(title, total=total)
            self._bar.start()

    def __call__(self, done: int, total: int, result: Result) -> None:
        if result.problems:
            self._violated += 1
            console.warning(f"violated: {replay_line(result.name)}")
        if self._bar is not None:
            text = f"{self._title}, {self._violated} violated"
            self._bar.update(self._task, completed=done, description=text)
        elif time.monotonic() - self._last > self.EVERY:
            self._last = time.monotonic()
            console.info(f"{self._title}: {done} of {total}, {self._violated} violated")

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
