//! Population counts by table look-up: PSHUFB counts the bits of 32 half bytes at once.
//!
//! The naive loop counts a row word by word. Departures from it:
//!
//! 1. Both halves of each byte look their count up; counts are added as bytes, at most
//!    [`RUN`] vectors long, before they are widened: 31 times 8 fits in a byte.
//! 2. Four rows go together, so that a part of the query is loaded once for all of them.
//! 3. The words after the last whole vector are loaded under a mask: zeros have no set bits.
//! 4. The rows that four does not divide repeat the last row; only their sums are written.
//! 5. All queries go over a group of rows before the next group: it stays in the nearest cache.
//! 6. For several queries the bytes of a group are cut into halves once.
//! 7. The sums of four rows are folded together.
//! 8. Rows further on are asked for ahead of their use.

// The loops over slots index several arrays of registers at once.
#![allow(clippy::needless_range_loop)]

use super::fours::{across, group, lanes, put, ROWS};
use crate::kernels::prefetch;
use std::arch::x86_64::*;

/// Words of a vector.
const WORDS: usize = 4;

/// Vectors whose byte counts are added before they are widened.
const RUN: usize = 31;

/// Words of a cache line.
const LINE_WORDS: usize = prefetch::LINE / 8;

/// Queries from which on cutting the rows into halves pays.
const WORTH: usize = 3;

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

#[target_feature(enable = "avx2")]
fn count<const AGREE: bool>(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    let len = rows.len() / words;
    assert_eq!(queries.len() / words * len, out.len());
    if len == 0 {
        return;
    }
    if queries.len() >= WORTH * words {
        return many::<AGREE>(queries, rows, words, out);
    }
    for (query, out) in queries.chunks_exact(words).zip(out.chunks_exact_mut(len)) {
        for (rows, out) in rows.chunks(ROWS * words).zip(out.chunks_mut(ROWS)) {
            let counts = four::<AGREE>(query, group(rows, words));
            put(counts, out);
        }
    }
}

#[target_feature(enable = "avx2")]
fn many<const AGREE: bool>(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    let (len, mut halves) = (rows.len() / words, Halves::new(words));
    for (index, rows) in rows.chunks(ROWS * words).enumerate() {
        prefetch::after(rows.as_ptr(), ROWS * words * size_of::<u64>());
        halves.fill(group(rows, words));
        let (first, there) = (index * ROWS, ROWS.min(len - index * ROWS));
        for (query, out) in queries.chunks_exact(words).zip(out.chunks_exact_mut(len)) {
            let counts = halves.four::<AGREE>(query);
            put(counts, &mut out[first..first + there]);
        }
    }
}

/// A query with four rows.
#[inline]
#[target_feature(enable = "avx2")]
fn four<const AGREE: bool>(query: &[u64], rows: [&[u64]; ROWS]) -> [u32; ROWS] {
    assert!(rows[0].len() == query.len() && rows[1].len() == query.len());
    assert!(rows[2].len() == query.len() && rows[3].len() == query.len());
    let (whole, vectors) = (query.len() / WORDS, query.len().div_ceil(WORDS));
    let mut sums = [_mm256_setzero_si256(); ROWS];
    for start in (0..vectors).step_by(RUN) {
        let end = vectors.min(start + RUN);
        let mut bytes = [_mm256_setzero_si256(); ROWS];
        let mut add = |wanted: __m256i, rows: [__m256i; ROWS]| {
            for slot in 0..ROWS {
                let both = combine::<AGREE>(wanted, rows[slot]);
                let counts = _mm256_add_epi8(counts_of(lower(both)), counts_of(upper(both)));
                bytes[slot] = _mm256_add_epi8(bytes[slot], counts);
            }
        };
        for at in start..end.min(whole) {
            // A vector of each row makes two lines.
            for line in 0..2 {
                let part = rows[0]
                    .as_ptr()
                    .wrapping_add(at * ROWS * WORDS + line * LINE_WORDS);
                prefetch::beside(part, ROWS * 8 * query.len());
            }
            // SAFETY: query and rows have `whole` whole vectors.
            unsafe { add(vector(query, at), rows.map(|row| vector(row, at))) }
        }
        if end > whole {
            add(last(query), rows.map(|row| last(row)));
        }
        widen(&mut sums, bytes);
    }
    finish::<AGREE>(sums, query.len())
}

/// Four rows with each byte cut into its halves, for all queries.
struct Halves {
    /// Of each vector of a row, of each row: the lower halves, then the upper ones.
    parts: Vec<[[__m256i; 2]; ROWS]>,
}

