"""Two sides' answers: what counts as equal, and one fixture for each way to differ."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tools.swap_in.compare import Outcome, compare

NAN, INF = float("nan"), float("inf")


def array(dtype: str, *rows: list[Any]) -> dict[str, Any]:
    return {
        "array": {
            "dtype": dtype,
            "shape": [len(rows), len(rows[0])],
            "contiguous": True,
            "writeable": True,
            "data": [value for row in rows for value in row],
            "sha256": "",
        }
    }


def answer(value: Any, kind: str = "exact") -> dict[str, Any]:
    return {"value": value, "warnings": [], "kind": kind, "words": []}


def error(name: str, text: str = "", words: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"error": name, "text": text, "warnings": [], "kind": "exact", "words": list(words)}


def ranked(scores: list[float], ids: list[int]) -> dict[str, Any]:
    return answer({"tuple": [array("<f4", scores), array("<i8", ids)]}, "ranked")


def side() -> dict[str, Any]:
    """Answers of every type."""
    return {
        "a property": answer({"int": 64}),
        "a repr": answer("Rank(dim=64, n=3)"),
        "a norm": answer({"float": 0.5}),
        "scores": answer(array("<f4", [0.5, -0.25]), "close"),
        "counts": answer(array("<u4", [3, 2])),
        "a long one": answer(array("<u4", [3, 2])),
        "a search": ranked([0.9, 0.5, 0.5, 0.1], [3, 0, 2, 1]),
        "a refusal": error("ValueError", "dimension must be 8", ("dimension",)),
    }


def points(ours: dict[str, Any], peer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(x.case, x.point) for x in compare(ours, peer).differences]


def test_equal_sides_do_not_differ() -> None:
    found = compare(side(), side())
    assert found == Outcome(8, found.values, 0.0, "", 0, ())
    assert found.values == 3 + 2 + 2 + 2 + 8


ARRAY = ("array",)
SEARCH = ("tuple",)


@pytest.mark.parametrize(
    ("case", "path", "value", "point"),
    [
        ("a property", ("int",), 65, "value"),
        ("a repr", (), "Rank(dim=64)", "value"),
        ("a repr", (), {"str": "Rank(dim=64, n=3)"}, "value"),
        ("a norm", ("float",), 0.5000001, "scores"),
        ("a norm", (), {"int": 1}, "value"),
        ("scores", (*ARRAY, "dtype"), "<f8", "dtype"),
        ("scores", (*ARRAY, "shape"), [2, 1], "shape"),
        ("scores", (*ARRAY, "contiguous"), False, "contiguous"),
        ("scores", (*ARRAY, "writeable"), False, "writeable"),
        ("scores", (*ARRAY, "data"), [0.5, -0.2502], "scores"),
        ("scores", (*ARRAY, "data"), [0.5, NAN], "scores"),
        ("scores", (*ARRAY, "data"), [0.5, -INF], "scores"),
        ("counts", (*ARRAY, "dtype"), "<i8", "dtype"),
        ("counts", (*ARRAY, "data"), [3, 3], "values"),
        ("a long one", (*ARRAY, "sha256"), "5e", "values"),
        ("a search", (*SEARCH, 0, *ARRAY, "dtype"), "<f8", "dtype"),
        ("a search", (*SEARCH, 1, *ARRAY, "dtype"), "<i4", "dtype"),
        ("a search", (*SEARCH, 1, *ARRAY, "shape"), [4, 1], "shape"),
        ("a search", (*SEARCH, 0, *ARRAY, "data"), [0.9, 0.5, 0.5, 0.2], "scores"),
        ("a search", (*SEARCH, 1, *ARRAY, "data"), [0, 3, 2, 1], "ids"),
        ("a search", (*SEARCH, 1, *ARRAY, "data"), [7, 0, 2, 1], "ids"),
        ("a search", (*SEARCH, 1, *ARRAY, "data"), [3, 2, 2, 1], "ids"),
        ("a search", (), {"tuple": []}, "value"),
    ],
)
def test_a_difference_in_one_place_is_found(
    case: str, path: tuple[str | int, ...], value: Any, point: str
) -> None:
    for swapped in (False, True):
        other = copy.deepcopy(side())
        place: Any = other[case]
        for step in ("value", *path)[:-1]:
            place = place[step]
        place[("value", *path)[-1]] = value
        sides = (side(), other) if swapped else (other, side())
        # Ids in the wrong order may break the contract as well.
        assert [x for x in points(*sides) if x[1] != "contract"] == [(case, point)]


@pytest.mark.parametrize(
    ("case", "other", "point"),
    [
        ("a refusal", error("TypeError", "dimension", ("dimension",)), "error"),
        ("a refusal", error("ValueError", "wrong width", ("dimension",)), "words"),
        ("a property", error("ValueError"), "error"),
        ("a repr", {**answer("Rank(dim=64, n=3)"), "warnings": ["UserWarning"]}, "warnings"),
    ],
)
def test_another_outcome_is_found(case: str, other: dict[str, Any], point: str) -> None:
    assert points({**side(), case: other}, side()) == [(case, point)]


def test_a_call_that_no_longer_fails_is_found() -> None:
    taken = {**answer({"int": 1}), "words": ["dimension"]}
    found = points({**side(), "a refusal": taken}, side())
    assert found == [("a refusal", "error"), ("a refusal", "words")]


@pytest.mark.parametrize("mine", [True, False])
def test_a_name_that_one_side_lacks_is_found(mine: bool) -> None:
    less = side()
    del less["a norm"]
    found = compare(less, side()) if mine else compare(side(), less)
    (difference,) = found.differences
    assert (difference.case, difference.point) == ("a norm", "present")
    assert (difference.ours == "absent") is mine


def test_scores_within_the_tolerance_are_equal() -> None:
    other = {**side(), "a search": ranked([0.90009, 0.5, 0.49995, 0.1], [3, 0, 2, 1])}
    found = compare(other, side())
    assert not found.differences
    assert found.furthest == pytest.approx(9e-5) and found.furthest_in == "a search"


def test_ids_may_change_places_only_in_a_tie() -> None:
    ours = {**side(), "a search": ranked([0.9, 0.50001, 0.5, 0.1], [3, 2, 0, 1])}
    found = compare(ours, side())
    assert not found.differences and found.swapped == 2


@pytest.mark.parametrize(
    ("scores", "ids"), [([0.5, 0.5], [1, 0]), ([0.5, 0.50001], [0, 1]), ([-INF, -INF], [1, 0])]
)
def test_an_order_that_breaks_the_search_contract_is_found(
    scores: list[float], ids: list[int]
) -> None:
    found = ranked(scores, ids)
    assert ("x", "contract") in points({"x": found}, {"x": found})


def test_an_id_from_outside_must_tie_with_the_last_one() -> None:
    last = ranked([0.9, 0.5], [3, 2])
    assert not compare({"x": last}, {"x": ranked([0.9, 0.5], [3, 7])}).differences
    assert points({"x": last}, {"x": ranked([0.9, 0.5], [7, 2])}) == [("x", "ids")]


def test_whole_scores_of_an_exact_case_must_keep_their_ids() -> None:
    one = answer({"tuple": [array("<f4", [3.0, 3.0]), array("<i8", [0, 1])]})
    other = answer({"tuple": [array("<f4", [3.0, 3.0]), array("<i8", [1, 0])]})
    assert points({"x": one}, {"x": other}) == [("x", "values")]


def test_the_zeros_of_an_exact_case_are_apart() -> None:
    zero, minus = answer({"float": 0.0}), answer({"float": -0.0})
    assert points({"x": zero}, {"x": minus}) == [("x", "scores")]
    assert points({"x": answer({"float": NAN})}, {"x": answer({"float": NAN})}) == []
