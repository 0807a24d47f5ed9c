"""Two answers to the same case, as differences.

Scores are floats within :data:`TOLERANCE`, absolutely, as the specification asks of any two
kernels. Everything else is equal: types, dtypes, shapes, layout, ids in their order. Two ids may
stand in each other's place only where the scores that go with them tie within the tolerance. This
tree's own scores descend, and its ids ascend where they are equal, whatever the peer does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Any

from tools.swap_in.sides.case import EXACT, RANKED

TOLERANCE = 1e-4
SHOWN = 120
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """What one case shows: on which point the sides differ, and what each one has."""

    case: str
    point: str
    ours: str
    peer: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """All differences, and how much was compared.

    `furthest` is the largest distance of two scores and `furthest_in` its case; `swapped` counts
    the ids that a tie excused.
    """

    cases: int
    values: int
    furthest: float
    furthest_in: str
    swapped: int
    differences: tuple[Difference, ...]


@dataclass(slots=True)
class _Tally:
    values: int = 0
    furthest: float = 0.0
    furthest_in: str = ""
    case: str = ""
    swapped: int = 0


def compare(ours: Mapping[str, Answer], peer: Mapping[str, Answer]) -> Outcome:
    """Every difference of two sides' answers, by the names of the cases."""
    tally, found = _Tally(), list[Difference]()
    for case in {**peer, **ours}:
        tally.case = case
        mine, theirs = ours.get(case), peer.get(case)
        if mine is None or theirs is None:
            found.append(Difference(case, "present", *(_there(x) for x in (mine, theirs))))
        else:
            found += (Difference(case, *rest) for rest in _answers(mine, theirs, tally))
    cases = len({**peer, **ours})
    furthest = (tally.furthest, tally.furthest_in)
    return Outcome(cases, tally.values, *furthest, tally.swapped, tuple(found))


def _there(answer: Answer | None) -> str:
    return "absent" if answer is None else "present"


Found = Iterator[tuple[str, str, str]]


def _answers(ours: Answer, peer: Answer, tally: _Tally) -> Found:
    if ours["warnings"] != peer["warnings"]:
        yield "warnings", str(ours["warnings"]), str(peer["warnings"])
    if "error" in ours or "error" in peer:
        yield from _errors(ours, peer)
    elif peer["kind"] == RANKED:
        yield from _ranked(ours["value"], peer["value"], tally)
    else:
        yield from _values(ours["value"], peer["value"], peer["kind"] == EXACT, tally)


def _errors(ours: Answer, peer: Answer) -> Found:
    mine, theirs = (_error(answer) for answer in (ours, peer))
    if ours.get("error") != peer.get("error"):
        yield "error", mine, theirs
    missing = [word for word in ours["words"] if word not in ours.get("text", "")]
    if missing:
        yield "words", mine, f"promised: {', '.join(missing)}"


def _error(answer: Answer) -> str:
    if "error" in answer:
        return _short(f"{answer['error']}: {answer['text']}")
    return _short(f"no error: {answer['value']}")


def _ranked(ours: Any, peer: Any, tally: _Tally) -> Found:
    """A pair of arrays, scores and ids; anything else is compared as it is."""
    mine, theirs = _pair(ours), _pair(peer)
    if mine is None or theirs is None:
        yield from _values(ours, peer, False, tally)
        return
    (scores, ids), (their_scores, their_ids) = mine, theirs
    shapes = [*_layout(scores, their_scores), *_layout(ids, their_ids)]
    yield from shapes
    if shapes:
        return
    yield from _floats(scores["data"], their_scores["data"], TOLERANCE, tally)
    tally.values += len(ids["data"])
    width = max(scores["shape"][-1], 1)
    for at in range(0, len(ids["data"]), width):
        row = slice(at, at + width)
        yield from _contract(scores["data"][row], ids["data"][row])
        yield from _order(scores["data"][row], ids["data"][row], their_ids["data"][row], tally)


