"""The free functions against their definitions."""

from __future__ import annotations

import math

import numpy as np
import ordvec
import ordvec_reference as reference
import pytest
from ordvec_reference import Floats


def test_rank_transform_is_the_stable_double_argsort(corpus: Floats) -> None:
    for row in corpus:
        ranks = ordvec.rank_transform(row)
        assert ranks.dtype == np.uint16
        np.testing.assert_array_equal(ranks, reference.ranks(row))


def test_ties_rank_by_ascending_index() -> None:
    tied = np.array([1.0, 0.0, 1.0, -0.0, 1.0], np.float32)
    assert ordvec.rank_transform(tied).tolist() == [2, 0, 3, 1, 4]


def test_rank_transform_of_nothing() -> None:
    assert ordvec.rank_transform(np.zeros(0, np.float32)).shape == (0,)


def test_rank_transform_refuses_more_than_max_dim() -> None:
    assert ordvec.rank_transform(np.zeros(ordvec.MAX_DIM, np.float32))[-1] == ordvec.MAX_DIM - 1
    with pytest.raises(ValueError, match="dimension"):
        ordvec.rank_transform(np.zeros(ordvec.MAX_DIM + 1, np.float32))


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("d", [1, 2, 7, 256, 65535])
def test_rank_to_bucket_is_the_floor(d: int, bits: int) -> None:
    for rank in {0, d // 3, d // 2, d - 1}:
        assert ordvec.rank_to_bucket(rank, d, bits) == rank * 2**bits // d


def test_bucket_ranks_maps_every_rank() -> None:
    ranks = np.arange(16, dtype=np.uint16)[::-1].copy()
    buckets = ordvec.bucket_ranks(ranks, 2)
    assert buckets.dtype == np.uint8
    assert buckets.tolist() == [int(rank) * 4 // 16 for rank in ranks]


@pytest.mark.parametrize(
    ("bits", "codes", "packed"),
    [
        (1, [1, 0, 0, 0, 0, 0, 1, 1], [0b10000011]),
        (2, [0, 1, 2, 3], [0b00011011]),
        (4, [0xA, 0x5, 0xF, 0x0], [0xA5, 0xF0]),
        (8, [0, 255, 7], [0, 255, 7]),
    ],
)
def test_packing_is_msb_first(bits: int, codes: list[int], packed: list[int]) -> None:
    bytes_ = ordvec.pack_buckets(np.array(codes, np.uint8), bits)
    assert bytes_.tolist() == packed
    assert ordvec.unpack_buckets(bytes_, len(codes), bits).tolist() == codes


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_unpack_inverts_pack(bits: int) -> None:
    codes = np.random.default_rng(bits).integers(0, 2**bits, 512).astype(np.uint8)
    packed = ordvec.pack_buckets(codes, bits)
    assert len(packed) == ordvec.rankquant_bytes_per_vec(512, bits) == 512 * bits // 8
    np.testing.assert_array_equal(ordvec.unpack_buckets(packed, 512, bits), codes)


def test_pack_refuses_a_code_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="out of range"):
        ordvec.pack_buckets(np.array([0, 1, 2, 4], np.uint8), 2)


def test_pack_refuses_a_partial_byte() -> None:
    with pytest.raises(ValueError, match="multiple of 4"):
        ordvec.pack_buckets(np.zeros(3, np.uint8), 2)


def test_unpack_refuses_a_row_of_another_length() -> None:
    with pytest.raises(ValueError, match="length"):
        ordvec.unpack_buckets(np.zeros(1, np.uint8), 8, 2)


@pytest.mark.parametrize("bits", [0, 3, 5, 9, 255])
def test_packing_refuses_a_width_that_does_not_divide_a_byte(bits: int) -> None:
    for call in (
        lambda: ordvec.pack_buckets(np.zeros(8, np.uint8), bits),
        lambda: ordvec.unpack_buckets(np.zeros(8, np.uint8), 8, bits),
        lambda: ordvec.rankquant_bytes_per_vec(8, bits),
    ):
        with pytest.raises(ValueError, match="bits"):
            call()


@pytest.mark.parametrize("bits", [9, 255])
def test_buckets_refuse_a_width_above_eight(bits: int) -> None:
    for call in (
        lambda: ordvec.rank_to_bucket(0, 8, bits),
        lambda: ordvec.bucket_ranks(np.zeros(8, np.uint16), bits),
        lambda: ordvec.bucket_centre(0, bits),
        lambda: ordvec.rankquant_norm(8, bits),
    ):
        with pytest.raises(ValueError, match="bits"):
            call()


def test_a_rank_not_below_d_is_refused() -> None:
    with pytest.raises(ValueError, match="out of range"):
        ordvec.rank_to_bucket(8, 8, 2)
    with pytest.raises(ValueError, match="out of range"):
        ordvec.bucket_ranks(np.full(8, 8, np.uint16), 2)
    with pytest.raises(ValueError, match="dimension"):
        ordvec.rank_to_bucket(0, 0, 2)


def test_bucket_centre_is_symmetric() -> None:
    assert [ordvec.bucket_centre(b, 2) for b in range(4)] == [-1.5, -0.5, 0.5, 1.5]
    with pytest.raises(ValueError, match="out of range"):
        ordvec.bucket_centre(4, 2)


@pytest.mark.parametrize("d", [0, 1, 2, 64, 65535])
def test_norms_are_those_of_the_centred_vectors(d: int) -> None:
    ranks = np.arange(d) - (d - 1) / 2
    assert ordvec.rank_norm(d) == pytest.approx(np.linalg.norm(ranks), rel=1e-6)
    assert ordvec.rankquant_norm(d, 4) == pytest.approx(math.sqrt(d * 255 / 12), rel=1e-6)


@pytest.mark.parametrize("bits", range(1, 9))
def test_eval_search_scores_any_width(corpus: Floats, queries: Floats, bits: int) -> None:
    scores, ids = ordvec.rankquant_eval_search(corpus, queries, bits, 6)
    assert (scores.dtype.name, ids.dtype.name) == ("float32", "int64")
    assert scores.shape == ids.shape == (5, 6)
    for row_scores, row_ids in zip(scores, ids, strict=True):
        reference.check_order(row_scores, row_ids)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_eval_search_equals_the_index_at_its_widths(
    corpus: Floats, queries: Floats, bits: int
) -> None:
    index = ordvec.RankQuant(64, bits)
    index.add(corpus)
    scores, ids = ordvec.rankquant_eval_search(corpus, queries, bits, 40)
    indexed, _ = index.search(queries, 40)
    np.testing.assert_allclose(scores, indexed, atol=reference.TOLERANCE, rtol=0)
    assert sorted(ids[0].tolist()) == list(range(40))


@pytest.mark.parametrize("bits", [0, 9])
def test_eval_search_refuses_other_widths(corpus: Floats, queries: Floats, bits: int) -> None:
    with pytest.raises(ValueError, match="bits"):
        ordvec.rankquant_eval_search(corpus, queries, bits, 6)


def test_eval_search_refuses_queries_of_another_width(corpus: Floats, queries: Floats) -> None:
    with pytest.raises(ValueError, match="dimension"):
        ordvec.rankquant_eval_search(corpus, queries[:, :32].copy(), 2, 6)


def test_eval_search_of_an_empty_corpus(corpus: Floats, queries: Floats) -> None:
    scores, ids = ordvec.rankquant_eval_search(corpus[:0], queries, 2, 6)
    assert scores.shape == ids.shape == (5, 0)
