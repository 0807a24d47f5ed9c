"""The goals of the comparison as data, and whether a run meets them.

A goal is a ratio that a call must reach at :data:`JUDGED`. Two more hold: one query with all
threads is :data:`SPEEDUP` times as fast as with one, on two processors, and no call of any
setting is slower than the peer's. A scan cannot gain more by a second thread than reading its
bytes does, which depends on the machine and its neighbours: where plain passes in the same turns
gain less than the goal, a scan that gains as much (:data:`AS_MUCH`) is at the limit of the memory,
and that is the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.bench.ordvec_model import ONE_QUERY, Line, Results, Setting

JUDGED = Setting(dim=1024, rows=100_000, threads=1)
SPREAD = Setting(dim=1024, rows=100_000, threads=0)
SPEEDUP = 1.6
AS_MUCH = 0.95
SLOWER = 1.0
MANY = ", 64 queries"

GOALS: dict[str, float] = {
    f"1 bit, asymmetric{ONE_QUERY}": 20,
    f"1 bit, asymmetric{MANY}": 30,
    f"2 bits, asymmetric{ONE_QUERY}": 5,
    f"2 bits, asymmetric{MANY}": 6,
    f"4 bits, asymmetric{ONE_QUERY}": 4,
    f"4 bits, asymmetric{MANY}": 4,
    f"1 bit, symmetric{ONE_QUERY}": 15,
    f"1 bit, symmetric{MANY}": 15,
    f"2 bits, symmetric{ONE_QUERY}": 10,
    f"2 bits, symmetric{MANY}": 10,
    f"4 bits, symmetric{ONE_QUERY}": 6,
    f"4 bits, symmetric{MANY}": 6,
    f"rank, asymmetric{ONE_QUERY}": 5,
    f"rank, asymmetric{MANY}": 5,
    f"rank, symmetric{ONE_QUERY}": 5,
    f"rank, symmetric{MANY}": 5,
    f"sign, candidates{ONE_QUERY}": 1.4,
    f"sign, candidates{MANY}": 3,
    f"bitmap, search{ONE_QUERY}": 1.4,
    f"bitmap, search{MANY}": 3,
    f"bitmap, candidates{ONE_QUERY}": 1.4,
    f"bitmap, candidates{MANY}": 3,
    f"1 bit, two-stage{ONE_QUERY}": 1.4,
    f"2 bits, two-stage{ONE_QUERY}": 1.4,
    f"4 bits, two-stage{ONE_QUERY}": 1.4,
    "1 bit, add": 4,
    "2 bits, add": 4,
    "4 bits, add": 4,
    "rank, add": 4,
    "bitmap, add": 4,
    "sign, add": 10,
    "1 bit, load": 10,
    "2 bits, load": 10,
    "4 bits, load": 10,
    "rank, load": 8,
    "rank, write": 2,
}


@dataclass(frozen=True, slots=True)
class Goal:
    """What a call must reach, and what it did: `found` is None where it was not measured.

    `memory` is what plain reading reached, where that is a limit.
    """

    name: str
    wanted: float
    found: float | None
    memory: float | None = None

    @property
    def answer(self) -> str:
        if self.found is None:
            return "not measured"
        if self.found >= self.wanted:
            return "met"
        if self.memory is not None and self.found >= AS_MUCH * self.memory:
            return f"memory gives {self.memory:.2f}"
        return "missed"

    def cells(self) -> tuple[str, str, str, str]:
        """Name, what is wanted, what was found, the answer."""
        found = "" if self.found is None else f"{self.found:.2f}"
        return self.name, f"{self.wanted:g}", found, self.answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """All goals, and the calls that are slower than the peer's, of `calls` in all."""

    goals: tuple[Goal, ...]
    slower: tuple[tuple[Setting, Line], ...]
    calls: int

    @property
    def missed(self) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.goals if goal.answer == "missed")

    @property
    def limited(self) -> tuple[Goal, ...]:
        """The goals that the machine's memory does not let anybody reach."""
        return tuple(goal for goal in self.goals if goal.answer.startswith("memory"))

    @property
    def unmeasured(self) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.goals if goal.found is None)

    def cells(self) -> list[tuple[str, str, str, str]]:
        """All goals, then the slower calls, as :meth:`Goal.cells`."""
        slower = [
            (f"{line.name} ({setting})", f"{SLOWER:g}", f"{line.ratio:.2f}", "slower")
            for setting, line in self.slower
        ]
        return [goal.cells() for goal in self.goals] + slower

    @property
    def met(self) -> bool:
        """Whether every goal was measured and met, or limited, and no call is slower."""
        return not (self.missed or self.unmeasured or self.slower)

    @property
    def summary(self) -> str:
        """One line that says it all; it begins with GOALS MET only if `met`."""
        counts = (
            f"{len(self.missed)} of {len(self.goals)} goals missed",
            f"{len(self.limited)} at the limit of the memory",
            f"{len(self.unmeasured)} not measured",
            f"{len(self.slower)} of {self.calls} calls slower than the peer's",
        )
        return f"{'GOALS MET' if self.met else 'GOALS NOT MET'}: {', '.join(counts)}"


def judge(results: Results) -> Verdict:
    """Compares a run with the goals."""
    every = [(setting, line) for setting, lines in results.items() for line in lines]
    slower = tuple((setting, line) for setting, line in every if line.ratio < SLOWER)
    return Verdict((*_ratios(results), *_speedups(results)), slower, len(every))


def _ratios(results: Results) -> Iterator[Goal]:
    found = {line.name: line.ratio for line in results.get(JUDGED, ())}
    for name, wanted in GOALS.items():
        yield Goal(name, wanted, found.get(name))


def _speedups(results: Results) -> Iterator[Goal]:
    found = {line.name: line for line in results.get(SPREAD, ())}
    for name in GOALS:
        if name.endswith(ONE_QUERY):
            line = found.get(name)
            gains = (line.speedup, line.memory) if line else (None, None)
            yield Goal(f"{name}, all threads over one", SPEEDUP, *gains)