impl Halves {
    #[target_feature(enable = "avx2")]
    fn new(words: usize) -> Self {
        let parts = vec![[[_mm256_setzero_si256(); 2]; ROWS]; words.div_ceil(WORDS)];
        Self { parts }
    }

    #[target_feature(enable = "avx2")]
    fn fill(&mut self, rows: [&[u64]; ROWS]) {
        for (at, parts) in self.parts.iter_mut().enumerate() {
            for (row, halves) in rows.iter().zip(parts) {
                let bytes = match row.len() / WORDS > at {
                    // SAFETY: that many whole vectors.
                    true => unsafe { vector(row, at) },
                    false => last(row),
                };
                *halves = [lower(bytes), upper(bytes)];
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn four<const AGREE: bool>(&self, query: &[u64]) -> [u32; ROWS] {
        let whole = query.len() / WORDS;
        let mut sums = [_mm256_setzero_si256(); ROWS];
        for (run, parts) in self.parts.chunks(RUN).enumerate() {
            let start = run * RUN;
            let mut bytes = [_mm256_setzero_si256(); ROWS];
            let mut add = |wanted: __m256i, rows: &[[__m256i; 2]; ROWS]| {
                let wanted = [lower(wanted), upper(wanted)];
                for slot in 0..ROWS {
                    for half in 0..2 {
                        let both = combine::<AGREE>(wanted[half], rows[slot][half]);
                        bytes[slot] = _mm256_add_epi8(bytes[slot], counts_of(both));
                    }
                }
            };
            let (full, rest) = parts.split_at(parts.len().min(whole - start.min(whole)));
            for (at, rows) in full.iter().enumerate() {
                // SAFETY: the query has `whole` whole vectors.
                add(unsafe { vector(query, start + at) }, rows);
            }
            for rows in rest {
                add(last(query), rows);
            }
            widen(&mut sums, bytes);
        }
        finish::<AGREE>(sums, query.len())
    }
}

/// Vector `at` of a row.
///
/// # Safety
/// The row has more than `at` whole vectors.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn vector(row: &[u64], at: usize) -> __m256i {
    // SAFETY: as promised.
    unsafe { _mm256_loadu_si256(row.as_ptr().add(at * WORDS).cast()) }
}

/// The words after the last whole vector, then zeros.
#[inline]
#[target_feature(enable = "avx2")]
fn last(row: &[u64]) -> __m256i {
    let (_, rest) = row.as_chunks::<WORDS>();
    let lanes = _mm256_setr_epi64x(0, 1, 2, 3);
    let there = _mm256_cmpgt_epi64(_mm256_set1_epi64x(rest.len() as i64), lanes);
    // SAFETY: only the words that are there are read.
    unsafe { _mm256_maskload_epi64(rest.as_ptr().cast(), there) }
}

/// Bits that row and query share, or those in which they differ.
#[inline]
#[target_feature(enable = "avx2")]
fn combine<const AGREE: bool>(query: __m256i, row: __m256i) -> __m256i {
    if AGREE {
        _mm256_xor_si256(query, row)
    } else {
        _mm256_and_si256(query, row)
    }
}

/// The lower half of each byte.
#[inline]
#[target_feature(enable = "avx2")]
fn lower(x: __m256i) -> __m256i {
    _mm256_and_si256(x, _mm256_set1_epi8(15))
}

/// The upper half of each byte, shifted down.
#[inline]
#[target_feature(enable = "avx2")]
fn upper(x: __m256i) -> __m256i {
    lower(_mm256_srli_epi16::<4>(x))
}

/// Set bits of each byte, which is below 16.
#[inline]
#[target_feature(enable = "avx2")]
fn counts_of(x: __m256i) -> __m256i {
    let table = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, //
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
    );
    _mm256_shuffle_epi8(table, x)
}

/// Adds the bytes of each row to its sums.
#[inline]
#[target_feature(enable = "avx2")]
fn widen(sums: &mut [__m256i; ROWS], bytes: [__m256i; ROWS]) {
    for (sum, bytes) in sums.iter_mut().zip(bytes) {
        *sum = _mm256_add_epi64(*sum, _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
    }
}

/// What four rows of `words` words score. A lane of the sums is below 2^32.
#[inline]
#[target_feature(enable = "avx2")]
fn finish<const AGREE: bool>(sums: [__m256i; ROWS], words: usize) -> [u32; ROWS] {
    let pair = |low, high| _mm256_or_si256(low, _mm256_slli_epi64::<32>(high));
    let (front, back) = (pair(sums[0], sums[1]), pair(sums[2], sums[3]));
    let counts = across(front, back);
    let scores = if AGREE {
        _mm_sub_epi32(_mm_set1_epi32(64 * words as i32), counts)
    } else {
        counts
    };
    lanes(scores).map(|score| score as u32)
}
