"""Reports of many checks: their order, and how many run at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from tools.errors import Transient
from tools.findings import Finding, passed
from tools.model import CellState
from tools.steps import report


def test_checks_of_the_world_run_side_by_side_and_keep_their_order() -> None:
    """Without a network each took its own attempts after the last one's: 50 seconds in all."""
    both = threading.Barrier(2, timeout=20)

    def meet(name: str) -> Iterator[Finding]:
        both.wait()
        yield passed(name, "met")

    def silent() -> list[Finding]:
        raise Transient("no answer")

    checks: list[report.Named] = [
        ("first", "met", lambda: meet("first")),
        ("silent", "an answer", silent),
        ("second", "met", lambda: meet("second")),
    ]
    found = report.collect(checks, workers=3)
    assert [finding.what for finding in found] == ["first", "silent", "second"]
    assert found[1].state is CellState.UNREADABLE
