"""One table of the four index classes, so that a rule they share is tested on all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import ordvec
from numpy.typing import NDArray


@dataclass(frozen=True)
class IndexCase:
    """How to make an index of dimension 64, and its calls that take float arrays."""

    name: str
    empty: Callable[[], Any]
    load: Callable[[Any], Any]
    #: Calls of a query matrix; the second argument is the index.
    batched: tuple[Callable[[Any, Any], Any], ...]
    #: Calls of one query vector.
    single: tuple[Callable[[Any, Any], Any], ...]
    #: Calls of row ids.
    subset: tuple[Callable[[Any, Any], Any], ...]

    def filled(self, rows: NDArray[np.float32]) -> Any:
        index = self.empty()
        index.add(rows)
        return index


QUERY = np.linspace(-1, 1, 64, dtype=np.float32)

CASES = (
    IndexCase(
        "Rank",
        lambda: ordvec.Rank(64),
        ordvec.Rank.load,
        (lambda i, q: i.search(q, 3), lambda i, q: i.search_asymmetric(q, 3)),
        (),
        (),
    ),
    IndexCase(
        "RankQuant",
        lambda: ordvec.RankQuant(64, 2),
        ordvec.RankQuant.load,
        (lambda i, q: i.search(q, 3), lambda i, q: i.search_asymmetric(q, 3)),
        (lambda i, q: i.search_asymmetric_subset(q, np.array([0, 1]), 2),),
        (lambda i, ids: i.search_asymmetric_subset(QUERY, ids, 2),),
    ),
    IndexCase(
        "Bitmap",
        lambda: ordvec.Bitmap(64, 16),
        ordvec.Bitmap.load,
        (
            lambda i, q: i.search(q, 3),
            lambda i, q: i.top_m_candidates_batched(q, 3),
            lambda i, q: i.top_m_candidates_batched_chunked(q, 3, 2),
        ),
        (
            lambda i, q: i.search_subset(q, np.array([0, 1]), 2),
            lambda i, q: i.top_m_candidates(q, 3),
            lambda i, q: i.build_query_bitmap_fp32(q),
        ),
        (
            lambda i, ids: i.search_subset(QUERY, ids, 2),
            lambda i, ids: i.body_overlap_scores_subset(i.build_query_bitmap_fp32(QUERY), ids),
        ),
    ),
    IndexCase(
        "SignBitmap",
        lambda: ordvec.SignBitmap(64),
        ordvec.SignBitmap.load,
        (
            lambda i, q: i.top_m_candidates_batched(q, 3),
            lambda i, q: i.score_all_batched(q),
        ),
        (
            lambda i, q: i.top_m_candidates(q, 3),
            lambda i, q: i.score_all(q),
            lambda i, q: i.build_query_bitmap(q),
        ),
        (),
    ),
)


def matrix_calls(case: IndexCase) -> tuple[Callable[[Any, Any], Any], ...]:
    """Every call of a float matrix, `add` among them."""
    return (lambda i, q: i.add(q), *case.batched)


def same(left: Any, right: Any) -> None:
    """Assert that two results (an array or a tuple of arrays) are equal, bit for bit."""
    if isinstance(left, tuple):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            np.testing.assert_array_equal(one, other)
    else:
        np.testing.assert_array_equal(left, right)
