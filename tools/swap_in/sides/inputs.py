"""Arguments of other dtypes, layouts and types that are accepted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from tools.swap_in.sides import methods
from tools.swap_in.sides.case import RANKED, Case
from tools.swap_in.sides.data import coarse, normal, np, ordvec

FLOATS = ("<f2", ">f2", ">f4", "<f8", ">f8", "g")
INTEGERS = ("i1", "u1", ">i2", "<u2", "<i4", ">u4", "<i8", ">i8", "<u8")


def cases() -> Iterator[Case]:
    for name, index in methods.indexes():
        for call, run in methods.of_matrix(index):
            for kind, rows in _floats(2):
                yield Case(f"{name}.{call}, {kind}", partial(run, rows), RANKED)
        for call, run in methods.of_vector(index):
            for kind, rows in _floats(1):
                yield Case(f"{name}.{call}, {kind}", partial(run, rows[0]), RANKED)
    yield from _integers()
    yield from _keywords()


def _integers() -> Iterator[Case]:
    for name, index in methods.indexes():
        for call, run in methods.of_ids(index):
            for kind, ids in _ids():
                yield Case(f"{name}.{call}, {kind}", partial(run, ids), RANKED)
        for call, run in methods.of_count(index):
            for what, count in (("numpy", np.int64(3)), ("bool", True), ("u1", np.uint8(2))):
                yield Case(f"{name}.{call}, a count as {what}", partial(run, count), RANKED)


def _floats(rows: int) -> Iterator[tuple[str, Any]]:
    plain = coarse(rows, methods.DIM)
    for dtype in FLOATS:
        yield f"dtype {dtype}", plain.astype(dtype)
    fine = normal(rows, methods.DIM, "fine").astype(np.float64)
    fine[:, 1::2] = fine[:, ::2] + 1e-12  # a tie only as float32
    yield "float64 that ties as float32", fine
    yield "values that round to zero", fine * 1e-60
    yield "misaligned", _misaligned(plain)
    frozen = plain.copy()
    frozen.flags.writeable = False
    yield "read-only", frozen
    yield "a subclass", plain.view(type("Rows", (np.ndarray,), {}))
    yield "a matrix with a mask", np.ma.masked_array(plain, plain > 0)
    yield "no longer in one piece of memory, but contiguous", np.vstack([plain, plain])[:rows]


def _misaligned(rows: Any) -> Any:
    raw = bytearray(rows.nbytes + 1)
    raw[1:] = rows.tobytes()
    return np.frombuffer(raw, np.float32, offset=1).reshape(rows.shape)


def _ids() -> Iterator[tuple[str, Any]]:
    ids = np.array([0, 2, 2, 7, 19])
    for dtype in INTEGERS:
        yield f"ids as {dtype}", ids.astype(dtype)
    yield "more ids than rows", np.arange(2 * methods.ROWS) // 2
    yield "strided ids", np.repeat(ids, 2)[::2]
    yield "no ids, float64", np.zeros(0)
    yield "no ids, int64", ids[:0]


def _keywords() -> Iterator[Case]:
    rows = normal(5, 64)
    index = ordvec.RankQuant(dim=64, bits=2)
    yield Case("keywords: RankQuant", lambda: repr(index))
    yield Case("keywords: Rank", lambda: repr(ordvec.Rank(dim=64)))
    yield Case("keywords: Bitmap", lambda: repr(ordvec.Bitmap(n_top=7, dim=64)))
    yield Case("keywords: SignBitmap", lambda: repr(ordvec.SignBitmap(dim=64)))
    yield Case("keywords: add", lambda: index.add(vectors=rows))
    yield Case("keywords: search", lambda: index.search(queries=rows, k=2), RANKED)
    ids = np.arange(3)
    yield Case(
        "keywords: search_asymmetric_subset",
        lambda: index.search_asymmetric_subset(query=rows[0], candidates=ids, k=2),
        RANKED,
    )
    yield Case("keywords: rank_to_bucket", lambda: ordvec.rank_to_bucket(rank=3, d=8, bits=2))
    for dim in (np.int32(64), np.uint64(64)):
        yield Case(f"Rank({type(dim).__name__})", partial(lambda x: repr(ordvec.Rank(x)), dim))
