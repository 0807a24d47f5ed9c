//! Integer scans with VPMADDUBSW: two products of an unsigned and a signed byte per 16-bit lane.
//!
//! The naive loop unpacks a code, multiplies it with its query value and adds. Departures from it
//! for one query:
//!
//! 1. Bytes meet planes (see `kernels::planes`), so that unpacking is a mask.
//! 2. Only the upper half of a byte is shifted down. Within a half a code stays where it is,
//!    scaled by a power of two; its products are shifted down, exactly, before they are added to
//!    those of the other positions.
//! 3. Two rows go together, so that a part of the query is loaded once for both. The sums of four
//!    rows are folded together.
//! 4. The bytes after the last whole vector are loaded as the end of a vector whose beginning is
//!    blanked; a row that is shorter than a vector is copied to a vector of zeros. Zero bytes of
//!    the row multiply whatever part of the query stands there, which its padding lets a kernel
//!    load.
//! 5. Rows further on are asked for: narrow ones a pair at once, wide ones line by line.
//!
//! No sum overflows. A masked half byte is at most 15, so a lane of VPMADDUBSW is at most
//! 2 * 15 * 127 = 3,810. A lane holds, of each position, two of them: at most 7,620 with 4 bits,
//! 2 * 3,810 over all positions with fewer.
//!
//! Many queries are in `int_batch`.

// The loops over slots index several arrays of registers at once.
#![allow(clippy::needless_range_loop)]

use super::fours::{group, put, totals, ROWS};
use super::int_batch;
use crate::kernels::ints::PAD;
use crate::kernels::prefetch;
use crate::kernels::{IntQueries, IntScratch};
use std::arch::x86_64::*;

/// Rows that go together.
const PAIR: usize = 2;

/// Bytes of a vector.
const BYTES: usize = 32;

/// Bytes of a row beyond which a pair is asked for line by line. Of narrower rows all lines at once
/// are no more than the memory takes, and cost less.
const WIDE: usize = 256;

pub(super) fn int_code(query: &IntQueries, rows: &[u8], scratch: &mut IntScratch, out: &mut [i32]) {
    // SAFETY: the table is used only where the level was detected.
    unsafe {
        match (query.count(), query.bits()) {
            (1, 1) => one::<1, 4>(query, rows, out),
            (1, 2) => one::<2, 2>(query, rows, out),
            (1, _) => one::<4, 1>(query, rows, out),
            _ => int_batch::every(query, rows, scratch, out),
        }
    }
}

pub(super) fn int_rows(query: &IntQueries, rows: &[u8], ids: &[u32], out: &mut [i32]) {
    // SAFETY: as above.
    unsafe {
        match query.bits() {
            1 => given::<1, 4>(query, rows, ids, out),
            2 => given::<2, 2>(query, rows, ids, out),
            _ => given::<4, 1>(query, rows, ids, out),
        }
    }
}

#[target_feature(enable = "avx2")]
fn one<const BITS: i32, const SUMS: usize>(query: &IntQueries, rows: &[u8], out: &mut [i32]) {
    if query.width() > WIDE {
        pairs::<BITS, SUMS, true>(query, rows, out)
    } else {
        pairs::<BITS, SUMS, false>(query, rows, out)
    }
}

/// Scores consecutive rows. `SPACED`: later rows are asked for line by line.
#[target_feature(enable = "avx2")]
fn pairs<const BITS: i32, const SUMS: usize, const SPACED: bool>(
    query: &IntQueries,
    rows: &[u8],
    out: &mut [i32],
) {
    let width = query.width();
    assert_eq!(rows.len(), width * out.len());
    for (rows, out) in rows.chunks(ROWS * width).zip(out.chunks_mut(ROWS)) {
        let of = group(rows, width);
        if !SPACED {
            prefetch::after(of[0].as_ptr(), PAIR * width);
        }
        let front = two::<BITS, SUMS, SPACED>(query, [of[0], of[1]]);
        if !SPACED {
            prefetch::after(of[2].as_ptr(), PAIR * width);
        }
        let back = two::<BITS, SUMS, SPACED>(query, [of[2], of[3]]);
        put(totals([front[0], front[1], back[0], back[1]]), out);
    }
}

/// Rows that are asked for ahead of their use: they lie anywhere.
const AHEAD: usize = 8;

#[target_feature(enable = "avx2")]
fn given<const BITS: i32, const SUMS: usize>(
    query: &IntQueries,
    rows: &[u8],
    ids: &[u32],
    out: &mut [i32],
) {
    let width = query.width();
    for (group, (of, out)) in ids.chunks(ROWS).zip(out.chunks_mut(ROWS)).enumerate() {
        for &later in ids.iter().skip(group * ROWS + AHEAD).take(ROWS) {
            prefetch::lines(rows.as_ptr().wrapping_add(later as usize * width), width);
        }
        let row = |slot: usize| &rows[of[slot.min(of.len() - 1)] as usize * width..][..width];
        let front = two::<BITS, SUMS, false>(query, [row(0), row(1)]);
        let back = two::<BITS, SUMS, false>(query, [row(2), row(3)]);
        put(totals([front[0], front[1], back[0], back[1]]), out);
    }
}

