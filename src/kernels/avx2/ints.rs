//! Integer scans with VPMADDUBSW: two products of an unsigned and a signed byte per 16-bit lane.
//!
//! The naive loop unpacks a code, multiplies it with its query value and adds. Departures from it
//! for one query (`two`):
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
//! And for many queries (`many`), which is a product of two byte matrices:
//!
//! 6. The rows are unpacked to one byte per code once for all queries, in the order of the planes.
//! 7. Two rows and four queries go together.
//! 8. Products are added as 16-bit integers over [`RUN`] vectors before they are widened.
//!
//! No sum overflows. A masked half byte is at most 15, so a lane of VPMADDUBSW is at most
//! 2 * 15 * 127 = 3,810, and [`RUN`] = 8 of them stay below 2^15. In `two` a lane holds, of each
//! position, two of them: at most 7,620 with 4 bits, 2 * 3,810 over all positions with fewer.

// The loops over slots index several arrays of registers at once.
#![allow(clippy::needless_range_loop)]

use super::ranks::total;
use crate::kernels::ints::{GROUP, PAD};
use crate::kernels::prefetch;
use crate::kernels::tiles::tiles;
use crate::kernels::{IntQueries, IntScratch};
use std::arch::x86_64::*;

/// Rows that go together.
const ROWS: usize = 2;

/// Rows whose sums are folded together.
const FOLD: usize = 4;

/// Bytes of a vector.
const BYTES: usize = 32;

/// Bytes of a row beyond which a pair is asked for line by line. Of narrower rows all lines at once
/// are no more than the memory takes, and cost less.
const WIDE: usize = 256;

/// Vectors whose products are added before they are widened.
const RUN: usize = 8;

