"""The calls of the small indexes by what they take, so that each argument meets every call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tools.swap_in.sides.data import normal, np, ordvec

DIM, ROWS = 64, 20
MAKERS: dict[str, Callable[[], Any]] = {
    "Rank": lambda: ordvec.Rank(DIM),
    "RankQuant": lambda: ordvec.RankQuant(DIM, 2),
    "Bitmap": lambda: ordvec.Bitmap(DIM, 16),
    "SignBitmap": lambda: ordvec.SignBitmap(DIM),
}
Taking = tuple[str, Callable[[Any], object]]  # a call's name, and the call of one argument


def indexes() -> Iterator[tuple[str, Any]]:
    """Each class, filled."""
    for name, make in MAKERS.items():
        index = make()
        index.add(normal(ROWS, DIM))
        yield name, index


def of_matrix(index: Any) -> list[Taking]:
    """Calls that take rows (m, dim)."""
    return _there(
        index,
        {
            "add": lambda x: (index.add(x), repr(index)),
            "search": lambda x: index.search(x, 3),
            "search_asymmetric": lambda x: index.search_asymmetric(x, 3),
            "top_m_candidates_batched": lambda x: index.top_m_candidates_batched(x, 3),
            "top_m_candidates_batched_chunked": lambda x: index.top_m_candidates_batched_chunked(
                x, 3, 2
            ),
            "score_all_batched": lambda x: index.score_all_batched(x),
        },
    )


def of_vector(index: Any) -> list[Taking]:
    """Calls that take one query (dim,)."""
    ids = np.array([1, 3, 3, 5])
    return _there(
        index,
        {
            "search_asymmetric_subset": lambda x: index.search_asymmetric_subset(x, ids, 3),
            "search_subset": lambda x: index.search_subset(x, ids, 3),
            "top_m_candidates": lambda x: index.top_m_candidates(x, 3),
            "build_query_bitmap_fp32": lambda x: index.build_query_bitmap_fp32(x),
            "build_query_bitmap": lambda x: index.build_query_bitmap(x),
            "score_all": lambda x: index.score_all(x),
        },
    )


def of_ids(index: Any) -> list[Taking]:
    """Calls that take row ids."""
    query = normal(1, DIM, "query")[0]
    words = np.ones(DIM // 64, np.uint64)
    return _there(
        index,
        {
            "search_asymmetric_subset": lambda x: index.search_asymmetric_subset(query, x, 3),
            "search_subset": lambda x: index.search_subset(query, x, 3),
            "body_overlap_scores_subset": lambda x: index.body_overlap_scores_subset(words, x),
        },
    )


def of_count(index: Any) -> list[Taking]:
    """Calls that take `k`, `m`, a row or a size."""
    rows, ids = normal(2, DIM, "query"), np.array([1, 3])
    return _there(
        index,
        {
            "search": lambda x: index.search(rows, x),
            "search_asymmetric": lambda x: index.search_asymmetric(rows, x),
            "search_asymmetric_subset": lambda x: index.search_asymmetric_subset(rows[0], ids, x),
            "search_subset": lambda x: index.search_subset(rows[0], ids, x),
            "top_m_candidates": lambda x: index.top_m_candidates(rows[0], x),
            "top_m_candidates_batched": lambda x: index.top_m_candidates_batched(rows, x),
            "top_m_candidates_batched_chunked": lambda x: index.top_m_candidates_batched_chunked(
                rows, 3, x
            ),
            "swap_remove": lambda x: (index.swap_remove(x), repr(index)),
        },
    )


def _there(index: Any, calls: dict[str, Callable[[Any], object]]) -> list[Taking]:
    return [(name, call) for name, call in calls.items() if hasattr(index, name)]