/// Sums of the first query with two rows, in eight lanes each. `SPACED`: the rows follow each
/// other, and a line of later ones is asked for before each vector of theirs.
#[inline]
#[target_feature(enable = "avx2")]
fn two<const BITS: i32, const SUMS: usize, const SPACED: bool>(
    query: &IntQueries,
    rows: [&[u8]; PAIR],
) -> [__m256i; PAIR] {
    let width = query.width();
    assert!(rows[0].len() == width && rows[1].len() == width);
    // Planes are at most `(2 SUMS - 1) * width` in, so a load there ends within `dim + PAD`.
    assert!(query.values().len() >= 2 * SUMS * width + PAD);
    let mut sums = [_mm256_setzero_si256(); PAIR];
    let mut add = |at: usize, bytes: [__m256i; PAIR]| {
        // SAFETY: `at < width` wherever this is called, and the assertion above.
        let products = unsafe { products::<BITS, SUMS>(query, at, bytes) };
        for slot in 0..PAIR {
            let wide = _mm256_madd_epi16(products[slot], _mm256_set1_epi16(1));
            sums[slot] = _mm256_add_epi32(sums[slot], wide);
        }
    };
    let whole = width / BYTES * BYTES;
    for at in (0..whole).step_by(BYTES) {
        if SPACED {
            prefetch::beside(rows[0].as_ptr().wrapping_add(PAIR * at), PAIR * width);
        }
        // SAFETY: `at + 32 <= whole`, and the rows are longer.
        add(at, rows.map(|row| unsafe { load(row.as_ptr().add(at)) }));
    }
    if whole < width {
        add(width.saturating_sub(BYTES), rows.map(|row| end(row)));
    }
    sums
}

/// Products of one vector of each row with every plane, as 16-bit sums.
///
/// # Safety
/// `query.values()` is at least `2 * SUMS * width + 64` long and `at < width`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn products<const BITS: i32, const SUMS: usize>(
    query: &IntQueries,
    at: usize,
    bytes: [__m256i; PAIR],
) -> [__m256i; PAIR] {
    let (planes, width) = (query.values().as_ptr(), query.width());
    let mut sums = [_mm256_setzero_si256(); PAIR];
    for sum in 0..SUMS {
        let scale = sum as i32 * BITS;
        let code = _mm256_set1_epi8((((1 << BITS) - 1) << scale) as i8);
        // SAFETY: a plane's part ends at most 32 bytes after `2 * SUMS * width`.
        let (of_low, of_high) = unsafe {
            let plane = |index: usize| planes.add(index * width + at).cast();
            (
                _mm256_loadu_si256(plane(2 * SUMS - 1 - sum)),
                _mm256_loadu_si256(plane(SUMS - 1 - sum)),
            )
        };
        for slot in 0..PAIR {
            let low = _mm256_and_si256(bytes[slot], code);
            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes[slot]), code);
            let both = _mm256_add_epi16(
                _mm256_maddubs_epi16(low, of_low),
                _mm256_maddubs_epi16(high, of_high),
            );
            let exact = _mm256_sra_epi16(both, _mm_cvtsi32_si128(scale));
            sums[slot] = _mm256_add_epi16(sums[slot], exact);
        }
    }
    sums
}

/// The last vector of a row, in which the bytes that whole vectors hold are zero; a shorter row,
/// then zeros.
#[inline]
#[target_feature(enable = "avx2")]
fn end(row: &[u8]) -> __m256i {
    const BLANKS: [u8; 2 * BYTES] = {
        let (mut blanks, mut at) = ([0; 2 * BYTES], BYTES);
        while at < 2 * BYTES {
            blanks[at] = 255;
            at += 1;
        }
        blanks
    };
    if row.len() >= BYTES {
        let kept = row.len() % BYTES;
        // SAFETY: 32 bytes that end with the row, and 32 of 64 from a place below 32.
        return unsafe {
            let bytes = load(row.as_ptr().add(row.len() - BYTES));
            _mm256_and_si256(bytes, load(BLANKS.as_ptr().add(kept)))
        };
    }
    let mut bytes = [0u8; BYTES];
    bytes[..row.len()].copy_from_slice(row);
    // SAFETY: the array is one vector long.
    unsafe { load(bytes.as_ptr()) }
}

/// # Safety
/// 32 bytes can be read there.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load(from: *const u8) -> __m256i {
    // SAFETY: as promised.
    unsafe { _mm256_loadu_si256(from.cast()) }
}
