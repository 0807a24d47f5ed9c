"""``strategy.matrix``: one job becomes its instances."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from tools.errors import UsageError
from tools.rehearsal.workflow.values import equal, text_of

Combination = dict[str, Any]


def expand(matrix: Any) -> tuple[Combination, ...]:
    """The combinations of a resolved matrix, in GitHub's order.

    Lists are crossed; ``exclude`` removes what matches it in all its keys; ``include`` adds its
    keys to every combination whose own values it does not overwrite, else becomes a new one.

    Raises:
        UsageError: when the matrix is not a mapping of lists, or yields nothing.
    """
    if not isinstance(matrix, Mapping):
        raise UsageError("a matrix must be a mapping", found=repr(matrix)[:80])
    axes = {str(key): value for key, value in matrix.items() if key not in ("include", "exclude")}
    for key, value in axes.items():
        if not isinstance(value, list):
            raise UsageError(f"matrix.{key} must be a list", found=repr(value)[:80])
    crossed = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    excluded = _entries(matrix, "exclude")
    combinations = [
        combination
        for combination in (crossed if axes else [])
        if not any(_agrees(rule, combination) for rule in excluded)
    ]
    result = [*_included(combinations, _entries(matrix, "include"), set(axes))]
    if not result:
        raise UsageError("a matrix yields no job", found=repr(matrix)[:80])
    return tuple(result)


def _entries(matrix: Mapping[Any, Any], key: str) -> list[Combination]:
    entries = matrix.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(item, Mapping) for item in entries):
        raise UsageError(f"matrix.{key} must be a list of mappings", found=repr(entries)[:80])
    return [dict(item) for item in entries]


def _agrees(rule: Combination, combination: Combination) -> bool:
    return all(key in combination and equal(combination[key], rule[key]) for key in rule)


def _included(
    combinations: list[Combination], includes: list[Combination], axes: set[str]
) -> list[Combination]:
    result = [dict(item) for item in combinations]
    originals = [set(item) & axes for item in combinations]
    for entry in includes:
        matched = False
        for combination, own in zip(result[: len(originals)], originals, strict=True):
            if all(equal(combination[key], entry[key]) for key in own & set(entry)):
                combination.update(entry)
                matched = True
        if not matched:
            result.append(dict(entry))
    return result


def label(job: str, combination: Combination) -> str:
    """The instance's name as GitHub shows it: ``build-wheels (ordvec, manylinux-x86_64)``."""
    if not combination:
        return job
    values = (
        text_of(value) for value in combination.values() if not isinstance(value, (list, dict))
    )
    return f"{job} ({', '.join(values)})"
