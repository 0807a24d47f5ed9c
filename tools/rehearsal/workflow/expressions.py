"""GitHub's expression language: parse, then evaluate.

Values are the JSON types. Coercion and comparison follow the documented rules of GitHub
Actions: ``==`` between different types compares as numbers, strings compare without regard
to case, ``&&`` and ``||`` return an operand, a missing property is null. An unknown context,
function or token is a :class:`ExpressionError`, never null: a typo must not read as "false".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.rehearsal.workflow.values import (
    ExpressionError,
    Value,
    compare,
    equal,
    lookup,
    number_of,
    truthy,
)

Function = Callable[..., Value]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>-?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))
    | (?P<string>'(?:[^']|'')*')
    | (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
    | (?P<op>==|!=|<=|>=|&&|\|\||[!<>()\[\].,*])
    )""",
    re.VERBOSE,
)
_LITERALS: Mapping[str, Value] = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": math.nan,
    "Infinity": math.inf,
}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int


# ------------------------------------------------------------------ syntax tree


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value


@dataclass(frozen=True, slots=True)
class Context:
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    of: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Star:
    of: Node


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: Node


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Node
    right: Node


Node = Literal | Context | Index | Star | Call | Not | Binary


def tokenize(text: str) -> list[Token]:
    """The tokens of an expression; ExpressionError names the first character not understood."""
    tokens: list[Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            found = text[at:].strip()[:12]
            raise ExpressionError(f"in expression {text!r}: cannot read {found!r}")
        kind = match.lastgroup or ""
        tokens.append(Token(kind, match.group(kind), match.start(kind)))
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent, one method per precedence level, loosest first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0

    def parse(self) -> Node:
        node = self.either()
        if self.at < len(self.tokens):
            self.fail(f"unexpected {self.tokens[self.at].text!r}")
        return node

    def fail(self, why: str) -> None:
        raise ExpressionError(f"in expression {self.text!r}: {why}")

    def peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def accept(self, *operators: str) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is not None and token.kind == "op" and token.text in operators:
            self.at += 1
            return token.text
        return ""

    def expect(self, operator: str) -> None:
        if not self.accept(operator):
            self.fail(f"expected {operator!r}, found {self.peek() or 'the end'!r}")

    def chain(self, operators: tuple[str, ...], operand: Callable[[], Node]) -> Node:
        node = operand()
        while operator := self.accept(*operators):
            node = Binary(operator, node, operand())
        return node

    def either(self) -> Node:
        return self.chain(("||",), self.both)

    def both(self) -> Node:
        return self.chain(("&&",), self.equality)

    def equality(self) -> Node:
        return self.chain(("==", "!="), self.relation)

    def relation(self) -> Node:
        return self.chain(("<", "<=", ">", ">="), self.unary)

    def unary(self) -> Node:
        if self.accept("!"):
            return Not(self.unary())
        return self.postfix()

    def postfix(self) -> Node:
        node = self.primary()
        while True:
            if self.accept("."):
                node = self.property_of(node)
            elif self.accept("["):
                node = Star(node) if self.accept("*") else Index(node, self.either())
                self.expect("]")
            else:
                return node

    def property_of(self, node: Node) -> Node:
        if self.accept("*"):
            return Star(node)
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None or token.kind != "name":
            self.fail(f"expected a property name, found {self.peek() or 'the end'!r}")
        assert token is not None
        self.at += 1
        return Index(node, Literal(token.text))

    def primary(self) -> Node:
        if self.at >= len(self.tokens):
            self.fail("unexpected end")
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "number":
            return Literal(number_of(token.text))
        if token.kind == "string":
            return Literal(token.text[1:-1].replace("''", "'"))
        if token.kind == "name":
            return self.named(token)
        if token.text == "(":
            node = self.either()
            self.expect(")")
            return node
        self.fail(f"unexpected {token.text!r}")
        raise AssertionError

    def named(self, token: Token) -> Node:
        if self.accept("("):
            arguments: list[Node] = []
            if not self.accept(")"):
                arguments.append(self.either())
                while self.accept(","):
                    arguments.append(self.either())
                self.expect(")")
            return Call(token.text.lower(), tuple(arguments))
        if token.text in _LITERALS:
            return Literal(_LITERALS[token.text])
        return Context(token.text.lower())


def parse(text: str) -> Node:
    """The syntax tree of one expression, without its ``${{ }}``."""
    return _Parser(text).parse()


def names_in(node: Node) -> tuple[set[str], set[str]]:
    """The contexts and the functions that an expression uses."""
    contexts: set[str] = set()
    functions: set[str] = set()
    pending: list[Node] = [node]
    while pending:
        current = pending.pop()
        match current:
            case Context(name):
                contexts.add(name)
            case Call(name, arguments):
                functions.add(name)
                pending.extend(arguments)
            case Index(of, key):
                pending += [of, key]
            case Star(of) | Not(of):
                pending.append(of)
            case Binary(_, left, right):
                pending += [left, right]
            case Literal():
                pass
    return contexts, functions


# ------------------------------------------------------------------ evaluation


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
