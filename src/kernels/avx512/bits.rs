//! Population counts with VPOPCNTQ.
//!
//! The naive loop counts a row word by word. Departures from it:
//!
//! 1. Eight rows go together, so that a part of the query is loaded once for all of them and
//!    eight sums are independent.
//! 2. The last part of a row is loaded under a mask; the lanes beyond it are zero in the query
//!    and in the row, and count nothing.
//! 3. The eight sums of eight lanes are folded into one vector by a transposition.
//! 4. The rows that eight does not divide repeat the last row; only their sums are written.
//! 5. All queries go over a group of rows before the next group: it stays in the nearest cache.
//! 6. Rows further on are asked for ahead of their use.
//! 7. Rows of at most two vectors stay in registers while all queries go over their group. Their
//!    sums fit in 16 bits, so that four rows are folded as one vector.

use crate::kernels::prefetch;
use std::arch::x86_64::*;

/// Rows that go together.
const ROWS: usize = 8;

/// Words of a vector.
const WORDS: usize = 8;

pub(super) fn overlap(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    // SAFETY: the table is used only where the level was detected.
    unsafe { count::<false>(queries, rows, words, out) }
}

pub(super) fn agreement(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    // SAFETY: as above.
    unsafe { count::<true>(queries, rows, words, out) }
}

/// A comparison of sixteen values is a mask: four masks make a word.
pub(super) fn signs(values: &[f32], out: &mut [u64]) {
    // SAFETY: as above.
    unsafe { sign_words(values, out) }
}