def _pair(value: Any) -> tuple[Any, Any] | None:
    items: list[Any] = value.get("tuple", []) if isinstance(value, dict) else []
    if len(items) == 2 and all(isinstance(x, dict) and "array" in x for x in items):
        return items[0]["array"], items[1]["array"]
    return None


def _contract(scores: Sequence[float], ids: Sequence[int]) -> Found:
    """Whatever the peer does: score descending, then id ascending."""
    places = [(-score, row) for score, row in zip(scores, ids, strict=True)]
    for at, (one, next_one) in enumerate(pairwise(places)):
        if next_one < one:
            found = (
                f"place {at}: score {-one[0]!r} of {one[1]}, then {-next_one[0]!r} of {next_one[1]}"
            )
            yield "contract", found, "promised: score descending, then id ascending"
            return


def _order(
    scores: Sequence[float], ids: Sequence[int], peer: Sequence[int], tally: _Tally
) -> Found:
    """The ids of one query. An id that only the peer found must tie with the last one."""
    if ids == peer:
        return
    score_of = dict(zip(ids, scores, strict=True))
    for at, (mine, theirs) in enumerate(zip(ids, peer, strict=True)):
        if mine != theirs:
            tied = score_of.get(theirs, scores[-1])
            if abs(tied - scores[at]) > TOLERANCE:
                yield "ids", _short(f"place {at}: {ids}"), _short(f"place {at}: {peer}")
                return
            tally.swapped += 1
    if len(set(ids)) == len(ids) and len(set(peer)) != len(peer):
        yield "ids", _short(str(ids)), _short(str(peer))


def _values(ours: Any, peer: Any, exact: bool, tally: _Tally) -> Found:
    """Encoded values of any type, member by member."""
    if isinstance(ours, dict) and isinstance(peer, dict) and set(ours) == set(peer):
        for key in ours:
            if key == "array":
                yield from _arrays(ours[key], peer[key], exact, tally)
            else:
                yield from _values(ours[key], peer[key], exact, tally)
    elif isinstance(ours, list) and isinstance(peer, list) and len(ours) == len(peer):
        for mine, theirs in zip(ours, peer, strict=True):
            yield from _values(mine, theirs, exact, tally)
    elif isinstance(ours, float) and isinstance(peer, float):
        yield from _floats([ours], [peer], 0.0 if exact else TOLERANCE, tally)
    else:
        tally.values += 1
        if ours != peer or type(ours) is not type(peer):
            yield "value", _short(str(ours)), _short(str(peer))


def _arrays(ours: Any, peer: Any, exact: bool, tally: _Tally) -> Found:
    layout = list(_layout(ours, peer))
    yield from layout
    if layout:
        return
    floats = "f" in ours["dtype"]
    if floats and not exact:
        yield from _floats(ours["data"], peer["data"], TOLERANCE, tally)
        return
    tally.values += math.prod(ours["shape"])
    if ours["sha256"] != peer["sha256"] or _bits(ours["data"]) != _bits(peer["data"]):
        yield "values", _short(str(ours["data"])), _short(str(peer["data"]))


def _layout(ours: Any, peer: Any) -> Found:
    for point in ("dtype", "shape", "contiguous", "writeable"):
        if ours[point] != peer[point]:
            yield point, str(ours[point]), str(peer[point])


def _floats(ours: Sequence[float], peer: Sequence[float], tolerance: float, tally: _Tally) -> Found:
    tally.values += len(ours)
    for at, (mine, theirs) in enumerate(zip_longest(ours, peer, fillvalue=math.nan)):
        if _bits([mine]) == _bits([theirs]):
            continue
        distance = abs(mine - theirs)
        # Not `>`: a nan is no number within any distance. Exact means equal in every bit.
        if not (distance <= tolerance and tolerance):
            yield "scores", f"place {at}: {mine!r}", f"place {at}: {theirs!r}"
            return
        if distance > tally.furthest:
            tally.furthest, tally.furthest_in = distance, tally.case


def _bits(values: Sequence[Any]) -> list[str]:
    """Apart where `==` is not: 0.0 and -0.0; together where it is not: nan and nan."""
    return [repr(value) for value in values]


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
