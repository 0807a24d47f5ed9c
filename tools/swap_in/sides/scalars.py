"""The free functions on what they are for. What they refuse stands in `numbers` and `arrays`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tools.swap_in.sides.case import CLOSE, EXACT, RANKED, Case
from tools.swap_in.sides.data import KINDS, normal, np, ordvec

DIMS = (0, 1, 2, 3, 7, 8, 64, 100, 255, 256, 257, 384, 1000, 1024, 4097, 65535)
WIDTHS = tuple(range(1, 9))
PACKED = (1, 2, 4, 8)


def cases() -> Iterator[Case]:
    yield from _ranks()
    yield from _buckets()
    yield from _norms()
    yield from _evaluation()


def _ranks() -> Iterator[Case]:
    for dim in DIMS:
        for kind, rows in KINDS.items():
            vector = rows(1, dim)[0]
            call = partial(ordvec.rank_transform, vector)
            yield Case(f"rank_transform, {kind}, dim {dim}", call)
    for dtype in ("<f2", ">f2", ">f4", "<f8", ">f8", "g"):
        vector = normal(1, 100)[0].astype(dtype)
        yield Case(f"rank_transform, {dtype}", partial(ordvec.rank_transform, vector))


def _buckets() -> Iterator[Case]:
    for dim in (1, 2, 3, 8, 100, 256, 1000, 65535):
        for bits in (0, *WIDTHS):
            ranks = np.random.default_rng(dim).permutation(dim).astype(np.uint16)
            yield Case(
                f"bucket_ranks, dim {dim}, {bits} bits", partial(ordvec.bucket_ranks, ranks, bits)
            )
            some = sorted({0, dim // 3, dim // 2, dim - 1})
            yield Case(
                f"rank_to_bucket, dim {dim}, {bits} bits",
                partial(_each_bucket, some, dim, bits),
            )
    for bits in PACKED:
        for length in (0, 8, 16, 24, 120, 1000, 1024):
            codes = np.random.default_rng(length).integers(0, 2**bits, length, dtype=np.uint8)
            yield Case(
                f"pack_buckets, {length} of {bits} bits",
                partial(ordvec.pack_buckets, codes, bits),
            )
            packed = np.random.default_rng(bits).integers(
                0, 256, length * bits // 8, dtype=np.uint8
            )
            yield Case(
                f"unpack_buckets, {length} of {bits} bits",
                partial(ordvec.unpack_buckets, packed, length, bits),
            )


def _each_bucket(ranks: list[int], dim: int, bits: int) -> list[int]:
    return [ordvec.rank_to_bucket(rank, dim, bits) for rank in ranks]


def _norms() -> Iterator[Case]:
    for dim in (*DIMS, 10**6, 2**40):
        yield Case(f"rank_norm({dim})", partial(ordvec.rank_norm, dim))
        for bits in WIDTHS:
            yield Case(f"rankquant_norm({dim}, {bits})", partial(ordvec.rankquant_norm, dim, bits))
        for bits in PACKED:
            yield Case(
                f"rankquant_bytes_per_vec({dim}, {bits})",
                partial(ordvec.rankquant_bytes_per_vec, dim, bits),
            )
    for bits in WIDTHS:
        for code in sorted({0, 1, 2**bits // 2, 2**bits - 1}):
            yield Case(f"bucket_centre({code}, {bits})", partial(ordvec.bucket_centre, code, bits))


def _evaluation() -> Iterator[Case]:
    for bits in WIDTHS:
        for dim in (2**bits, 5 * 2**bits, 768):
            for kind in ("normal", "coarse"):
                corpus, queries = KINDS[kind](40, dim), normal(4, dim, "queries")
                for k in (0, 1, 10, 100):
                    yield Case(
                        f"rankquant_eval_search, {kind}, dim {dim}, {bits} bits, k {k}",
                        partial(ordvec.rankquant_eval_search, corpus, queries, bits, k),
                        RANKED if k else EXACT,
                    )
    one = normal(1, 8)
    yield Case(
        "rankquant_eval_search, no queries",
        partial(ordvec.rankquant_eval_search, one, one[:0], 2, 3),
        CLOSE,
    )
    yield Case(
        "rankquant_eval_search, no corpus",
        partial(ordvec.rankquant_eval_search, one[:0], one, 2, 3),
        CLOSE,
    )
