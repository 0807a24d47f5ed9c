//! Population counts with CNT, which counts the bits of sixteen bytes at once.
//!
//! The naive loop counts a row word by word. Departures from it:
//!
//! 1. Counts are added as bytes, over at most [`RUN`] vectors, before they are widened: 31 times
//!    8 fits in a byte.
//! 2. Four rows go together, so that a part of the query is loaded once for all of them.
//! 3. The word after the last whole vector is counted alone.
//! 4. The rows that four does not divide repeat the last row; only their sums are written.
//! 5. All queries go over a group of rows before the next group: it stays in the nearest cache.

// The loops over slots index several arrays of registers at once.
#![allow(clippy::needless_range_loop)]

use std::arch::aarch64::*;

/// Rows that go together.
const ROWS: usize = 4;

/// Words of a vector.
const WORDS: usize = 2;

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

/// A comparison makes a lane all ones: narrowed to bytes, each keeps the bit of its place.
pub(super) fn signs(values: &[f32], out: &mut [u64]) {
    // SAFETY: as above.
    unsafe { sign_words(values, out) }
}

#[target_feature(enable = "neon")]
fn sign_words(values: &[f32], out: &mut [u64]) {
    let (eights, _) = values.as_chunks::<8>();
    for (eights, word) in eights.chunks_exact(8).zip(out) {
        let mut bytes = [0; 8];
        for (eight, byte) in eights.iter().zip(&mut bytes) {
            *byte = sign_byte(eight);
        }
        *word = u64::from_le_bytes(bytes);
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn sign_byte(values: &[f32; 8]) -> u8 {
    const PLACES: [u8; 8] = [1, 2, 4, 8, 16, 32, 64, 128];
    // SAFETY: both arrays hold what is loaded: eight values, eight bytes.
    let (low, high, places) = unsafe {
        (
            vld1q_f32(values.as_ptr()),
            vld1q_f32(values.as_ptr().add(4)),
            vld1_u8(PLACES.as_ptr()),
        )
    };
    let (low, high) = (vcgtzq_f32(low), vcgtzq_f32(high));
    let above = vmovn_u16(vcombine_u16(vmovn_u32(low), vmovn_u32(high)));
    vaddv_u8(vand_u8(above, places))
}

#[target_feature(enable = "neon")]
fn count<const AGREE: bool>(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    let len = rows.len() / words;
    assert_eq!(queries.len() / words * len, out.len());
    for first in (0..len).step_by(ROWS) {
        let row = |slot: usize| crate::rows::row(rows, words, (first + slot).min(len - 1));
        let of = [row(0), row(1), row(2), row(3)];
        let there = ROWS.min(len - first);
        for (query, out) in queries.chunks_exact(words).zip(out.chunks_exact_mut(len)) {
            let counts = four::<AGREE>(query, of);
            out[first..first + there].copy_from_slice(&counts[..there]);
        }
    }
}

#[target_feature(enable = "neon")]
fn four<const AGREE: bool>(query: &[u64], rows: [&[u64]; ROWS]) -> [u32; ROWS] {
    let (whole, last) = query.as_chunks::<WORDS>();
    let of = rows.map(|row| &row.as_chunks::<WORDS>().0[..whole.len()]);
    let mut sums = [vdupq_n_u32(0); ROWS];
    for start in (0..whole.len()).step_by(RUN) {
        let mut bytes = [vdupq_n_u8(0); ROWS];
        for at in start..whole.len().min(start + RUN) {
            let wanted = load(&whole[at]);
            for slot in 0..ROWS {
                let counts = counts::<AGREE>(wanted, load(&of[slot][at]));
                bytes[slot] = vaddq_u8(bytes[slot], counts);
            }
        }
        for slot in 0..ROWS {
            sums[slot] = vpadalq_u16(sums[slot], vpaddlq_u8(bytes[slot]));
        }
    }
    let mut out = [0; ROWS];
    for slot in 0..ROWS {
        out[slot] = vaddvq_u32(sums[slot]);
        for (&q, &r) in last.iter().zip(&rows[slot][whole.len() * WORDS..]) {
            out[slot] += if AGREE { q ^ r } else { q & r }.count_ones();
        }
        if AGREE {
            out[slot] = 64 * query.len() as u32 - out[slot];
        }
    }
    out
}

/// Set bits of each byte: those that are shared, or that differ.
#[inline]
#[target_feature(enable = "neon")]
fn counts<const AGREE: bool>(query: uint8x16_t, row: uint8x16_t) -> uint8x16_t {
    if AGREE {
        vcntq_u8(veorq_u8(query, row))
    } else {
        vcntq_u8(vandq_u8(query, row))
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn load(words: &[u64; WORDS]) -> uint8x16_t {
    // SAFETY: two words are one vector.
    unsafe { vreinterpretq_u8_u64(vld1q_u64(words.as_ptr())) }
}
