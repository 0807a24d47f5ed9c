"""`Rank` scores against the naive statement."""

from __future__ import annotations

import numpy as np
import ordvec
import ordvec_reference as reference
import pytest
from ordvec_reference import Floats


@pytest.fixture
def index(corpus: Floats) -> ordvec.Rank:
    index = ordvec.Rank(64)
    index.add(corpus)
    return index


@pytest.mark.parametrize("k", [1, 7, 40, 1000])
def test_search_is_the_spearman_correlation(
    index: ordvec.Rank, corpus: Floats, queries: Floats, k: int
) -> None:
    scores, ids = index.search(queries, k)
    assert (scores.dtype.name, ids.dtype.name) == ("float32", "int64")
    assert scores.shape == ids.shape == (5, min(k, 40))
    expected = reference.rank_rows(queries) @ reference.rank_rows(corpus).T
    for at in range(5):
        reference.check_top(expected[at], scores[at], ids[at], k)


@pytest.mark.parametrize("k", [1, 7, 40, 1000])
def test_search_asymmetric_is_the_cosine_with_the_ranks(
    index: ordvec.Rank, corpus: Floats, queries: Floats, k: int
) -> None:
    scores, ids = index.search_asymmetric(queries, k)
    rows = reference.rank_rows(corpus)
    for at in range(5):
        expected = rows @ reference.unit(queries[at])
        reference.check_top(expected, scores[at], ids[at], k)


def test_a_row_finds_itself(index: ordvec.Rank, corpus: Floats) -> None:
    scores, ids = index.search(corpus, 1)
    assert ids[:, 0].tolist() == list(range(40))
    np.testing.assert_allclose(scores, 1, atol=reference.TOLERANCE)


def test_batched_calls_equal_single_calls(index: ordvec.Rank, queries: Floats) -> None:
    for search in (index.search, index.search_asymmetric):
        scores, ids = search(queries, 9)
        for at in range(5):
            one_scores, one_ids = search(queries[at : at + 1], 9)
            np.testing.assert_array_equal(one_scores[0], scores[at])
            np.testing.assert_array_equal(one_ids[0], ids[at])


def test_equal_rows_come_in_id_order(corpus: Floats) -> None:
    index = ordvec.Rank(64)
    index.add(np.repeat(corpus[:2], 5, axis=0))
    for search in (index.search, index.search_asymmetric):
        _, ids = search(corpus[:1], 5)
        assert ids[0].tolist() == [0, 1, 2, 3, 4]


def test_empty_shapes(index: ordvec.Rank, queries: Floats) -> None:
    for search in (index.search, index.search_asymmetric):
        assert [a.shape for a in search(queries, 0)] == [(5, 0), (5, 0)]
        assert [a.shape for a in search(queries[:0], 3)] == [(0, 3), (0, 3)]
    empty = ordvec.Rank(64)
    assert [a.shape for a in empty.search(queries, 3)] == [(5, 0), (5, 0)]


def test_a_zero_query_scores_zero(index: ordvec.Rank) -> None:
    scores, ids = index.search_asymmetric(np.zeros((1, 64), np.float32), 3)
    assert scores.tolist() == [[0, 0, 0]]
    assert ids.tolist() == [[0, 1, 2]]


def test_swap_remove_moves_the_last_row(index: ordvec.Rank, corpus: Floats) -> None:
    assert index.swap_remove(3) == 39
    assert len(index) == 39
    _, ids = index.search(corpus[[39, 3]], 1)
    assert ids[0, 0] == 3
    assert index.swap_remove(38) == 38
    with pytest.raises(IndexError, match="out of range"):
        index.swap_remove(38)
