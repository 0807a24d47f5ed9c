"""Values of a workflow file that may hold ``${{ … }}``.

A scalar that is one expression keeps the expression's type (``${{ fromJSON(…) }}`` may be a
list); an expression amid text becomes text. ``if:`` needs no ``${{ }}``; text around one would
always be true on GitHub, so it is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tools.rehearsal.workflow.evaluation import Function, evaluate
from tools.rehearsal.workflow.syntax import Node, names_in, parse
from tools.rehearsal.workflow.values import ExpressionError, Value, text_of

_SPAN = re.compile(r"\$\{\{((?:[^'}]|'(?:[^']|'')*'|\}(?!\}))*)\}\}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may read here: contexts and functions by lower-case name."""

    contexts: Mapping[str, Value]
    functions: Mapping[str, Function]

    def value(self, node: Node) -> Value:
        return evaluate(node, self.contexts, self.functions)


def spans(text: str) -> list[tuple[str, Node | None]]:
    """The text as pieces: ``(literal, None)`` and ``(source, expression)``, in order."""
    pieces: list[tuple[str, Node | None]] = []
    at = 0
    for match in _SPAN.finditer(text):
        if match.start() > at:
            pieces.append((text[at : match.start()], None))
        pieces.append((match.group(0), parse(match.group(1))))
        at = match.end()
    if at < len(text):
        pieces.append((text[at:], None))
    if any(node is None and "${{" in literal for literal, node in pieces):
        raise ExpressionError(f"unclosed or unreadable ${{{{ in {text!r}")
    return pieces


def resolve(value: Value, scope: Scope) -> Value:
    """*value* with every expression in it evaluated, through lists and mappings."""
    if isinstance(value, str):
        pieces = spans(value)
        if len(pieces) == 1 and pieces[0][1] is not None:
            return scope.value(pieces[0][1])
        return "".join(
            literal if node is None else text_of(scope.value(node)) for literal, node in pieces
        )
    if isinstance(value, Mapping):
        return {key: resolve(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, scope) for item in value]
    return value


def resolve_text(value: Value, scope: Scope) -> str:
    """*value* resolved to text, as environment variables and inputs are."""
    return text_of(resolve(value, scope))


def condition(text: str) -> Node:
    """The expression of an ``if:``, with or without its ``${{ }}``."""
    if "${{" not in text:
        return parse(text)
    pieces = spans(text.strip())
    if len(pieces) != 1 or pieces[0][1] is None:
        raise ExpressionError(
            f"if: {text!r} mixes text and an expression",
            found="a text, which is always true",
            remedy="write one expression",
        )
    return pieces[0][1]


def used_names(value: Value) -> tuple[set[str], set[str]]:
    """The contexts and functions that the expressions inside *value* use."""
    contexts: set[str] = set()
    functions: set[str] = set()
    if isinstance(value, str):
        for _, node in spans(value):
            if node is not None:
                more_contexts, more_functions = names_in(node)
                contexts |= more_contexts
                functions |= more_functions
    elif isinstance(value, (Mapping, list)):
        for item in value.values() if isinstance(value, Mapping) else value:
            more_contexts, more_functions = used_names(item)
            contexts |= more_contexts
            functions |= more_functions
    return contexts, functions
