"""The values of GitHub's expression language: coercion, comparison, look-up.

Values are the JSON types. The rules are those of GitHub Actions' documentation on expressions:
pairs of different types compare as numbers, texts without regard to case.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from tools.errors import UsageError

Value = Any  # None | bool | float | int | str | list | dict, as JSON has them


class ExpressionError(UsageError):
    """An expression that GitHub would refuse, or that this evaluator does not support."""


def number_of(value: Value) -> float:
    """GitHub's coercion to a number: null 0, booleans 0 or 1, text parsed, all else NaN."""
    if value is None:
        return 0.0
    if isinstance(value, (bool, int, float)):
        return float(value)
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    if not text:
        return 0.0
    sign, digits = (-1.0, text[1:]) if text.startswith("-") else (1.0, text)
    for prefix, base in (("0x", 16), ("0o", 8)):
        if digits.startswith(prefix):
            try:
                return sign * int(digits[2:], base)
            except ValueError:
                return math.nan
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?Infinity", text):
        return float(text)
    return math.nan


def truthy(value: Value) -> bool:
    """False for null, false, 0, NaN and the empty string; true for everything else."""
    if isinstance(value, float) and math.isnan(value):
        return False
    if isinstance(value, (list, dict)):
        return True
    return bool(value)


def text_of(value: Value) -> str:
    """A value as it stands in the text around ``${{ }}``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        number = float(value)
        if math.isnan(number):
            return "NaN"
        if math.isinf(number):
            return "Infinity" if number > 0 else "-Infinity"
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.15G}"
    if isinstance(value, str):
        return value
    return "Array" if isinstance(value, list) else "Object"


def kind_of(value: Value) -> str:
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def equal(left: Value, right: Value) -> bool:
    """``==``: same type as they are (text without case), other pairs as numbers."""
    if kind_of(left) != kind_of(right):
        return number_of(left) == number_of(right)
    if isinstance(left, str):
        return left.casefold() == str(right).casefold()
    if isinstance(left, (list, dict)):
        return left is right
    return bool(left == right)


def compare(operator: str, left: Value, right: Value) -> bool:
    a: Any
    b: Any
    if isinstance(left, str) and isinstance(right, str):
        a, b = left.casefold(), right.casefold()
    else:
        a, b = number_of(left), number_of(right)
    table = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}
    return bool(table[operator])


class Closed(dict[str, Value]):
    """A context whose missing properties are errors: null in their place would be a guess."""


def lookup(value: Value, key: Value) -> Value:
    """A property or an element; null when it is missing. Property names ignore case."""
    if isinstance(value, Mapping):
        wanted = text_of(key).casefold()
        for name, item in value.items():
            if str(name).casefold() == wanted:
                return item
        if isinstance(value, Closed):
            known = ", ".join(sorted(value))
            raise ExpressionError(f"{text_of(key)!r} is not known in a rehearsal", expected=known)
        return None
    if isinstance(value, list):
        number = number_of(key)
        if not math.isnan(number) and 0 <= number < len(value):
            return value[int(number)]
    return None
