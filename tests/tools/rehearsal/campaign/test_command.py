"""What a person sees of a campaign: counts, and a violation with the line that replays it."""

from __future__ import annotations

import pytest

from tools.model import Problem
from tools.rehearsal.campaign import report
from tools.rehearsal.campaign.campaign import Violated
from tools.rehearsal.campaign.command import _judged
from tools.rehearsal.campaign.outcome import End
from tools.rehearsal.campaign.performance import Result

NAME = "publish-crate PUT crates.io/api/v1/crates/new #1 kill-after"


def result(end: End = End.COMPLETED, kind: str = "single", *problems: Problem) -> Result:
    return Result(
        name=NAME,
        kind=kind,
        end=end,
        problems=tuple(("I3", problem) for problem in problems),
        stops=(("publish-crate", 1, -9),),
        fired=1,
        whole=False,
        requests=20,
        seconds=0.1,
    )


def test_ends_are_counted_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    results = [result(), result(End.RESUMABLE), result(End.UNREPAIRABLE, "pair")]
    summary = report.summarize(results, 7, 1.5)
    assert summary.ends["single"] == {
        "completed": 1,
        "resumable": 1,
        "refused": 0,
        "unrepairable": 0,
    }
    assert (summary.stops, summary.requests, summary.violations) == ({"-9": 3}, 60, ())
    report.show(summary)
    said = capsys.readouterr().out
    for word in ("seed 7", "completed", "resumable", "refused", "unrepairable", "0 violations"):
        assert word in said
    assert _judged(summary) is summary


def test_a_violation_fails_with_the_line_that_replays_it() -> None:
    twice = Problem("crates.io", "one upload", "two")
    summary = report.summarize([result(), result(End.COMPLETED, "single", twice)], 7, 1.5)
    with pytest.raises(Violated, match="1 of 2 scenarios") as caught:
        _judged(summary)
    (problem,) = caught.value.problems
    assert problem.remedy == f"nox -s campaign -- --replay '{NAME}'"
    assert problem.where.startswith("I3: publish-crate PUT")
    assert caught.value.exit_code == 1