pub(super) fn int_code(query: &IntQueries, rows: &[u8], scratch: &mut IntScratch, out: &mut [i32]) {
    // SAFETY: the table is used only where the level was detected.
    unsafe {
        match (query.count(), query.bits()) {
            (1, 1) => one::<1, 4>(query, rows, out),
            (1, 2) => one::<2, 2>(query, rows, out),
            (1, _) => one::<4, 1>(query, rows, out),
            (_, 1) => many::<1>(query, rows, scratch, out),
            (_, 2) => many::<2>(query, rows, scratch, out),
            _ => many::<4>(query, rows, scratch, out),
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
    for (rows, out) in rows.chunks(FOLD * width).zip(out.chunks_mut(FOLD)) {
        // The last row again where there are fewer.
        let last = rows.len() - width;
        let row = |slot: usize| &rows[last.min(slot * width)..][..width];
        if !SPACED {
            prefetch::after(rows.as_ptr(), ROWS * width);
        }
        let front = two::<BITS, SUMS, SPACED>(query, [row(0), row(1)]);
        if !SPACED {
            prefetch::after(row(2).as_ptr(), ROWS * width);
        }
        let back = two::<BITS, SUMS, SPACED>(query, [row(2), row(3)]);
        let dots = totals([front[0], front[1], back[0], back[1]]);
        out.iter_mut().zip(dots).for_each(|(out, dot)| *out = dot);
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
    for (group, (of, out)) in ids.chunks(FOLD).zip(out.chunks_mut(FOLD)).enumerate() {
        for &later in ids.iter().skip(group * FOLD + AHEAD).take(FOLD) {
            prefetch::lines(rows.as_ptr().wrapping_add(later as usize * width), width);
        }
        let row = |slot: usize| &rows[of[slot.min(of.len() - 1)] as usize * width..][..width];
        let front = two::<BITS, SUMS, false>(query, [row(0), row(1)]);
        let back = two::<BITS, SUMS, false>(query, [row(2), row(3)]);
        let dots = totals([front[0], front[1], back[0], back[1]]);
        out.iter_mut().zip(dots).for_each(|(out, dot)| *out = dot);
    }
}

/// Sums of the first query with two rows, in eight lanes each. `SPACED`: the rows follow each
/// other, and a line of later ones is asked for before each vector of theirs.
#[inline]
#[target_feature(enable = "avx2")]
fn two<const BITS: i32, const SUMS: usize, const SPACED: bool>(
    query: &IntQueries,
    rows: [&[u8]; ROWS],
) -> [__m256i; ROWS] {
    let width = query.width();
    assert!(rows[0].len() == width && rows[1].len() == width);
    // Planes are at most `(2 SUMS - 1) * width` in, so a load there ends within `dim + PAD`.
    assert!(query.values().len() >= 2 * SUMS * width + PAD);
    let mut sums = [_mm256_setzero_si256(); ROWS];
    let mut add = |at: usize, bytes: [__m256i; ROWS]| {
        // SAFETY: `at < width` wherever this is called, and the assertion above.
        let products = unsafe { products::<BITS, SUMS>(query, at, bytes) };
        for slot in 0..ROWS {
            let wide = _mm256_madd_epi16(products[slot], _mm256_set1_epi16(1));
            sums[slot] = _mm256_add_epi32(sums[slot], wide);
        }
    };
    let whole = width / BYTES * BYTES;
    for at in (0..whole).step_by(BYTES) {
        if SPACED {
            prefetch::beside(rows[0].as_ptr().wrapping_add(ROWS * at), ROWS * width);
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
    bytes: [__m256i; ROWS],
) -> [__m256i; ROWS] {
    let (planes, width) = (query.values().as_ptr(), query.width());
    let mut sums = [_mm256_setzero_si256(); ROWS];
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
        for slot in 0..ROWS {
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

/// Every query with every row.
#[target_feature(enable = "avx2")]
fn many<const BITS: i32>(
    query: &IntQueries,
    rows: &[u8],
    scratch: &mut IntScratch,
    out: &mut [i32],
) {
    let tile = |queries: &[i8], rows: &[u8]| eight(queries, rows, query.stride());
    let unpack = |row: &[u8], to: &mut [u8]| unpack::<BITS>(row, to);
    tiles(query, rows, scratch, out, unpack, tile);
}

/// Codes of a packed row, plane by plane, zeros up to the end of `to`. Plain code: the compiler
/// vectorises it, and it is a small part of a batch.
#[target_feature(enable = "avx2")]
fn unpack<const BITS: i32>(row: &[u8], to: &mut [u8]) {
    let used = 8 / BITS as usize * row.len();
    to[used..].fill(0);
    for (index, plane) in to[..used].chunks_exact_mut(row.len()).enumerate() {
        let by = 8 - BITS * (index as i32 + 1);
        for (code, &byte) in plane.iter_mut().zip(row) {
            *code = byte >> by & ((1 << BITS) - 1) as u8;
        }
    }
}

/// Four queries with two unpacked rows, `stride` bytes each: `[query][row]`.
#[target_feature(enable = "avx2")]
fn eight(queries: &[i8], rows: &[u8], stride: usize) -> [[i32; ROWS]; GROUP] {
    assert!(queries.len() == GROUP * stride && rows.len() == ROWS * stride);
    assert!(stride.is_multiple_of(BYTES));
    let mut sums = [[_mm256_setzero_si256(); ROWS]; GROUP];
    for start in (0..stride).step_by(RUN * BYTES) {
        let mut short = [[_mm256_setzero_si256(); ROWS]; GROUP];
        for at in (start..stride.min(start + RUN * BYTES)).step_by(BYTES) {
            // SAFETY: `at + 32 <= stride`, and there are that many times `stride` bytes.
            let codes = unsafe {
                [
                    _mm256_loadu_si256(rows.as_ptr().add(at).cast()),
                    _mm256_loadu_si256(rows.as_ptr().add(stride + at).cast()),
                ]
            };
            for (slot, short) in short.iter_mut().enumerate() {
                // SAFETY: as above.
                let values =
                    unsafe { _mm256_loadu_si256(queries.as_ptr().add(slot * stride + at).cast()) };
                for row in 0..ROWS {
                    let products = _mm256_maddubs_epi16(codes[row], values);
                    short[row] = _mm256_add_epi16(short[row], products);
                }
            }
        }
        for (sums, short) in sums.iter_mut().zip(short) {
            for row in 0..ROWS {
                let wide = _mm256_madd_epi16(short[row], _mm256_set1_epi16(1));
                sums[row] = _mm256_add_epi32(sums[row], wide);
            }
        }
    }
    let mut dots = [[0; ROWS]; GROUP];
    for (dots, sums) in dots.iter_mut().zip(sums) {
        *dots = [total(sums[0]), total(sums[1])];
    }
    dots
}

/// Sums of the eight lanes of each.
#[inline]
#[target_feature(enable = "avx2")]
fn totals(x: [__m256i; FOLD]) -> [i32; FOLD] {
    let pairs = |a, b| _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (front, back) = (pairs(x[0], x[1]), pairs(x[2], x[3]));
    let halves = _mm256_add_epi32(
        _mm256_unpacklo_epi64(front, back),
        _mm256_unpackhi_epi64(front, back),
    );
    let whole = _mm_add_epi32(
        _mm256_castsi256_si128(halves),
        _mm256_extracti128_si256::<1>(halves),
    );
    let mut out = [0; FOLD];
    // SAFETY: the array is one such vector long.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), whole) };
    out
}
