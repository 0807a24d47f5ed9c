"""What several surfaces amount to."""

from __future__ import annotations

import itertools

import pytest

from tools.checks.presence import combine, overall
from tools.model import Observation, Presence

A, P, S, D, U = (
    Presence.ABSENT,
    Presence.PROPAGATING,
    Presence.IDENTICAL,
    Presence.DIFFERENT,
    Presence.UNREADABLE,
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([A, A, A], A),
        ([S, S, S], S),
        ([A, S, S], P),
        ([P, S, S], P),
        ([A, U, A], U),
        ([S, U, S], U),
        ([S, D, U], D),
        ([A, D, A], D),
        ([], U),
    ],
)
def test_the_answers_combine(answers: list[Presence], expected: Presence) -> None:
    for order in itertools.permutations(answers):
        assert overall(order) is expected


def test_unreadable_never_counts_as_absent() -> None:
    for others in itertools.product((A, P, S), repeat=3):
        seen = [Observation("f", str(n), answer) for n, answer in enumerate((*others, U))]
        assert combine(seen) is U
