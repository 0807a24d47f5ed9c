"""What an exit code may claim: each untruth is a violation, named after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tools.rehearsal.campaign import outcome
from tools.rehearsal.campaign.outcome import End, Stop
from tools.rehearsal.campaign.scenario import parse
from tools.rehearsal.campaign.theatre import Snapshot
from tools.rehearsal.world.cratesio.store import CrateVersion

STATUS = parse("publish-pypi GET pypi.org/x #1 status-503")
FLIP = parse("publish-pypi GET pypi.org/x #1 flip-byte")
KILL = parse("publish-pypi GET pypi.org/x #1 kill-after")
LASTING = parse("publish-pypi GET pypi.org/x #1 status-503 lasting")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOMETHING = Snapshot(crates=(CrateVersion(1, "ordvec", "0.7.0", b"", "0" * 64, 0, NOW),))


def stop(code: int, world: Snapshot = SOMETHING, said: str = "") -> Stop:
    kind = outcome.STOPS.get(code)
    words = said or (f"[{kind.situation}] it failed" if kind else "it failed")
    log = f"t working\nt error: {words}\nt   remedy: re-run this job"
    return Stop("publish-pypi", 1, code, log, world)


@pytest.mark.parametrize("code", [20, 75])
def test_a_truthful_stop_passes(code: int) -> None:
    assert outcome.problems(stop(code), STATUS) == []


@pytest.mark.parametrize("code", [1, 2, 70, 137, -100])
def test_an_undeclared_exit_code_is_a_violation(code: int) -> None:
    (problem,) = outcome.problems(stop(code), STATUS)
    assert "exit code among" in problem.expected


def test_refused_with_something_public_is_a_violation() -> None:
    (problem,) = outcome.problems(stop(10), STATUS)
    assert "nothing published" in problem.expected
    assert outcome.problems(stop(10, Snapshot()), STATUS) == []


@pytest.mark.parametrize("code", [20, 21])
def test_partly_published_with_nothing_public_is_a_violation(code: int) -> None:
    (problem,) = outcome.problems(stop(code, Snapshot()), STATUS)
    assert "something published" in problem.expected


def test_a_mismatch_without_altered_bytes_is_a_violation() -> None:
    (problem,) = outcome.problems(stop(30), STATUS)
    assert "alters bytes" in problem.expected
    assert outcome.problems(stop(30), FLIP) == []


def test_a_death_that_nobody_caused_is_a_violation() -> None:
    assert outcome.problems(stop(-9), STATUS)
    assert outcome.problems(stop(-9), KILL) == []


def test_a_stop_without_its_sentence_is_a_violation() -> None:
    silent = replace(stop(75), said="t working")
    assert {p.expected for p in outcome.problems(silent, STATUS)} >= {"a remedy"}


def test_the_sentence_of_another_situation_is_a_violation() -> None:
    assert outcome.problems(stop(75, said="[wrong call] it failed"), STATUS)


def test_a_stop_without_a_remedy_is_a_violation() -> None:
    bare = replace(stop(75), said="t error: [transient, retry] it failed")
    (problem,) = outcome.problems(bare, STATUS)
    assert problem.expected == "a remedy"


def test_a_remedy_after_a_long_error_counts() -> None:
    long = "\n".join(f"t twine said {number}" for number in range(300))
    said = f"t error: [transient, retry] it failed\n{long}\nt   remedy: re-run this job"
    assert outcome.problems(replace(stop(75), said=said), STATUS) == []


def test_a_healthy_world_must_complete() -> None:
    found = outcome.verdict(STATUS, [stop(75)], End.RESUMABLE, False)
    assert [p.expected for p in found] == ["a complete release"]
    assert outcome.verdict(LASTING, [stop(75)], End.RESUMABLE, False) == []


def test_a_claim_that_nothing_helps_is_tried_out() -> None:
    found = outcome.verdict(LASTING, [stop(21)], End.UNREPAIRABLE, True)
    assert [p.expected for p in found] == ["no re-run completes"]


def test_a_burnt_tag_name_must_end_unrepairable() -> None:
    burnt = parse("world partial-publishes=1")
    assert outcome.verdict(burnt, [], End.COMPLETED, False)
    assert outcome.verdict(burnt, [stop(21)], End.UNREPAIRABLE, False) == []


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        (10, End.REFUSED),
        (20, End.RESUMABLE),
        (21, End.UNREPAIRABLE),
        (30, End.REFUSED),
        (75, End.RESUMABLE),
        (-9, End.RESUMABLE),
    ],
)
def test_each_stop_has_its_end(code: int, ended: End) -> None:
    assert outcome.end(False, stop(code)) is ended
    assert outcome.end(True, stop(code)) is End.COMPLETED
