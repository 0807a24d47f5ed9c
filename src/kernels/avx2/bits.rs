//! Population counts by table look-up: PSHUFB counts the bits of 32 half bytes at once.
//!
//! The naive loop counts a row word by word. Departures from it:
//!
//! 1. Both halves of each byte look their count up; counts are added as bytes, at most
//!    [`RUN`] vectors long, before they are widened: 31 times 8 fits in a byte.
//! 2. Four rows go together, so that a part of the query is loaded once for all of them.
//! 3. The words after the last whole vector are counted one by one.
//! 4. The rows that four does not divide repeat the last row; only their sums are written.
//! 5. All queries go over a group of rows before the next group: it stays in the nearest cache.
//! 6. Rows further on are asked for ahead of their use.

// The loops over slots index several arrays of registers at once.
#![allow(clippy::needless_range_loop)]

use crate::kernels::prefetch;
use std::arch::x86_64::*;

/// Rows that go together.
const ROWS: usize = 4;

/// Words of a vector.
const WORDS: usize = 4;

/// Vectors whose byte counts are added before they are widened.
const RUN: usize = 31;

pub(super) fn overlap(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    // SAFETY: the table is used only where the level was detected.
    unsafe { count::<false>(queries, rows, words, out) }
}

pub(super) fn agreement(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    // SAFETY: as above.
    unsafe { count::<true>(queries, rows, words, out) }
}

/// The sign bits of a comparison of eight values: eight times that make a word.
pub(super) fn signs(values: &[f32], out: &mut [u64]) {
    // SAFETY: as above.
    unsafe { sign_words(values, out) }
}

#[target_feature(enable = "avx2")]
fn sign_words(values: &[f32], out: &mut [u64]) {
    let (groups, _) = values.as_chunks::<64>();
    for (group, word) in groups.iter().zip(out) {
        *word = 0;
        for part in 0..8 {
            // SAFETY: a group has eight times eight values.
            let values = unsafe { _mm256_loadu_ps(group.as_ptr().add(8 * part)) };
            let above = _mm256_cmp_ps::<_CMP_GT_OQ>(values, _mm256_setzero_ps());
            *word |= u64::from(_mm256_movemask_ps(above) as u32) << (8 * part);
        }
    }
}

#[target_feature(enable = "avx2,popcnt")]
fn count<const AGREE: bool>(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    let len = rows.len() / words;
    assert_eq!(queries.len() / words * len, out.len());
    for first in (0..len).step_by(ROWS) {
        let row = |slot: usize| crate::rows::row(rows, words, (first + slot).min(len - 1));
        let of = [row(0), row(1), row(2), row(3)];
        prefetch::after(of[0].as_ptr(), ROWS * words * size_of::<u64>());
        let there = ROWS.min(len - first);
        for (query, out) in queries.chunks_exact(words).zip(out.chunks_exact_mut(len)) {
            let counts = four::<AGREE>(query, of);
            out[first..first + there].copy_from_slice(&counts[..there]);
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn four<const AGREE: bool>(query: &[u64], rows: [&[u64]; ROWS]) -> [u32; ROWS] {
    let whole = query.len() / WORDS * WORDS;
    assert!(rows[0].len() == query.len() && rows[1].len() == query.len());
    assert!(rows[2].len() == query.len() && rows[3].len() == query.len());
    let mut sums = [_mm256_setzero_si256(); ROWS];
    for start in (0..whole).step_by(RUN * WORDS) {
        let mut bytes = [_mm256_setzero_si256(); ROWS];
        for at in (start..whole.min(start + RUN * WORDS)).step_by(WORDS) {
            // SAFETY: `at + WORDS <= whole`, and query and rows are that long.
            let wanted = unsafe { _mm256_loadu_si256(query.as_ptr().add(at).cast()) };
            for slot in 0..ROWS {
                let row = unsafe { _mm256_loadu_si256(rows[slot].as_ptr().add(at).cast()) };
                let both = if AGREE {
                    _mm256_xor_si256(wanted, row)
                } else {
                    _mm256_and_si256(wanted, row)
                };
                bytes[slot] = _mm256_add_epi8(bytes[slot], counts_of(both));
            }
        }
        for slot in 0..ROWS {
            let wide = _mm256_sad_epu8(bytes[slot], _mm256_setzero_si256());
            sums[slot] = _mm256_add_epi64(sums[slot], wide);
        }
    }
    let mut out = [0; ROWS];
    for slot in 0..ROWS {
        out[slot] = total(sums[slot]);
        for (&q, &r) in query[whole..].iter().zip(&rows[slot][whole..]) {
            out[slot] += if AGREE { q ^ r } else { q & r }.count_ones();
        }
        if AGREE {
            out[slot] = 64 * query.len() as u32 - out[slot];
        }
    }
    out
}

/// Set bits of each byte.
#[inline]
#[target_feature(enable = "avx2")]
fn counts_of(x: __m256i) -> __m256i {
    let table = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, //
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
    );
    let half = _mm256_set1_epi8(15);
    let low = _mm256_shuffle_epi8(table, _mm256_and_si256(x, half));
    let high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16::<4>(x), half));
    _mm256_add_epi8(low, high)
}

/// Sum of the four lanes, each below 2^32.
#[inline]
#[target_feature(enable = "avx2")]
fn total(x: __m256i) -> u32 {
    let half = _mm_add_epi64(_mm256_castsi256_si128(x), _mm256_extracti128_si256::<1>(x));
    let whole = _mm_add_epi64(half, _mm_unpackhi_epi64(half, half));
    _mm_cvtsi128_si32(whole) as u32
}
