"""Intended differences: each must be there, and excuses no more than it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tools.errors import GateRefused
from tools.swap_in.command import conclude, require
from tools.swap_in.compare import Difference, Outcome
from tools.swap_in.excuses import EXCUSES, Excuse, judge

FOUND = Difference("Rank.load: missing", "error", "FileNotFoundError: x", "OSError: x")
EXCUSE = Excuse("*.load: missing", "error", "FileNotFoundError", "OSError", "a subclass")


def outcome(*differences: Difference) -> Outcome:
    return Outcome(9, 99, 0.0, "", 0, differences)


def test_an_excused_difference_is_counted_and_passes() -> None:
    result = conclude(
        outcome(FOUND, replace(FOUND, case="Bitmap.load: missing")), (EXCUSE,), "a", "b"
    )
    assert result.intended == ((EXCUSE, 2),)
    assert require(result) is result


@pytest.mark.parametrize(
    "change",
    [
        {"case": "Rank.load: a folder"},
        {"point": "words"},
        {"ours": "PermissionError: x"},
        {"peer": "ValueError: x"},
    ],
)
def test_an_excuse_covers_nothing_else(change: dict[str, str]) -> None:
    judged = judge([FOUND, replace(FOUND, **change)], [EXCUSE])
    assert judged.left == (replace(FOUND, **change),)


def test_a_difference_without_an_excuse_fails() -> None:
    with pytest.raises(GateRefused, match="1 differences, 0 stale") as caught:
        require(conclude(outcome(FOUND), (), "a", "b"))
    assert caught.value.exit_code == 10
    assert "Rank.load: missing: error" in str(caught.value)


def test_a_stale_excuse_fails() -> None:
    with pytest.raises(GateRefused, match="0 differences, 1 stale"):
        require(conclude(outcome(), (EXCUSE,), "a", "b"))


def test_an_excuse_that_another_one_makes_needless_is_stale() -> None:
    wider = replace(EXCUSE, cases="*")
    assert judge([FOUND], [wider, EXCUSE]).stale == (EXCUSE,)


def test_every_excuse_gives_its_reason_and_excuses_one_point() -> None:
    assert all(x.reason and x.point and x.cases.strip("*: ") for x in EXCUSES)
    assert len(set(EXCUSES)) == len(EXCUSES)
