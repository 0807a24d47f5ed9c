"""Arrays that are refused: wrong dtype, layout, rank, width, values; ids that name no row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from tools.swap_in.sides import methods
from tools.swap_in.sides.case import RANKED, Case
from tools.swap_in.sides.data import normal, np, ordvec

DIM = methods.DIM
Bad = tuple[str, Any, tuple[str, ...]]  # what is wrong, the argument, words of the refusal
BEYOND = "out of range for a u32"


def cases() -> Iterator[Case]:
    for name, index in methods.indexes():
        for call, run in methods.of_matrix(index):
            for what, rows, words in (*_any_array(2), *_matrices()):
                yield Case(f"{name}.{call}: {what}", partial(run, rows), words=words)
        for call, run in methods.of_vector(index):
            for what, vector, words in (*_any_array(1), *_vectors()):
                yield Case(f"{name}.{call}: {what}", partial(run, vector), words=words)
        for call, run in methods.of_ids(index):
            for what, ids, words in _ids():
                yield Case(f"{name}.{call}: {what}", partial(run, ids), words=words)
        yield Case(f"{name}: refused arrays changed nothing", partial(repr, index))
    yield from _overlaps()
    yield from _primitives()
    yield from _evaluation()


def _any_array(rank: int) -> Iterator[Bad]:
    """What is wrong for a float array of any rank; of shape (3, DIM) or (DIM,)."""
    shape = (3, DIM)[2 - rank :]
    for dtype in ("i4", "i8", "u1", "?", "c8", "O", "U3", "m8[s]", "V4"):
        yield f"dtype {dtype}", np.zeros(shape, dtype), ()
    for what, value in (("a list", [0.5] * DIM), ("None", None), ("a float", 0.5), ("str", "x")):
        yield what, value, ()
    for value in (np.nan, np.inf, -np.inf):
        for dtype in ("f2", "f4", "f8"):
            array = np.full(shape, 0.5, dtype)
            array[..., -1] = value
            yield f"{value} in {dtype}", array, ("finite",)
    yield "a float64 beyond float32", np.full(shape, 1e39), ("finite",)


def _matrices() -> Iterator[Bad]:
    rows = normal(3, DIM)
    yield "Fortran order", np.asfortranarray(rows), ("C-contiguous",)
    yield "strided", np.repeat(rows, 2, axis=1)[:, ::2], ("C-contiguous",)
    yield "rows reversed", rows[::-1], ("C-contiguous",)
    yield "broadcast", np.broadcast_to(rows[:1], rows.shape), ("C-contiguous",)
    yield "Fortran order, float64", np.asfortranarray(rows.astype("f8")), ("C-contiguous",)
    yield "1-D", rows[0], ("dimension",)
    yield "3-D", rows[None], ("dimension",)
    yield "0-D", np.array(0.5, np.float32), ("dimension",)
    for width in (0, 1, DIM - 1, DIM + 1, 2 * DIM):
        yield f"width {width}", np.zeros((2, width), np.float32), ("dimension",)
    yield "no rows of a wrong width", np.zeros((0, DIM + 1), np.float32), ("dimension",)
    yield "a wrong width, not finite", np.full((2, DIM + 1), np.nan, np.float32), ()


def _vectors() -> Iterator[Bad]:
    yield "strided", normal(1, 2 * DIM)[0, ::2], ("C-contiguous",)
    yield "reversed", normal(1, DIM)[0, ::-1], ("C-contiguous",)
    yield "2-D", normal(1, DIM), ("dimension",)
    yield "0-D", np.array(0.5, np.float32), ("dimension",)
    for width in (0, 1, DIM - 1, DIM + 1):
        yield f"width {width}", np.zeros(width, np.float32), ("dimension",)


def _ids() -> Iterator[Bad]:
    for dtype in ("f4", "f8", "?", "O", "U2", "m8[s]", "c8"):
        yield f"ids of dtype {dtype}", np.zeros(2, dtype), ()
    for what, value in (("a list", [0, 1]), ("None", None), ("an int", 1)):
        yield f"ids as {what}", value, ()
    yield "a negative id", np.array([0, -1]), (BEYOND,)
    yield "a negative id of a byte", np.array([-128], np.int8), (BEYOND,)
    yield "an id of 2**32", np.array([0, 2**32]), (BEYOND,)
    yield "an id of 2**64 - 1", np.array([2**64 - 1], np.uint64), (BEYOND,)
    yield "an id past the end", np.array([0, methods.ROWS]), ("out of range",)
    yield "an id of 2**32 - 1", np.array([2**32 - 1]), ("out of range",)
    yield "2-D ids", np.zeros((1, 2), np.int64), ()
    yield "0-D ids", np.array(1), ()


def _overlaps() -> Iterator[Case]:
    index = methods.MAKERS["Bitmap"]()
    index.add(normal(methods.ROWS, DIM))
    score, ids = index.body_overlap_scores_subset, np.array([1, 2])
    good = np.ones(1, np.uint64)
    bad: list[tuple[str, Any, Any]] = [
        ("descending ids", good, ids[::-1]),
        ("a bitmap of int64", good.astype(np.int64), ids),
        ("a bitmap of uint32", good.astype(np.uint32), ids),
        ("a bitmap of float64", good.astype(np.float64), ids),
        ("a big-endian bitmap", good.astype(">u8"), ids),
        ("a bitmap of two words", np.ones(2, np.uint64), ids),
        ("an empty bitmap", np.ones(0, np.uint64), ids),
        ("a 2-D bitmap", np.ones((1, 1), np.uint64), ids),
        ("a strided bitmap", np.ones(2, np.uint64)[::2], ids),
        ("a list", [1], ids),
        ("a bitmap of any weight", np.array([2**64 - 1], np.uint64), ids),
    ]
    for what, words, rows in bad:
        yield Case(f"Bitmap.body_overlap_scores_subset: {what}", partial(score, words, rows))


def _primitives() -> Iterator[Case]:
    transform, bucket = ordvec.rank_transform, ordvec.bucket_ranks
    pack, unpack = ordvec.pack_buckets, ordvec.unpack_buckets
    for what, value, words in _any_array(1):
        yield Case(f"rank_transform: {what}", partial(transform, value), words=words)
    yield Case("rank_transform: 2-D", partial(transform, normal(2, 3)))
    yield Case("rank_transform: strided", partial(transform, normal(1, 8)[0, ::2]))
    yield Case("rank_transform: dim 65536", partial(transform, np.zeros(65536, np.float32)))
    ranks, codes = np.arange(8, dtype=np.uint16), np.zeros(8, np.uint8)
    for name, call, good in (
        ("bucket_ranks", partial(bucket, bits=2), ranks),
        ("pack_buckets", partial(pack, bits=2), codes),
        ("unpack_buckets", partial(unpack, d=32, bits=2), codes),
    ):
        for dtype in ("i4", "u4", "f4", "?", "O"):
            yield Case(f"{name}: dtype {dtype}", partial(call, good.astype(dtype)))
        yield Case(f"{name}: big-endian", partial(call, good.astype(good.dtype.newbyteorder(">"))))
        yield Case(f"{name}: a list", partial(call, good.tolist()))
        yield Case(f"{name}: 2-D", partial(call, good.reshape(2, 4)))
        yield Case(f"{name}: strided", partial(call, np.repeat(good, 2)[::2]))
    yield Case("bucket_ranks: a rank of dim", partial(bucket, ranks + np.uint16(1), 2))
    yield Case("bucket_ranks: not a permutation", partial(bucket, ranks * 0, 2))
    yield Case("bucket_ranks: none", partial(bucket, ranks[:0], 2))
    for bits in (1, 2, 4):
        yield Case(f"pack_buckets: a code of 2**{bits}", partial(pack, codes + 2**bits, bits))
        yield Case(f"pack_buckets: 7 codes of {bits} bits", partial(pack, codes[:7], bits))
        yield Case(f"unpack_buckets: too short, {bits} bits", partial(unpack, codes, 128, bits))
        yield Case(f"unpack_buckets: too long, {bits} bits", partial(unpack, codes, 8, bits))
        yield Case(f"unpack_buckets: odd length, {bits} bits", partial(unpack, codes, 63, bits))


def _evaluation() -> Iterator[Case]:
    search, rows = ordvec.rankquant_eval_search, normal(3, DIM)
    for what, value, words in (*_any_array(2), *_matrices()):
        yield Case(f"rankquant_eval_search: queries: {what}", partial(search, rows, value, 2, 3))
        if "width" not in what:  # any width is right for a corpus
            call = partial(search, value, rows, 2, 3)
            yield Case(f"rankquant_eval_search: corpus: {what}", call, words=words)
    for bits in (0, 7, 9, 255):
        call = partial(search, rows, rows, bits, 3)
        yield Case(f"rankquant_eval_search: {bits} bits", call, RANKED)
    empty = np.zeros((2, 0), np.float32)
    yield Case("rankquant_eval_search: dim 0", partial(search, empty, empty, 2, 3))
