"""Fill, look at, search, remove: every method of every class, over dimensions and data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from tools.swap_in.sides import methods
from tools.swap_in.sides.case import EXACT, RANKED, Case
from tools.swap_in.sides.data import KINDS, extreme, normal, np, ordvec

HUGE = 2**40
RANK_DIMS = (2, 3, 7, 16, 63, 100, 384, 1000, 1024, 1025)
QUANT_DIMS = {
    1: (8, 24, 40, 136, 384, 1000, 1024),
    2: (4, 12, 20, 36, 100, 384, 1000, 1028),
    4: (16, 48, 80, 272, 384, 1008, 1024),
}
BIT_DIMS = (64, 128, 192, 320, 448, 1024, 2112)


@dataclass(frozen=True)
class Kind:
    """An index class with its parameters; `exact` where its scores are whole numbers."""

    name: str
    make: Callable[[], Any]
    dim: int
    exact: bool


def kinds() -> Iterator[Kind]:
    """Every class at many dimensions, odd ones where they are valid."""
    for dim in RANK_DIMS:
        yield Kind(f"Rank({dim})", partial(ordvec.Rank, dim), dim, exact=False)
    for bits, dims in QUANT_DIMS.items():
        for dim in dims:
            make = partial(ordvec.RankQuant, dim, bits)
            yield Kind(f"RankQuant({dim}, {bits})", make, dim, exact=False)
    for dim in BIT_DIMS:
        for n_top in sorted({1, 5, dim // 4, dim // 2, dim - 1}):
            make = partial(ordvec.Bitmap, dim, n_top)
            yield Kind(f"Bitmap({dim}, {n_top})", make, dim, exact=True)
        yield Kind(f"SignBitmap({dim})", partial(ordvec.SignBitmap, dim), dim, exact=True)


def cases() -> Iterator[Case]:
    for kind in kinds():
        for data, rows in KINDS.items():
            for count in (1, 37, 300) if data == "normal" else (61,):
                yield from filled(kind, data, rows(count, kind.dim))
        yield from filled(kind, "normal", normal(0, kind.dim))
    yield from far()
    yield from wide()
    yield from large()


def filled(kind: Kind, data: str, rows: Any) -> Iterator[Case]:
    """The life of one index: added in two steps, searched, rows removed, searched again."""
    where = f"{kind.name}, {len(rows)} {data} rows"
    index, half = kind.make(), len(rows) // 2
    yield Case(f"{where}: add", lambda: [index.add(rows[:half]), index.add(rows[half:])])
    yield from _looks(where, index)
    queries = np.concatenate([normal(4, kind.dim, "queries"), rows[-2:]])
    yield from searches(where, index, kind, queries)
    yield Case(f"{where}: search changes nothing", lambda: repr(index))
    if hasattr(index, "swap_remove") and len(rows):
        yield from _removals(where, index, kind, queries)


def _looks(where: str, index: Any) -> Iterator[Case]:
    yield Case(f"{where}: repr", lambda: (repr(index), str(index)))
    yield Case(f"{where}: len", lambda: (len(index), index.is_empty(), bool(index)))
    for name in ("dim", "bits", "n_top", "bytes_per_vec", "byte_size"):
        if hasattr(index, name):
            yield Case(f"{where}: {name}", partial(getattr, index, name))


def searches(where: str, index: Any, kind: Kind, queries: Any) -> Iterator[Case]:
    """Every call that reads; batched, single and none, for several k and candidate lists."""
    ranked = EXACT if kind.exact else RANKED
    for name in ("search", "search_asymmetric"):
        if hasattr(index, name):
            search = getattr(index, name)
            for k in sorted({0, 1, 10, len(index), len(index) + 5, HUGE}):
                yield Case(f"{where}: {name}, k {k}", partial(search, queries, k), ranked)
            yield Case(f"{where}: {name}, 1 query", partial(search, queries[:1], 7), ranked)
            yield Case(f"{where}: {name}, no query", partial(search, queries[:0], 7), ranked)
            zero = np.zeros((1, kind.dim), np.float32)
            yield Case(f"{where}: {name}, zero query", partial(search, zero, 7), ranked)
    yield from _subsets(where, index, queries[0], ranked)
    yield from _candidates(where, index, queries)
    yield from _bitmaps(where, index, queries[0])


def _lists(rows: int) -> Iterator[tuple[str, Any]]:
    ids = np.arange(rows)
    yield "all", ids
    yield "none", ids[:0]
    yield "descending", ids[::-1]
    yield "every third", ids[::3].astype(np.uint32)
    yield "half of them twice", np.repeat(ids[: rows // 2], 2).astype(np.int32)
    yield "shuffled", np.random.default_rng(rows).permutation(rows).astype(np.uint64)
    yield "bytes", ids[:200].astype(np.uint8)


def _subsets(where: str, index: Any, query: Any, ranked: str) -> Iterator[Case]:
    for name in ("search_asymmetric_subset", "search_subset"):
        if hasattr(index, name):
            search = getattr(index, name)
            for which, ids in _lists(len(index)):
                for k in (0, 5, HUGE):
                    yield Case(
                        f"{where}: {name}, {which}, k {k}", partial(search, query, ids, k), ranked
                    )


def _candidates(where: str, index: Any, queries: Any) -> Iterator[Case]:
    if not hasattr(index, "top_m_candidates"):
        return
    for m in sorted({0, 1, 10, len(index), HUGE}):
        single, batched = index.top_m_candidates, index.top_m_candidates_batched
        yield Case(f"{where}: top_m_candidates, m {m}", partial(single, queries[0], m))
        yield Case(f"{where}: top_m_candidates_batched, m {m}", partial(batched, queries, m))
        yield Case(f"{where}: the same, no query, m {m}", partial(batched, queries[:0], m))
        if hasattr(index, "top_m_candidates_batched_chunked"):
            for size in (1, 4, 1000, HUGE):
                chunked = partial(index.top_m_candidates_batched_chunked, queries, m, size)
                yield Case(f"{where}: the same in chunks of {size}, m {m}", chunked)


def _bitmaps(where: str, index: Any, query: Any) -> Iterator[Case]:
    for name in ("build_query_bitmap_fp32", "build_query_bitmap", "score_all"):
        if hasattr(index, name):
            yield Case(f"{where}: {name}", partial(getattr(index, name), query))
    if hasattr(index, "score_all_batched"):
        for count in (0, 1, 3):
            queries = np.tile(query, (count, 1))
            queries[1:] *= -1
            call = partial(index.score_all_batched, queries)
            yield Case(f"{where}: score_all_batched, {count} queries", call)
    if hasattr(index, "body_overlap_scores_subset"):
        words = index.build_query_bitmap_fp32(query)
        for which, ids in _lists(len(index)):
            if which not in ("descending", "shuffled"):
                call = partial(index.body_overlap_scores_subset, words, ids)
                yield Case(f"{where}: body_overlap_scores_subset, {which}", call)


def _removals(where: str, index: Any, kind: Kind, queries: Any) -> Iterator[Case]:
    for which, row in (("first", 0), ("last", -1), ("middle", None)):
        if len(index):
            at = len(index) // 2 if row is None else row % len(index)
            yield Case(f"{where}: swap_remove the {which}", partial(index.swap_remove, at))
    yield Case(f"{where}: repr after removals", lambda: repr(index))
    for name in ("search", "search_asymmetric"):
        call = partial(getattr(index, name), queries, 20)
        yield Case(f"{where}: {name} after removals", call, RANKED)


def far() -> Iterator[Case]:
    """Rows and queries of magnitudes at both ends of float32; no score depends on them."""
    for name, make in methods.MAKERS.items():
        index, dim = make(), methods.DIM
        yield Case(f"{name}: add extreme rows", partial(index.add, extreme(79, dim)))
        how = EXACT if name.endswith("itmap") else RANKED
        for power in (-44, -38, -30, -22, 18, 20, 30, 37):
            query = (normal(1, dim, "far") * np.float64(10.0) ** power).astype(np.float32)
            for call, run in methods.of_matrix(index)[1:]:
                yield Case(f"{name}.{call}: a query of 1e{power}", partial(run, query), how)
            for call, run in methods.of_vector(index):
                yield Case(f"{name}.{call}: a query of 1e{power}", partial(run, query[0]), how)


def wide() -> Iterator[Case]:
    """The largest dimensions."""
    for kind in (
        Kind("Rank(65535)", partial(ordvec.Rank, 65535), 65535, exact=False),
        Kind("RankQuant(65528, 1)", partial(ordvec.RankQuant, 65528, 1), 65528, exact=False),
        Kind("RankQuant(65532, 2)", partial(ordvec.RankQuant, 65532, 2), 65532, exact=False),
        Kind("RankQuant(65520, 4)", partial(ordvec.RankQuant, 65520, 4), 65520, exact=False),
        Kind("Bitmap(65472, 700)", partial(ordvec.Bitmap, 65472, 700), 65472, exact=True),
        Kind("SignBitmap(65600)", partial(ordvec.SignBitmap, 65600), 65600, exact=True),
    ):
        yield from filled(kind, "normal", normal(5, kind.dim))
        yield from filled(kind, "coarse", KINDS["coarse"](5, kind.dim))


def large() -> Iterator[Case]:
    """Indexes of several MiB, where one query is spread over threads."""
    rows, queries = normal(20_000, 512), normal(3, 512, "queries")
    for kind in (
        Kind("Rank(512)", partial(ordvec.Rank, 512), 512, exact=False),
        Kind("RankQuant(512, 2)", partial(ordvec.RankQuant, 512, 2), 512, exact=False),
        Kind("RankQuant(512, 4)", partial(ordvec.RankQuant, 512, 4), 512, exact=False),
        Kind("Bitmap(512, 128)", partial(ordvec.Bitmap, 512, 128), 512, exact=True),
        Kind("SignBitmap(512)", partial(ordvec.SignBitmap, 512), 512, exact=True),
    ):
        where, index = f"{kind.name}, {len(rows)} rows", kind.make()
        yield Case(f"{where}: add", partial(index.add, rows))
        for name in ("search", "search_asymmetric", "top_m_candidates_batched"):
            if hasattr(index, name):
                for asked in (queries, queries[:1]):
                    call = partial(getattr(index, name), asked, 100)
                    how = EXACT if kind.exact else RANKED
                    yield Case(f"{where}: {name}, {len(asked)} queries", call, how)
        if hasattr(index, "top_m_candidates"):
            call = partial(index.top_m_candidates, queries[0], 500)
            yield Case(f"{where}: top_m_candidates", call)
