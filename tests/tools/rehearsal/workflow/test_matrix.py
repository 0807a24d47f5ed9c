"""Matrix expansion: crossing, include, exclude, and what is refused."""

from __future__ import annotations

import pytest

from tools.errors import UsageError
from tools.rehearsal.workflow.matrix import expand, label


def test_lists_are_crossed_in_order() -> None:
    assert expand({"a": [1, 2], "b": ["x"]}) == ({"a": 1, "b": "x"}, {"a": 2, "b": "x"})


def test_include_alone_is_a_list_of_combinations() -> None:
    assert expand({"include": [{"level": "avx2"}, {"level": "neon"}]}) == (
        {"level": "avx2"},
        {"level": "neon"},
    )


def test_include_extends_what_it_does_not_overwrite_else_adds() -> None:
    found = expand(
        {
            "fruit": ["apple", "pear"],
            "include": [{"color": "green"}, {"fruit": "apple", "shape": "round"}, {"fruit": "fig"}],
        }
    )
    assert found == (
        {"fruit": "apple", "color": "green", "shape": "round"},
        {"fruit": "pear", "color": "green"},
        {"fruit": "fig"},
    )


def test_exclude_removes_what_matches_all_its_keys() -> None:
    found = expand({"a": [1, 2], "b": [1, 2], "exclude": [{"a": 1, "b": 2}, {"a": 2}]})
    assert found == ({"a": 1, "b": 1},)


@pytest.mark.parametrize(
    "matrix", [[], "x", {"a": "x"}, {"a": []}, {"include": "x"}, {"include": []}, {}]
)
def test_refused(matrix: object) -> None:
    with pytest.raises(UsageError):
        expand(matrix)


def test_the_label_is_the_one_that_github_shows() -> None:
    assert label("build", {"p": "ordvec", "n": 1, "o": {"x": 1}}) == "build (ordvec, 1)"
    assert label("guard", {}) == "guard"