#[target_feature(enable = "avx512f")]
fn sign_words(values: &[f32], out: &mut [u64]) {
    let (groups, _) = values.as_chunks::<64>();
    for (group, word) in groups.iter().zip(out) {
        *word = 0;
        for part in 0..4 {
            // SAFETY: a group has four times sixteen values.
            let values = unsafe { _mm512_loadu_ps(group.as_ptr().add(16 * part)) };
            let above = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(values, _mm512_setzero_ps());
            *word |= u64::from(above) << (16 * part);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn count<const AGREE: bool>(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    let len = rows.len() / words;
    assert_eq!(queries.len() / words * len, out.len());
    match words.div_ceil(WORDS) {
        1 => narrow::<AGREE, 1>(queries, rows, words, out),
        2 => narrow::<AGREE, 2>(queries, rows, words, out),
        _ => wide::<AGREE>(queries, rows, words, out),
    }
    if !len.is_multiple_of(ROWS) {
        rest::<AGREE>(queries, rows, words, out);
    }
}

/// Whole groups of rows of `PARTS` vectors, the last of which may be cut short.
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn narrow<const AGREE: bool, const PARTS: usize>(
    queries: &[u64],
    rows: &[u64],
    words: usize,
    out: &mut [u32],
) {
    let len = rows.len() / words;
    for (group, of) in rows.chunks_exact(ROWS * words).enumerate() {
        prefetch::after(of.as_ptr(), ROWS * words * size_of::<u64>());
        let mut kept = [[_mm512_setzero_si512(); PARTS]; ROWS];
        for (kept, row) in kept.iter_mut().zip(of.chunks_exact(words)) {
            *kept = vectors(row);
        }
        for (query, out) in queries.chunks_exact(words).zip(out.chunks_exact_mut(len)) {
            let query: [_; PARTS] = vectors(query);
            let mut sums = [_mm512_setzero_si512(); ROWS];
            for (sum, row) in sums.iter_mut().zip(&kept) {
                for (&query, &row) in query.iter().zip(row) {
                    *sum = add::<AGREE>(*sum, query, row);
                }
            }
            let counts = to_array::<AGREE>(fold_small(sums), words);
            out[group * ROWS..][..ROWS].copy_from_slice(&counts);
        }
    }
}

/// All words of a row of at most `PARTS` vectors, zeros after them.
#[inline]
#[target_feature(enable = "avx512f")]
fn vectors<const PARTS: usize>(row: &[u64]) -> [__m512i; PARTS] {
    let mut parts = [_mm512_setzero_si512(); PARTS];
    for (index, part) in parts.iter_mut().enumerate() {
        let left = row.len() - (index * WORDS).min(row.len());
        let mask = if left < WORDS { (1 << left) - 1 } else { !0 };
        let words = row.as_ptr().wrapping_add(index * WORDS);
        // SAFETY: the mask keeps the load within the row.
        *part = unsafe { _mm512_maskz_loadu_epi64(mask, words.cast()) };
    }
    parts
}

/// Whole groups of rows of any width.
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn wide<const AGREE: bool>(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    let len = rows.len() / words;
    let groups = len / ROWS;
    for group in 0..groups {
        let first = rows[group * ROWS * words..][..ROWS * words].as_ptr();
        prefetch::after(first, ROWS * words * size_of::<u64>());
        let mut at = [first; ROWS];
        for (slot, at) in at.iter_mut().enumerate() {
            *at = first.wrapping_add(slot * words);
        }
        for (query, out) in queries.chunks_exact(words).zip(out.chunks_exact_mut(len)) {
            // SAFETY: each pointer is to a row of `words` words in the slice above.
            let counts = unsafe { eight::<AGREE>(query, at) };
            out[group * ROWS..][..ROWS].copy_from_slice(&counts);
        }
    }
}

/// The rows after the last whole group, at least one.
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn rest<const AGREE: bool>(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    let len = rows.len() / words;
    let groups = len / ROWS;
    let mut at = [rows.as_ptr(); ROWS];
    for (slot, at) in at.iter_mut().enumerate() {
        *at = crate::rows::row(rows, words, (groups * ROWS + slot).min(len - 1)).as_ptr();
    }
    for (query, out) in queries.chunks_exact(words).zip(out.chunks_exact_mut(len)) {
        // SAFETY: each pointer is to a row of `words` words.
        let counts = unsafe { eight::<AGREE>(query, at) };
        out[groups * ROWS..].copy_from_slice(&counts[..len - groups * ROWS]);
    }
}

/// Counts of eight rows.
///
/// # Safety
/// Each of `rows` points to `query.len()` words.
#[inline]
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
unsafe fn eight<const AGREE: bool>(query: &[u64], rows: [*const u64; ROWS]) -> [u32; ROWS] {
    let mut sums = [_mm512_setzero_si512(); ROWS];
    let whole = query.len() / WORDS * WORDS;
    for at in (0..whole).step_by(WORDS) {
        // SAFETY: `at + 8 <= query.len()`.
        unsafe {
            let wanted = _mm512_loadu_epi64(query.as_ptr().add(at).cast());
            for (sum, row) in sums.iter_mut().zip(rows) {
                *sum = add::<AGREE>(*sum, wanted, _mm512_loadu_epi64(row.add(at).cast()));
            }
        }
    }
    if whole < query.len() {
        let mask = (1 << (query.len() - whole)) - 1;
        // SAFETY: the mask keeps the loads within `query.len()` words.
        unsafe {
            let wanted = _mm512_maskz_loadu_epi64(mask, query.as_ptr().add(whole).cast());
            for (sum, row) in sums.iter_mut().zip(rows) {
                let row = _mm512_maskz_loadu_epi64(mask, row.add(whole).cast());
                *sum = add::<AGREE>(*sum, wanted, row);
            }
        }
    }
    to_array::<AGREE>(_mm512_cvtepi64_epi32(fold(sums)), query.len())
}

/// Counts of shared bits, or of those that agree in rows of `words` words.
#[inline]
#[target_feature(enable = "avx512f")]
fn to_array<const AGREE: bool>(mut counts: __m256i, words: usize) -> [u32; ROWS] {
    if AGREE {
        let all = _mm256_set1_epi32((words * 64) as i32);
        counts = _mm256_sub_epi32(all, counts);
    }
    let mut out = [0; ROWS];
    // SAFETY: eight u32 are 32 bytes.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), counts) };
    out
}

/// Adds the shared bits, or those that differ: what agrees is the rest.
#[inline]
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn add<const AGREE: bool>(sum: __m512i, query: __m512i, row: __m512i) -> __m512i {
    let both = if AGREE {
        _mm512_xor_si512(query, row)
    } else {
        _mm512_and_si512(query, row)
    };
    _mm512_add_epi64(sum, _mm512_popcnt_epi64(both))
}

/// Lane `i` of the result is the sum of the lanes of `sums[i]`.
#[inline]
#[target_feature(enable = "avx512f")]
fn fold(s: [__m512i; ROWS]) -> __m512i {
    let (ab, cd) = (pairs(s[0], s[1]), pairs(s[2], s[3]));
    let (ef, gh) = (pairs(s[4], s[5]), pairs(s[6], s[7]));
    quarters(quarters(ab, cd), quarters(ef, gh))
}

/// As [`fold`], for sums over all lanes of at most 65,535.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn fold_small(s: [__m512i; ROWS]) -> __m256i {
    let four = |a, b, c, d| {
        let low = _mm512_or_si512(a, _mm512_slli_epi64::<16>(b));
        let high = _mm512_or_si512(c, _mm512_slli_epi64::<16>(d));
        _mm512_or_si512(low, _mm512_slli_epi64::<32>(high))
    };
    let (low, high) = (four(s[0], s[1], s[2], s[3]), four(s[4], s[5], s[6], s[7]));
    let (even, odd) = (
        _mm512_unpacklo_epi64(low, high),
        _mm512_unpackhi_epi64(low, high),
    );
    let all = _mm512_add_epi16(even, odd);
    let upper = _mm512_extracti64x4_epi64::<1>(all);
    let half = _mm256_add_epi16(_mm512_castsi512_si256(all), upper);
    let upper = _mm256_extracti128_si256::<1>(half);
    _mm256_cvtepu16_epi32(_mm_add_epi16(_mm256_castsi256_si128(half), upper))
}

/// Adds neighbouring words: the sums of `a` in the even lanes, of `b` in the odd ones.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn pairs(a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b))
}

/// Adds neighbouring quarters: those of `a` in the lower half, of `b` in the upper one.
#[inline]
#[target_feature(enable = "avx512f")]
fn quarters(a: __m512i, b: __m512i) -> __m512i {
    let (even, odd) = (
        _mm512_shuffle_i64x2::<0x88>(a, b),
        _mm512_shuffle_i64x2::<0xdd>(a, b),
    );
    _mm512_add_epi64(even, odd)
}
