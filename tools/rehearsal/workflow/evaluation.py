"""GitHub's expression language: from a syntax tree to a value.

Values are the JSON types. Coercion and comparison follow the documented rules of GitHub
Actions: ``==`` between different types compares as numbers, strings compare without regard
to case, ``&&`` and ``||`` return an operand, a missing property is null. An unknown context or
function is an :class:`ExpressionError`, never null: a typo must not read as "false".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tools.rehearsal.workflow.syntax import Binary, Call, Context, Index, Literal, Node, Not, Star
from tools.rehearsal.workflow.values import (
    ExpressionError,
    Value,
    compare,
    equal,
    lookup,
    truthy,
)

Function = Callable[..., Value]


class _Filtered(list[Value]):
    """What ``.*`` yields: a further property applies to each element."""


def evaluate(node: Node, contexts: Mapping[str, Value], functions: Mapping[str, Function]) -> Value:
    """The value of a parsed expression.

    Args:
        contexts: lower-case context name to value; one not listed is an error.
        functions: lower-case function name to callable; one not listed is an error.
    """

    def run(current: Node) -> Value:
        match current:
            case Literal(value):
                return value
            case Context(name):
                return _context(name, contexts)
            case Index(of, key):
                return _index(run(of), run(key))
            case Star(of):
                return _star(run(of))
            case Not(of):
                return not truthy(run(of))
            case Call(name, arguments):
                return _call(name, [run(argument) for argument in arguments], functions)
            case Binary(operator, left, right):
                return _binary(operator, run(left), lambda: run(right))

    return run(node)


def _context(name: str, contexts: Mapping[str, Value]) -> Value:
    if name not in contexts:
        raise ExpressionError(
            f"no context named {name!r} here", expected=", ".join(sorted(contexts))
        )
    return contexts[name]


def _binary(operator: str, left: Value, right: Callable[[], Value]) -> Value:
    """An operator; the right operand of ``&&`` and ``||`` only when it decides."""
    if operator == "&&":
        return right() if truthy(left) else left
    if operator == "||":
        return left if truthy(left) else right()
    if operator in ("==", "!="):
        return equal(left, right()) == (operator == "==")
    return compare(operator, left, right())


def _index(value: Value, key: Value) -> Value:
    if isinstance(value, _Filtered):
        found = [lookup(item, key) for item in value]
        return _Filtered(item for item in found if item is not None)
    return lookup(value, key)


def _star(value: Value) -> Value:
    if isinstance(value, _Filtered):
        return _Filtered(inner for item in value for inner in _star(item))
    if isinstance(value, Mapping):
        return _Filtered(value.values())
    return _Filtered(value) if isinstance(value, list) else _Filtered()


def _call(name: str, arguments: Sequence[Value], functions: Mapping[str, Function]) -> Value:
    function = functions.get(name)
    if function is None:
        raise ExpressionError(
            f"no function named {name!r} here", expected=", ".join(sorted(functions))
        )
    try:
        return function(*arguments)
    except TypeError as error:
        raise ExpressionError(f"{name}() called wrongly: {error}") from error
