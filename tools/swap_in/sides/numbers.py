"""Numbers and parameters that are refused, calls with too few or too many, and operators."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tools.swap_in.sides import methods
from tools.swap_in.sides.case import RANKED, Case
from tools.swap_in.sides.data import np, ordvec

# None of them is a count.
NO_COUNT: tuple[tuple[str, Any], ...] = (
    ("-1", -1),
    ("2**64", 2**64),
    ("-2**70", -(2**70)),
    ("1.0", 1.0),
    ("numpy 1.0", np.float32(1.0)),
    ("None", None),
    ("'1'", "1"),
)


def cases() -> Iterator[Case]:
    yield from _constructors()
    for name, index in methods.indexes():
        for call, run in methods.of_count(index):
            for what, value in (*NO_COUNT, ("0", 0), ("rows", methods.ROWS), ("2**63", 2**63)):
                yield Case(f"{name}.{call}: a count of {what}", partial(run, value), RANKED)
        yield from _operators(name, index)
    for name, make in methods.MAKERS.items():
        if hasattr(make(), "swap_remove"):
            yield Case(f"{name}.swap_remove: of none", partial(make().swap_remove, 0))
    yield from _free()


def _constructors() -> Iterator[Case]:
    for value in (0, 1, 2, 65535, 65536, 2**40, 2**63):
        yield _made(f"Rank({value})", ordvec.Rank, value)
    for value in (0, 1, 63, 64, 65, 65536, 2**24, 2**24 + 64, 2**40, 2**63):
        yield _made(f"SignBitmap({value})", ordvec.SignBitmap, value)
    for bits in (0, 1, 2, 3, 4, 5, 8, 16, 255, 256, -1):
        for dim in (0, 1, 2, 4, 6, 8, 12, 16, 24, 65535, 65536, 2**40):
            yield _made(f"RankQuant({dim}, {bits})", ordvec.RankQuant, dim, bits)
    for dim in (0, 1, 63, 64, 65, 65472, 65536, 2**40):
        for n_top in (0, 1, 63, 64, 65, 65472, 2**40):
            yield _made(f"Bitmap({dim}, {n_top})", ordvec.Bitmap, dim, n_top)
    for kind, rest in (("Rank", ()), ("RankQuant", (2,)), ("Bitmap", (1,)), ("SignBitmap", ())):
        make = getattr(ordvec, kind)
        for what, value in NO_COUNT:
            yield _made(f"{kind}: dim {what}", make, value, *rest)
            if rest:
                yield _made(f"{kind}: second {what}", make, 64, value)
        yield _made(f"{kind}: no argument", make)
        yield _made(f"{kind}: one argument more", make, 64, *rest, 1)
        yield Case(f"{kind}: an unknown keyword", partial(make, 64, *rest, width=3))


def _made(name: str, make: Callable[..., Any], *values: Any) -> Case:
    return Case(name, lambda: repr(make(*values)), words=_words(name))


def _words(name: str) -> tuple[str, ...]:
    """What the specification promises for these."""
    return {
        "RankQuant(16, 3)": ("bits",),
        "RankQuant(16, 8)": ("bits",),
        "RankQuant(6, 2)": ("dim",),
        "Rank(65536)": ("dim",),
        "Bitmap(63, 1)": ("multiple of 64",),
        "SignBitmap(65)": ("multiple of 64",),
        "Bitmap(64, 65)": ("n_top",),
        "Bitmap(64, 0)": ("n_top",),
    }.get(name, ())


def _operators(name: str, index: Any) -> Iterator[Case]:
    for what, call in (
        ("equal to itself", lambda: index == index),
        ("equal to another", lambda: index == methods.MAKERS[name]()),
        ("ordered", lambda: operator.lt(index, index)),
        ("a key", lambda: hash(index) == hash(index)),
        ("copied", lambda: copy.copy(index)),
        ("copied deeply", lambda: copy.deepcopy(index)),
        ("a member", lambda: 1 in index),
        ("iterated", lambda: next(iter(index))),
        ("indexed", lambda: index[0]),
        ("called", lambda: index()),
        ("dim set", lambda: setattr(index, "dim", 3)),
        ("an attribute set", lambda: setattr(index, "mine", 3)),
        ("subclassed", lambda: type("Mine", (type(index),), {}).__name__),
        ("instance", lambda: isinstance(index, getattr(ordvec, f"{name}Index"))),
    ):
        yield Case(f"{name}: {what}", call)
    yield Case(f"{name}: pickled", lambda: pickle.dumps(index) and None)


def _free() -> Iterator[Case]:
    for rank, dim, bits in (
        *((8, 8, 2), (0, 0, 2), (9, 8, 0), (0, 8, 9), (0, 8, 255), (0, 8, 256), (0, 8, -1)),
        *((65535, 65536, 8), (65536, 2**20, 2), (-1, 8, 2), (3, 2**40, 4), (1.0, 8, 2)),
    ):
        call = partial(ordvec.rank_to_bucket, rank, dim, bits)
        yield Case(f"rank_to_bucket({rank}, {dim}, {bits})", call)
    for code, bits in ((4, 2), (255, 1), (256, 8), (0, 0), (0, 9), (0, 32), (0, 255), (-1, 2)):
        yield Case(f"bucket_centre({code}, {bits})!", partial(ordvec.bucket_centre, code, bits))
    for value in (-1, 2**63, 2**64, 1.0, None):
        yield Case(f"rank_norm({value})!", partial(ordvec.rank_norm, value))
        yield Case(f"rankquant_norm({value}, 2)!", partial(ordvec.rankquant_norm, value, 2))
        call = partial(ordvec.rankquant_bytes_per_vec, value, 2)
        yield Case(f"rankquant_bytes_per_vec({value}, 2)!", call)
    for bits in (0, 3, 9, 16, 32, 64, 255, 256, -1):
        yield Case(f"rankquant_norm(8, {bits})!", partial(ordvec.rankquant_norm, 8, bits))
        for dim in (8, 7):
            call = partial(ordvec.rankquant_bytes_per_vec, dim, bits)
            yield Case(f"rankquant_bytes_per_vec({dim}, {bits})!", call)
        ranks, codes = np.arange(8, dtype=np.uint16), np.zeros(8, np.uint8)
        yield Case(f"bucket_ranks: {bits} bits", partial(ordvec.bucket_ranks, ranks, bits))
        yield Case(f"pack_buckets: {bits} bits", partial(ordvec.pack_buckets, codes, bits))
        yield Case(f"unpack_buckets: {bits} bits", partial(ordvec.unpack_buckets, codes, 8, bits))
    for dim in (0, -1, 2**63, 2**64):
        call = partial(ordvec.unpack_buckets, np.zeros(8, np.uint8), dim, 2)
        yield Case(f"unpack_buckets: dim {dim}", call)
