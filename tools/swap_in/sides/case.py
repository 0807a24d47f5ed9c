"""A case: a name that both sides know it by, a call, and how its answers are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# Equal to the last bit.
EXACT = "exact"
# Floats within the tolerance, the rest equal.
CLOSE = "close"
# Scores and ids: scores within the tolerance, ids in order but where scores tie.
RANKED = "ranked"


@dataclass(frozen=True)
class Case:
    """`words` are what the text of this tree's error must contain, where the call must fail."""

    name: str
    call: Callable[[], object]
    kind: str = EXACT
    words: tuple[str, ...] = ()
