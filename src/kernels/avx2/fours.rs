//! Four rows that go together, and sums of lanes.

use std::arch::x86_64::*;

/// Rows that go together.
pub(super) const ROWS: usize = 4;

/// The rows of a group, `width` elements each, the last of them again where there are fewer.
#[inline]
pub(super) fn group<T>(rows: &[T], width: usize) -> [&[T]; ROWS] {
    let last = rows.len() - width;
    std::array::from_fn(|slot| &rows[last.min(slot * width)..][..width])
}

/// Writes the scores of the rows that are there.
#[inline]
pub(super) fn put<T>(scores: [T; ROWS], out: &mut [T]) {
    out.iter_mut()
        .zip(scores)
        .for_each(|(out, score)| *out = score);
}

/// The sums of four rows. In each half of `front` the even lanes are of row 0 and the odd ones of
/// row 1, in each half of `back` of the rows 2 and 3.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn across(front: __m256i, back: __m256i) -> __m128i {
    let lanes = _mm256_add_epi32(
        _mm256_unpacklo_epi64(front, back),
        _mm256_unpackhi_epi64(front, back),
    );
    _mm_add_epi32(
        _mm256_castsi256_si128(lanes),
        _mm256_extracti128_si256::<1>(lanes),
    )
}

/// The four lanes.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn lanes(x: __m128i) -> [i32; ROWS] {
    let mut out = [0; ROWS];
    // SAFETY: the array is one such vector long.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), x) };
    out
}

/// Sums of the eight lanes of each.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn totals(x: [__m256i; ROWS]) -> [i32; ROWS] {
    let pairs = |a, b| _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    lanes(across(pairs(x[0], x[1]), pairs(x[2], x[3])))
}

/// Sum of the eight lanes.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn total(x: __m256i) -> i32 {
    let half = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256::<1>(x));
    let pair = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
    let whole = _mm_add_epi32(pair, _mm_shuffle_epi32::<1>(pair));
    _mm_cvtsi128_si32(whole)
}
