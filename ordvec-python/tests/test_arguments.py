"""What the calls accept, and the exception and words with which they refuse the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import ordvec
import pytest
from ordvec_cases import CASES, IndexCase, matrix_calls, same
from ordvec_reference import Floats

each_index = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
FLOATS = ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "g"]
INTEGERS = ["i1", "u1", "<i2", ">i2", "<u2", "<i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8"]


def halves(rows: Floats) -> Floats:
    """Values that float16 holds exactly, so that every floating dtype carries the same vector."""
    return rows.astype(np.float16).astype(np.float32)


@each_index
@pytest.mark.parametrize("dtype", FLOATS)
def test_every_floating_dtype_is_coerced(
    case: IndexCase, dtype: str, corpus: Floats, queries: Floats
) -> None:
    rows, asked = halves(corpus), halves(queries)
    plain, coerced = case.filled(rows), case.empty()
    coerced.add(rows.astype(dtype))
    for call in case.batched:
        same(call(coerced, asked.astype(dtype)), call(plain, asked))
    for call in case.single:
        same(call(coerced, asked[0].astype(dtype)), call(plain, asked[0]))


@each_index
@pytest.mark.parametrize("dtype", ["i1", "i8", "u4", "?", "c8", "c16", "O", "U4", "m8[s]", "V4"])
def test_other_dtypes_are_a_type_error(case: IndexCase, dtype: str, corpus: Floats) -> None:
    index = case.filled(corpus)
    rows = np.zeros((2, 64), dtype)
    for call in matrix_calls(case):
        with pytest.raises(TypeError, match="floating dtype"):
            call(index, rows)
    for call in case.single:
        with pytest.raises(TypeError, match="floating dtype"):
            call(index, rows[0])
    assert len(index) == len(corpus)


@each_index
@pytest.mark.parametrize("value", [[[0.5] * 64], 0.5, None, "vector", b"\0" * 256])
def test_what_is_no_array_is_a_type_error(case: IndexCase, value: object) -> None:
    for call in matrix_calls(case):
        with pytest.raises(TypeError, match="NumPy array"):
            call(case.empty(), value)


def fortran(rows: Floats) -> Any:
    return np.asfortranarray(rows)


def strided(rows: Floats) -> Any:
    return np.repeat(rows, 2, axis=1)[:, ::2]


def reversed_rows(rows: Floats) -> Any:
    return rows[::-1]


def broadcast(rows: Floats) -> Any:
    return np.broadcast_to(rows[:1], rows.shape)


@each_index
@pytest.mark.parametrize("layout", [fortran, strided, reversed_rows, broadcast])
@pytest.mark.parametrize("dtype", ["f4", "f8", "f2"])
def test_a_matrix_that_is_not_c_contiguous_is_refused(
    case: IndexCase, layout: Callable[[Floats], Any], dtype: str, corpus: Floats
) -> None:
    index = case.filled(corpus)
    for call in matrix_calls(case):
        with pytest.raises(ValueError, match="C-contiguous"):
            call(index, layout(corpus.astype(dtype)))
    assert len(index) == len(corpus)


@each_index
def test_a_strided_vector_is_refused(case: IndexCase, corpus: Floats) -> None:
    index = case.filled(corpus)
    for call in case.single:
        with pytest.raises(ValueError, match="C-contiguous"):
            call(index, np.zeros(128, np.float32)[::2])


@each_index
def test_a_wrong_rank_is_refused(case: IndexCase, corpus: Floats) -> None:
    index = case.filled(corpus)
    for call in matrix_calls(case):
        for shape in [(), (64,), (1, 1, 64)]:
            with pytest.raises(ValueError, match="2-dimensional"):
                call(index, np.zeros(shape, np.float32))
    for call in case.single:
        for shape in [(), (1, 64)]:
            with pytest.raises(ValueError, match="1-dimensional"):
                call(index, np.zeros(shape, np.float32))


@each_index
def test_a_wrong_width_is_refused(case: IndexCase, corpus: Floats) -> None:
    index = case.filled(corpus)
    for width in (0, 32, 63, 65, 128):
        for call in matrix_calls(case):
            with pytest.raises(ValueError, match="dimension"):
                call(index, np.zeros((2, width), np.float32))
        for call in case.single:
            with pytest.raises(ValueError, match="dimension"):
                call(index, np.zeros(width, np.float32))


@each_index
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g"])
def test_values_that_are_not_finite_are_refused(
    case: IndexCase, value: float, dtype: str, corpus: Floats
) -> None:
    index = case.filled(corpus)
    rows = corpus[:3].astype(dtype)
    rows[2, 63] = value
    for call in matrix_calls(case):
        with pytest.raises(ValueError, match="finite"):
            call(index, rows)
    for call in case.single:
        with pytest.raises(ValueError, match="finite"):
            call(index, rows[2])
    assert len(index) == len(corpus)


@each_index
@pytest.mark.parametrize("dtype", ["f8", "g"])
@pytest.mark.filterwarnings("error")
def test_a_value_beyond_float32_is_not_finite(case: IndexCase, dtype: str) -> None:
    rows = np.full((1, 64), 1e39, dtype)
    with pytest.raises(ValueError, match="finite"):
        case.empty().add(rows)


@each_index
def test_a_misaligned_array_is_read_correctly(case: IndexCase, corpus: Floats) -> None:
    raw = bytearray(corpus.nbytes + 1)
    raw[1:] = corpus.tobytes()
    misaligned = np.frombuffer(raw, np.float32, offset=1).reshape(corpus.shape)
    assert not misaligned.flags.aligned
    index = case.empty()
    index.add(misaligned)
    for call in case.batched:
        same(call(index, corpus[:4]), call(case.filled(corpus), corpus[:4]))


@each_index
def test_a_read_only_array_is_accepted(case: IndexCase, corpus: Floats) -> None:
    frozen = corpus.copy()
    frozen.flags.writeable = False
    assert len(case.filled(frozen)) == len(corpus)


def test_an_overridden_astype_is_not_called() -> None:
    class Hostile(np.ndarray[Any, Any]):
        def astype(self, *args: Any, **kwargs: Any) -> Any:
            return np.zeros(3, np.float32)

    index = ordvec.Rank(64)
    index.add(np.zeros((2, 64), np.float16).view(Hostile))
    assert len(index) == 2


@each_index
@pytest.mark.parametrize("dtype", INTEGERS)
def test_ids_of_every_integer_dtype(case: IndexCase, dtype: str, corpus: Floats) -> None:
    index = case.filled(corpus)
    ids = np.array([1, 3, 3, 39])
    for call in case.subset:
        same(call(index, ids.astype(dtype)), call(index, ids))
        same(call(index, np.repeat(ids.astype(dtype), 2)[::2]), call(index, ids))


@each_index
@pytest.mark.parametrize("dtype", ["f4", "f8", "?", "O", "U2", "m8[s]", "c8"])
def test_ids_of_another_dtype_are_a_type_error(case: IndexCase, dtype: str, corpus: Floats) -> None:
    index = case.filled(corpus)
    for call in case.subset:
        for length in (0, 2):
            with pytest.raises(TypeError, match="integer dtype"):
                call(index, np.zeros(length, dtype))


@each_index
@pytest.mark.parametrize("value", [[0, 1], (0,), 1, None, range(2)])
def test_ids_that_are_no_array_are_a_type_error(
    case: IndexCase, value: object, corpus: Floats
) -> None:
    index = case.filled(corpus)
    for call in case.subset:
        with pytest.raises(TypeError, match="NumPy array"):
            call(index, value)


@each_index
@pytest.mark.parametrize(
    "ids",
    [
        np.array([-1]),
        np.array([0, -(2**63)]),
        np.array([0, 2**32]),
        np.array([2**64 - 1], np.uint64),
        np.array([-128], np.int8),
    ],
)
def test_an_id_that_no_u32_holds_is_a_value_error(
    case: IndexCase, ids: Any, corpus: Floats
) -> None:
    index = case.filled(corpus)
    for call in case.subset:
        with pytest.raises(ValueError, match="out of range for a u32"):
            call(index, ids)


@each_index
def test_an_id_past_the_end_is_an_index_error(case: IndexCase, corpus: Floats) -> None:
    index = case.filled(corpus)
    for call in case.subset:
        for bad in (40, 2**32 - 1):
            with pytest.raises(IndexError, match="out of range"):
                call(index, np.array([0, bad]))
        with pytest.raises(IndexError, match="out of range"):
            call(case.empty(), np.array([0]))


@each_index
def test_ids_of_a_wrong_rank_are_refused(case: IndexCase, corpus: Floats) -> None:
    index = case.filled(corpus)
    for call in case.subset:
        with pytest.raises(ValueError, match="1-dimensional"):
            call(index, np.zeros((1, 2), np.int64))


def test_overlap_scores_demand_ascending_ids(corpus: Floats) -> None:
    index = ordvec.Bitmap(64, 16)
    index.add(corpus)
    bitmap = index.build_query_bitmap_fp32(corpus[0])
    with pytest.raises(ValueError, match="ascending"):
        index.body_overlap_scores_subset(bitmap, np.array([3, 1]))
    assert index.body_overlap_scores_subset(bitmap, np.array([1, 1])).shape == (2,)


def test_overlap_scores_refuse_a_query_bitmap_of_another_length(corpus: Floats) -> None:
    index = ordvec.Bitmap(64, 16)
    index.add(corpus)
    for length in (0, 2):
        with pytest.raises(ValueError, match="length"):
            index.body_overlap_scores_subset(np.zeros(length, np.uint64), np.array([1]))


def test_a_chunk_of_nothing_is_refused(corpus: Floats) -> None:
    index = ordvec.Bitmap(64, 16)
    index.add(corpus)
    with pytest.raises(ValueError, match="batch_size"):
        index.top_m_candidates_batched_chunked(corpus, 3, 0)


def exact_dtype_calls() -> list[Callable[[Any], Any]]:
    bitmap = ordvec.Bitmap(64, 16)
    return [
        lambda array: ordvec.bucket_ranks(array, 2),
        lambda array: ordvec.pack_buckets(array, 2),
        lambda array: ordvec.unpack_buckets(array, 4, 2),
        lambda array: bitmap.body_overlap_scores_subset(array, np.zeros(0, np.int64)),
    ]


@pytest.mark.parametrize("call", exact_dtype_calls())
def test_codes_ranks_and_bitmaps_take_one_dtype_only(call: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="dtype"):
        call(np.zeros(4, np.int64))
    with pytest.raises(TypeError, match="NumPy array"):
        call([0, 1, 2, 3])


def integer_calls() -> dict[str, Callable[[Any], Any]]:
    """Every argument that is a Python integer."""
    rows = np.zeros((2, 64), np.float32)
    rank, quant, bitmap = ordvec.Rank(64), ordvec.RankQuant(64, 2), ordvec.Bitmap(64, 16)
    sign = ordvec.SignBitmap(64)
    none = np.zeros(0, np.int64)
    return {
        "Rank.dim": ordvec.Rank,
        "RankQuant.dim": lambda n: ordvec.RankQuant(n, 2),
        "RankQuant.bits": lambda n: ordvec.RankQuant(64, n),
        "Bitmap.dim": lambda n: ordvec.Bitmap(n, 16),
        "Bitmap.n_top": lambda n: ordvec.Bitmap(64, n),
        "SignBitmap.dim": ordvec.SignBitmap,
        "Rank.search": lambda n: rank.search(rows, n),
        "Rank.search_asymmetric": lambda n: rank.search_asymmetric(rows, n),
        "Rank.swap_remove": rank.swap_remove,
        "RankQuant.search": lambda n: quant.search(rows, n),
        "RankQuant.search_asymmetric": lambda n: quant.search_asymmetric(rows, n),
        "RankQuant.subset": lambda n: quant.search_asymmetric_subset(rows[0], none, n),
        "RankQuant.swap_remove": quant.swap_remove,
        "Bitmap.search": lambda n: bitmap.search(rows, n),
        "Bitmap.search_subset": lambda n: bitmap.search_subset(rows[0], none, n),
        "Bitmap.top_m": lambda n: bitmap.top_m_candidates(rows[0], n),
        "Bitmap.top_m_batched": lambda n: bitmap.top_m_candidates_batched(rows, n),
        "Bitmap.chunked.m": lambda n: bitmap.top_m_candidates_batched_chunked(rows, n, 1),
        "Bitmap.chunked.size": lambda n: bitmap.top_m_candidates_batched_chunked(rows, 1, n),
        "SignBitmap.top_m": lambda n: sign.top_m_candidates(rows[0], n),
        "SignBitmap.top_m_batched": lambda n: sign.top_m_candidates_batched(rows, n),
        "rank_to_bucket.rank": lambda n: ordvec.rank_to_bucket(n, 8, 2),
        "rank_to_bucket.d": lambda n: ordvec.rank_to_bucket(0, n, 2),
        "rank_to_bucket.bits": lambda n: ordvec.rank_to_bucket(0, 8, n),
        "bucket_ranks.bits": lambda n: ordvec.bucket_ranks(np.zeros(4, np.uint16), n),
        "pack_buckets.bits": lambda n: ordvec.pack_buckets(np.zeros(4, np.uint8), n),
        "unpack_buckets.d": lambda n: ordvec.unpack_buckets(np.zeros(4, np.uint8), n, 2),
        "unpack_buckets.bits": lambda n: ordvec.unpack_buckets(np.zeros(4, np.uint8), 4, n),
        "bytes_per_vec.d": lambda n: ordvec.rankquant_bytes_per_vec(n, 2),
        "bytes_per_vec.bits": lambda n: ordvec.rankquant_bytes_per_vec(8, n),
        "bucket_centre.bucket": lambda n: ordvec.bucket_centre(n, 2),
        "bucket_centre.bits": lambda n: ordvec.bucket_centre(0, n),
        "rank_norm.d": ordvec.rank_norm,
        "rankquant_norm.d": lambda n: ordvec.rankquant_norm(n, 2),
        "rankquant_norm.bits": lambda n: ordvec.rankquant_norm(64, n),
        "eval.bits": lambda n: ordvec.rankquant_eval_search(rows, rows, n, 1),
        "eval.k": lambda n: ordvec.rankquant_eval_search(rows, rows, 2, n),
    }


@pytest.mark.parametrize("name", integer_calls())
@pytest.mark.parametrize("value", [-1, -(2**63), 2**64, 2**200])
def test_negative_and_oversized_integers_overflow(name: str, value: int) -> None:
    with pytest.raises(OverflowError):
        integer_calls()[name](value)


@pytest.mark.parametrize("name", integer_calls())
@pytest.mark.parametrize("value", [2.0, "2", None, np.float32(2)])
def test_what_is_no_integer_is_a_type_error(name: str, value: object) -> None:
    with pytest.raises(TypeError):
        integer_calls()[name](value)


@pytest.mark.parametrize("name", integer_calls())
def test_the_largest_integer_neither_panics_nor_allocates(name: str) -> None:
    """`k` and `m` clamp; a dimension, a width or a row that large is refused."""
    try:
        integer_calls()[name](2**63 - 1)
    except (ValueError, IndexError, OverflowError) as refusal:
        assert str(refusal)
