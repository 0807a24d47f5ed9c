"""`SignBitmap` scores against the naive statement; counts are exact."""

from __future__ import annotations

import numpy as np
import ordvec
import ordvec_reference as reference
import pytest
from ordvec_reference import Floats, Scores


@pytest.fixture
def index(corpus: Floats) -> ordvec.SignBitmap:
    index = ordvec.SignBitmap(64)
    index.add(corpus)
    return index


def agreements(queries: Floats, corpus: Floats) -> Scores:
    """Coordinates of equal sign of every query with every row."""
    equal = (queries[:, None, :] > 0) == (corpus[None, :, :] > 0)
    counts: Scores = equal.sum(axis=2).astype(np.float64)
    return counts


def test_scores_are_dim_minus_hamming(
    index: ordvec.SignBitmap, corpus: Floats, queries: Floats
) -> None:
    expected = agreements(queries, corpus)
    scores = index.score_all_batched(queries)
    assert scores.dtype == np.uint32
    np.testing.assert_array_equal(scores, expected)
    for at in range(5):
        np.testing.assert_array_equal(index.score_all(queries[at]), expected[at])


@pytest.mark.parametrize("m", [0, 1, 7, 40, 1000])
def test_candidates_are_the_best_rows(
    index: ordvec.SignBitmap, corpus: Floats, queries: Floats, m: int
) -> None:
    expected = agreements(queries, corpus)
    batched = index.top_m_candidates_batched(queries, m)
    assert batched.dtype == np.uint32
    assert batched.shape == (5, min(m, 40))
    for at in range(5):
        single = index.top_m_candidates(queries[at], m)
        np.testing.assert_array_equal(single, reference.order(expected[at], m))
        np.testing.assert_array_equal(batched[at], single)


def test_query_bitmap_sets_positive_coordinates(index: ordvec.SignBitmap, queries: Floats) -> None:
    for query in queries:
        words = index.build_query_bitmap(query)
        assert words.dtype == np.uint64
        np.testing.assert_array_equal(words, reference.words(query > 0))


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_neither_zero_is_positive(index: ordvec.SignBitmap, zero: float) -> None:
    query = np.full(64, zero, np.float32)
    query[5] = np.finfo(np.float32).smallest_subnormal
    assert index.build_query_bitmap(query).tolist() == [1 << 5]


def test_a_float64_too_small_for_float32_becomes_zero(index: ordvec.SignBitmap) -> None:
    assert index.build_query_bitmap(np.full(64, 1e-300)).tolist() == [0]


def test_empty_shapes(index: ordvec.SignBitmap, queries: Floats) -> None:
    assert index.score_all_batched(queries[:0]).shape == (0, 40)
    assert index.top_m_candidates_batched(queries[:0], 3).shape == (0, 3)
    empty = ordvec.SignBitmap(64)
    assert empty.score_all(queries[0]).shape == (0,)
    assert empty.score_all_batched(queries).shape == (5, 0)
    assert empty.top_m_candidates(queries[0], 3).shape == (0,)
    assert empty.top_m_candidates_batched(queries, 3).shape == (5, 0)


@pytest.mark.parametrize("dim", [128, 192, 512, 1088, 65600])
def test_rows_of_several_words(dim: int) -> None:
    corpus = np.random.default_rng(dim).standard_normal((9, dim)).astype(np.float32)
    index = ordvec.SignBitmap(dim)
    index.add(corpus)
    np.testing.assert_array_equal(
        index.score_all_batched(corpus[:2]), agreements(corpus[:2], corpus)
    )
