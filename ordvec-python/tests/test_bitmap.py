"""`Bitmap` scores against the naive statement; counts are exact."""

from __future__ import annotations

import numpy as np
import ordvec
import ordvec_reference as reference
import pytest
from ordvec_reference import Floats, Scores

N_TOP = 16


@pytest.fixture
def index(corpus: Floats) -> ordvec.Bitmap:
    index = ordvec.Bitmap(64, N_TOP)
    index.add(corpus)
    return index


def overlaps(queries: Floats, corpus: Floats) -> Scores:
    """Shared top coordinates of every query with every row."""
    left = np.array([reference.top_bits(row, N_TOP) for row in queries], np.float64)
    right = np.array([reference.top_bits(row, N_TOP) for row in corpus], np.float64)
    return left @ right.T


@pytest.mark.parametrize("k", [1, 7, 40, 1000])
def test_search_counts_shared_bits(
    index: ordvec.Bitmap, corpus: Floats, queries: Floats, k: int
) -> None:
    scores, ids = index.search(queries, k)
    assert (scores.dtype.name, ids.dtype.name) == ("float32", "int64")
    for at, expected in enumerate(overlaps(queries, corpus)):
        best = reference.order(expected, k)
        np.testing.assert_array_equal(ids[at], best)
        np.testing.assert_array_equal(scores[at], expected[best])


def test_search_subset_is_search_of_those_rows(
    index: ordvec.Bitmap, corpus: Floats, queries: Floats
) -> None:
    expected = overlaps(queries, corpus)[0]
    candidates = np.array([30, 2, 2, 11])
    scores, ids = index.search_subset(queries[0], candidates, 10)
    np.testing.assert_array_equal(scores, expected[ids])
    assert sorted(ids.tolist()) == [2, 2, 11, 30]
    keys = [(-score, id_) for score, id_ in zip(scores.tolist(), ids.tolist(), strict=True)]
    assert keys == sorted(keys)
    assert len(index.search_subset(queries[0], candidates, 3)[0]) == 3
    assert index.search_subset(queries[0], candidates[:0], 3)[0].shape == (0,)


@pytest.mark.parametrize("m", [0, 1, 7, 40, 1000])
def test_candidates_are_the_best_rows(
    index: ordvec.Bitmap, corpus: Floats, queries: Floats, m: int
) -> None:
    expected = overlaps(queries, corpus)
    batched = index.top_m_candidates_batched(queries, m)
    assert batched.dtype == np.uint32
    assert batched.shape == (5, min(m, 40))
    for at in range(5):
        single = index.top_m_candidates(queries[at], m)
        np.testing.assert_array_equal(single, reference.order(expected[at], m))
        np.testing.assert_array_equal(batched[at], single)


@pytest.mark.parametrize("batch_size", [1, 2, 5, 1000])
def test_chunks_do_not_change_the_answer(
    index: ordvec.Bitmap, queries: Floats, batch_size: int
) -> None:
    np.testing.assert_array_equal(
        index.top_m_candidates_batched_chunked(queries, 7, batch_size),
        index.top_m_candidates_batched(queries, 7),
    )


def test_query_bitmap_sets_the_largest_coordinates(index: ordvec.Bitmap, queries: Floats) -> None:
    for query in queries:
        words = index.build_query_bitmap_fp32(query)
        assert words.dtype == np.uint64
        np.testing.assert_array_equal(words, reference.words(reference.top_bits(query, N_TOP)))


def test_overlap_scores_of_a_subset(index: ordvec.Bitmap, corpus: Floats, queries: Floats) -> None:
    ids = np.array([0, 3, 3, 39])
    bitmap = index.build_query_bitmap_fp32(queries[0])
    scores = index.body_overlap_scores_subset(bitmap, ids)
    assert scores.dtype == np.uint32
    np.testing.assert_array_equal(scores, overlaps(queries, corpus)[0][ids])
    assert index.body_overlap_scores_subset(bitmap, ids[:0]).shape == (0,)


def test_empty_shapes(index: ordvec.Bitmap, queries: Floats) -> None:
    assert [a.shape for a in index.search(queries, 0)] == [(5, 0), (5, 0)]
    assert [a.shape for a in index.search(queries[:0], 3)] == [(0, 3), (0, 3)]
    assert index.top_m_candidates_batched(queries[:0], 3).shape == (0, 3)
    empty = ordvec.Bitmap(64, N_TOP)
    assert [a.shape for a in empty.search(queries, 3)] == [(5, 0), (5, 0)]
    assert empty.top_m_candidates(queries[0], 3).shape == (0,)
    assert empty.top_m_candidates_batched(queries, 3).shape == (5, 0)


@pytest.mark.parametrize("dim", [128, 192, 512, 1088])
def test_rows_of_several_words(dim: int) -> None:
    rng = np.random.default_rng(dim)
    corpus = rng.standard_normal((30, dim)).astype(np.float32)
    index = ordvec.Bitmap(dim, dim // 4)
    index.add(corpus)
    bits = np.array([reference.top_bits(row, dim // 4) for row in corpus], np.float64)
    expected = bits @ bits[0]
    scores, ids = index.search(corpus[:1], 30)
    np.testing.assert_array_equal(ids[0], reference.order(expected, 30))
    np.testing.assert_array_equal(scores[0], expected[ids[0]])
