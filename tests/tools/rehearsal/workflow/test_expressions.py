"""GitHub's expression language: values, coercion, precedence, and what it refuses."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.rehearsal.workflow.evaluation import evaluate
from tools.rehearsal.workflow.functions import COMMON, hash_files_in
from tools.rehearsal.workflow.syntax import parse
from tools.rehearsal.workflow.templates import Scope, condition, resolve
from tools.rehearsal.workflow.values import (
    Closed,
    ExpressionError,
    equal,
    number_of,
    text_of,
    truthy,
)

CONTEXTS = {
    "github": {"ref": "refs/tags/v1.2.3", "event": {"commits": [{"id": "a"}, {"id": "b"}]}},
    "matrix": {"level": "AVX2", "n": 3},
    "needs": {"guard": {"outputs": {"release": "true", "wheels": '[{"p": "x"}]'}}},
    "env": {"A-B": "dash"},
}


def value(text: str) -> object:
    return evaluate(parse(text), CONTEXTS, COMMON)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("null", None),
        ("-2.5e1", -25.0),
        ("0xff", 255.0),
        ("'it''s'", "it's"),
        ("needs.guard.outputs.release == 'true'", True),
        ("github.REF == 'REFS/tags/v1.2.3'", True),
        ("matrix['level']", "AVX2"),
        ("github.event.commits[1].id", "b"),
        ("join(github.event.commits.*.id, '+')", "a+b"),
        ("github.nothing.at.all", None),
        ("env.A-B", "dash"),
        ("!github.nothing && 'yes' || 'no'", "yes"),
        ("1 < 2 == true", True),
        ("'a' || 'b'", "a"),
        ("'' || 'b'", "b"),
        ("0 && 'b'", 0.0),
        ("(true || false) && false", False),
        ("true || false && false", True),
        ("contains('Hello', 'ell')", True),
        ("contains(fromJSON('[1,2]'), '2')", True),
        ("startsWith(github.ref, 'refs/tags/')", True),
        ("endsWith('a.whl', '.WHL')", True),
        ("format('{0}-{1} {{}}', 'a', 2)", "a-2 {}"),
        ("fromJSON(needs.guard.outputs.wheels)[0].p", "x"),
        ("toJSON(matrix.n)", "3"),
        ("null == 0", True),
        ("'' == 0", True),
        ("'3' == 3", True),
        ("'x' == 0", False),
        ("true == 1", True),
        ("NaN == NaN", False),
        ("'b' > 'A'", True),
        ("null < 1", True),
    ],
)
def test_value(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "secrets.TOKEN",  # a context that is not offered here
        "hashfiles('x')",  # a function that is not offered here
        "1 +",
        "1 + 2",
        "'open",
        '"double"',
        "a b",
        "github.",
        "github[",
        "contains('a')",
        "fromJSON('')",
        "fromJSON('{')",
        "format('{0} {1}', 'a')",
        "",
        "$x",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        value(text)


def test_right_operand_is_not_evaluated_when_the_left_decides() -> None:
    assert value("false && fromJSON('')") is False
    assert value("true || fromJSON('')") is True


def test_a_secret_that_the_rehearsal_does_not_have_is_an_error_and_not_null() -> None:
    scope = Scope({"secrets": Closed({"GITHUB_TOKEN": "t"})}, COMMON)
    assert resolve("${{ secrets.github_token }}", scope) == "t"
    with pytest.raises(ExpressionError, match="not known in a rehearsal"):
        resolve("${{ secrets.PYPI_TOKEN }}", scope)


def test_a_whole_expression_keeps_its_type_and_text_around_one_does_not() -> None:
    scope = Scope(CONTEXTS, COMMON)
    assert resolve("${{ fromJSON(needs.guard.outputs.wheels) }}", scope) == [{"p": "x"}]
    assert resolve("v${{ matrix.n }}!", scope) == "v3!"
    assert resolve({"a": ["${{ matrix.level }}"]}, scope) == {"a": ["AVX2"]}
    assert resolve("${{ '}}' }}", scope) == "}}"


def test_a_condition_with_text_around_the_expression_is_always_true_and_refused() -> None:
    with pytest.raises(ExpressionError, match="mixes text"):
        condition("${{ false }} == true")


def test_an_unclosed_expression_is_refused() -> None:
    with pytest.raises(ExpressionError):
        resolve("${{ matrix.n", Scope(CONTEXTS, COMMON))


def test_hash_files_changes_with_content_and_is_empty_without_files(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.lock").write_text("1")
    hash_files = hash_files_in(tmp_path)
    first = hash_files("**/*.lock")
    assert len(first) == 64
    assert hash_files("*.lock") == ""
    assert hash_files("**/*.lock", "!a/**") == ""
    (tmp_path / "a" / "x.lock").write_text("2")
    assert hash_files("**/*.lock") != first


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-1000, 1000), st.text(max_size=8), st.floats()
)


@given(SCALARS, SCALARS)
def test_law_equality_is_symmetric(left: object, right: object) -> None:
    assert equal(left, right) == equal(right, left)


@given(SCALARS)
def test_law_not_is_the_opposite_of_truth_and_text_is_text(item: object) -> None:
    assert evaluate(parse("!matrix.x"), {"matrix": {"x": item}}, {}) is (not truthy(item))
    assert isinstance(text_of(item), str)


@given(st.text(alphabet="abc'{}$ ", max_size=12))
def test_law_a_quoted_literal_is_its_text(text: str) -> None:
    assert value("'" + text.replace("'", "''") + "'") == text


@given(st.integers(-(10**9), 10**9))
def test_law_numbers_in_text_compare_equal_to_numbers(number: int) -> None:
    assert number_of(str(number)) == number
    assert math.isnan(number_of(f"{number}x"))
