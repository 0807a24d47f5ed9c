"""`RankQuant` scores against the naive statement, at each width."""

from __future__ import annotations

import numpy as np
import ordvec
import ordvec_reference as reference
import pytest
from ordvec_reference import Floats

BITS = pytest.mark.parametrize("bits", [1, 2, 4])


def filled(corpus: Floats, bits: int) -> ordvec.RankQuant:
    index = ordvec.RankQuant(corpus.shape[1], bits)
    index.add(corpus)
    return index


@BITS
@pytest.mark.parametrize("k", [1, 7, 40, 1000])
def test_search_compares_codes_with_codes(
    corpus: Floats, queries: Floats, bits: int, k: int
) -> None:
    scores, ids = filled(corpus, bits).search(queries, k)
    assert scores.shape == ids.shape == (5, min(k, 40))
    expected = reference.code_rows(queries, bits) @ reference.code_rows(corpus, bits).T
    for at in range(5):
        reference.check_top(expected[at], scores[at], ids[at], k)


@BITS
@pytest.mark.parametrize("k", [1, 7, 40, 1000])
def test_search_asymmetric_compares_floats_with_codes(
    corpus: Floats, queries: Floats, bits: int, k: int
) -> None:
    scores, ids = filled(corpus, bits).search_asymmetric(queries, k)
    rows = reference.code_rows(corpus, bits)
    for at in range(5):
        expected = rows @ reference.unit(queries[at])
        reference.check_top(expected, scores[at], ids[at], k)


@pytest.mark.parametrize(("dim", "bits"), [(8, 1), (4, 2), (16, 4), (136, 1), (516, 2), (1040, 4)])
def test_dimensions_off_the_kernel_blocks(dim: int, bits: int) -> None:
    rng = np.random.default_rng(dim)
    corpus = rng.standard_normal((50, dim)).astype(np.float32)
    query = rng.standard_normal((1, dim)).astype(np.float32)
    scores, ids = filled(corpus, bits).search_asymmetric(query, 50)
    expected = reference.code_rows(corpus, bits) @ reference.unit(query[0])
    reference.check_top(expected, scores[0], ids[0], 50)


@BITS
def test_subset_scores_equal_full_scores(corpus: Floats, queries: Floats, bits: int) -> None:
    index = filled(corpus, bits)
    full_scores, full_ids = index.search_asymmetric(queries[:1], 40)
    by_id = dict(zip(full_ids[0].tolist(), full_scores[0].tolist(), strict=True))
    candidates = np.array([31, 2, 17, 5])
    scores, ids = index.search_asymmetric_subset(queries[0], candidates, 10)
    assert sorted(ids.tolist()) == [2, 5, 17, 31]
    np.testing.assert_allclose(scores, [by_id[i] for i in ids.tolist()], atol=reference.TOLERANCE)
    reference.check_order(scores, ids)


@BITS
def test_subset_keeps_duplicates(corpus: Floats, queries: Floats, bits: int) -> None:
    index = filled(corpus, bits)
    scores, ids = index.search_asymmetric_subset(queries[0], np.array([4, 9, 4, 4]), 10)
    assert sorted(ids.tolist()) == [4, 4, 4, 9]
    assert len(set(scores.tolist())) == 2
    assert len(index.search_asymmetric_subset(queries[0], np.array([4, 9, 4, 4]), 2)[0]) == 2


def test_subset_empty_shapes(corpus: Floats, queries: Floats) -> None:
    index = filled(corpus, 2)
    for candidates, k in ((np.zeros(0, np.int64), 5), (np.array([1]), 0)):
        scores, ids = index.search_asymmetric_subset(queries[0], candidates, k)
        assert (scores.shape, ids.shape) == ((0,), (0,))
        assert (scores.dtype.name, ids.dtype.name) == ("float32", "int64")


def test_empty_shapes(corpus: Floats, queries: Floats) -> None:
    index, empty = filled(corpus, 2), ordvec.RankQuant(64, 2)
    for name in ("search", "search_asymmetric"):
        assert [a.shape for a in getattr(index, name)(queries, 0)] == [(5, 0), (5, 0)]
        assert [a.shape for a in getattr(index, name)(queries[:0], 3)] == [(0, 3), (0, 3)]
        assert [a.shape for a in getattr(empty, name)(queries, 3)] == [(5, 0), (5, 0)]


@BITS
def test_batched_calls_equal_single_calls(corpus: Floats, queries: Floats, bits: int) -> None:
    index = filled(corpus, bits)
    for search in (index.search, index.search_asymmetric):
        scores, ids = search(queries, 9)
        for at in range(5):
            one_scores, one_ids = search(queries[at : at + 1], 9)
            np.testing.assert_array_equal(one_scores[0], scores[at])
            np.testing.assert_array_equal(one_ids[0], ids[at])


@BITS
def test_equal_rows_come_in_id_order(corpus: Floats, bits: int) -> None:
    index = filled(np.repeat(corpus[:2], 5, axis=0), bits)
    for search in (index.search, index.search_asymmetric):
        _, ids = search(corpus[:1], 5)
        assert ids[0].tolist() == [0, 1, 2, 3, 4]


@BITS
def test_swap_remove_moves_the_last_row(corpus: Floats, bits: int) -> None:
    index = filled(corpus, bits)
    before = index.search_asymmetric_subset(corpus[0], np.array([39]), 1)[0]
    assert index.swap_remove(3) == 39
    after = index.search_asymmetric_subset(corpus[0], np.array([3]), 1)[0]
    np.testing.assert_array_equal(after, before)
    assert len(index) == 39
    with pytest.raises(IndexError, match="out of range"):
        index.swap_remove(39)
