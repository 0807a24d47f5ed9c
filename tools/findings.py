"""What a report of many checks consists of: each looked-at thing, expected against found.

A finding is passed, failed, not applicable or unreadable, and unreadable is never a pass.
:mod:`tools.steps.report` collects, shows and judges them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tools.errors import NotPermitted, ReleaseError
from tools.model import CellState, Problem


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: its name, as the reader knows it.
        remedy: the command or the page that mends it.
        forbidden: unreadable for want of rights: trying again does not help.
    """

    what: str
    state: CellState
    expected: str
    found: str
    remedy: str = ""
    forbidden: bool = False

    @property
    def problem(self) -> Problem:
        return Problem(self.what, self.expected, self.found, self.remedy)


def compare(what: str, expected: object, found: object, remedy: str = "") -> Finding:
    """Passed when both are equal, else failed."""
    state = CellState.PASSED if expected == found else CellState.FAILED
    return Finding(what, state, str(expected), str(found), remedy)


def passed(what: str, expected: str, found: str = "") -> Finding:
    return Finding(what, CellState.PASSED, expected, found or expected)


def failed(what: str, expected: str, found: str, remedy: str = "") -> Finding:
    return Finding(what, CellState.FAILED, expected, found, remedy)


def unreadable(what: str, expected: str, error: ReleaseError) -> Finding:
    """A thing that could not be looked at, and why."""
    forbidden = isinstance(error, NotPermitted)
    reason = error.found or error.message
    return Finding(
        what, CellState.UNREADABLE, expected, reason, error.remedy or "", forbidden=forbidden
    )


def of_problems(what: str, expected: str, problems: Iterable[Problem]) -> list[Finding]:
    """One passed finding, or one failed finding for each problem."""
    listed = [
        failed(f"{what}: {p.where}" if p.where else what, p.expected, p.found, p.remedy)
        for p in problems
    ]
    return listed or [passed(what, expected)]
