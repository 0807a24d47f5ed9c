"""GitHub's expression language: from text to a syntax tree.

An unknown token is an :class:`ExpressionError` that names it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tools.rehearsal.workflow.values import ExpressionError, Value, number_of

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
