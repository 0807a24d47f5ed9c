//! Integer scans with SMLAL: eight products of two signed bytes, added as 16-bit integers.
//!
//! The naive loop unpacks a code, multiplies it with its query value and adds. Departures from it
//! for one query (`four`):
//!
//! 1. Bytes meet planes (see `kernels::planes`), so that unpacking is a shift and a mask.
//! 2. Four rows go together, so that a part of the query is loaded once for all of them.
//! 3. The bytes after the last whole vector are copied to a vector of zeros. Zero bytes of the row
//!    multiply whatever part of the query stands there, which its padding lets a kernel load.
//! 4. Products are added as 16-bit integers over [`run`] vectors before they are widened.
//!
//! And for many queries (`eight`), which is a product of two byte matrices (`kernels::tiles`):
//!
//! 5. The rows are unpacked to one byte per code once for all queries, in the order of the planes.
//! 6. Two rows and four queries go together.
//!
//! No sum overflows. A code is at most 15, so it is a signed byte as it stands, and a product at
//! most 1,905: [`run`] is as many vectors as keep a lane below 2^15, each adding two products of
//! every position to it.

// The loops over slots index several arrays of registers at once.
#![allow(clippy::needless_range_loop)]

use crate::kernels::ints::{GROUP, PAD};
use crate::kernels::tiles::tiles;
use crate::kernels::{IntQueries, IntScratch};
use std::arch::aarch64::*;

/// Rows that go together with one query, and with many.
const ROWS: usize = 4;
const TILE: usize = 2;

/// Bytes of a vector.
const BYTES: usize = 16;

pub(super) fn int_code(query: &IntQueries, rows: &[u8], scratch: &mut IntScratch, out: &mut [i32]) {
    // SAFETY: the table is used only where the level was detected.
    unsafe {
        match (query.count(), query.bits()) {
            (1, 1) => one::<1>(query, rows, out),
            (1, 2) => one::<2>(query, rows, out),
            (1, _) => one::<4>(query, rows, out),
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
            1 => given::<1>(query, rows, ids, out),
            2 => given::<2>(query, rows, ids, out),
            _ => given::<4>(query, rows, ids, out),
        }
    }
}

#[target_feature(enable = "neon")]
fn one<const BITS: usize>(query: &IntQueries, rows: &[u8], out: &mut [i32]) {
    let width = query.width();
    assert_eq!(rows.len(), width * out.len());
    for (rows, out) in rows.chunks(ROWS * width).zip(out.chunks_mut(ROWS)) {
        // The rows that four does not divide repeat the last row; only their dots are written.
        let row = |slot: usize| &rows[slot.min(out.len() - 1) * width..][..width];
        let dots = four::<BITS>(query, [row(0), row(1), row(2), row(3)]);
        out.copy_from_slice(&dots[..out.len()]);
    }
}

#[target_feature(enable = "neon")]
fn given<const BITS: usize>(query: &IntQueries, rows: &[u8], ids: &[u32], out: &mut [i32]) {
    for (ids, out) in ids.chunks(ROWS).zip(out.chunks_mut(ROWS)) {
        let row = |slot: usize| {
            let id = ids[slot.min(ids.len() - 1)];
            crate::rows::row(rows, query.width(), id as usize)
        };
        let dots = four::<BITS>(query, [row(0), row(1), row(2), row(3)]);
        out.copy_from_slice(&dots[..out.len()]);
    }
}

/// Vectors whose products are added before they are widened: a lane takes two products of each of
/// `positions` codes of `bits` bits from each.
const fn run(bits: usize, positions: usize) -> usize {
    i16::MAX as usize / (((1 << bits) - 1) * 127 * 2 * positions)
}

/// The first query with four rows.
#[target_feature(enable = "neon")]
fn four<const BITS: usize>(query: &IntQueries, rows: [&[u8]; ROWS]) -> [i32; ROWS] {
    let width = query.width();
    let mut sums = [vdupq_n_s32(0); ROWS];
    for start in (0..width).step_by(run(BITS, 8 / BITS) * BYTES) {
        let mut short = [vdupq_n_s16(0); ROWS];
        let end = width.min(start + run(BITS, 8 / BITS) * BYTES);
        for at in (start..end).step_by(BYTES) {
            let bytes = [
                part(rows[0], at),
                part(rows[1], at),
                part(rows[2], at),
                part(rows[3], at),
            ];
            for position in 0..8 / BITS {
                let values = values(query.values(), position * width + at);
                for slot in 0..ROWS {
                    let codes = codes::<BITS>(bytes[slot], position);
                    short[slot] = added(short[slot], codes, values);
                }
            }
        }
        for slot in 0..ROWS {
            sums[slot] = vpadalq_s16(sums[slot], short[slot]);
        }
    }
    let mut dots = [0; ROWS];
    for (dot, sum) in dots.iter_mut().zip(sums) {
        *dot = vaddvq_s32(sum);
    }
    dots
}

/// The codes at `position` of each byte.
#[inline]
#[target_feature(enable = "neon")]
fn codes<const BITS: usize>(bytes: uint8x16_t, position: usize) -> int8x16_t {
    let left = BITS as i8 * (position as i8 + 1) - 8;
    let shifted = vshlq_u8(bytes, vdupq_n_s8(left));
    vreinterpretq_s8_u8(vandq_u8(shifted, vdupq_n_u8((1 << BITS) - 1)))
}

/// `sums` and the products of both halves.
#[inline]
#[target_feature(enable = "neon")]
fn added(sums: int16x8_t, codes: int8x16_t, values: int8x16_t) -> int16x8_t {
    let low = vmlal_s8(sums, vget_low_s8(codes), vget_low_s8(values));
    vmlal_high_s8(low, codes, values)
}

/// The bytes of `row` from `at`, zeros after its end.
#[inline]
#[target_feature(enable = "neon")]
fn part(row: &[u8], at: usize) -> uint8x16_t {
    let mut padded = [0; BYTES];
    let bytes: &[u8; BYTES] = row[at..].first_chunk().unwrap_or_else(|| {
        padded[..row.len() - at].copy_from_slice(&row[at..]);
        &padded
    });
    // SAFETY: sixteen bytes are one vector.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// The query values from `at`, of which a vector is there: [`PAD`] of them end the planes.
#[inline]
#[target_feature(enable = "neon")]
fn values(planes: &[i8], at: usize) -> int8x16_t {
    const { assert!(PAD >= BYTES) };
    let values = &planes[at..][..BYTES];
    // SAFETY: sixteen values are one vector.
    unsafe { vld1q_s8(values.as_ptr()) }
}

/// Every query with every row.
#[target_feature(enable = "neon")]
fn many<const BITS: usize>(
    query: &IntQueries,
    rows: &[u8],
    scratch: &mut IntScratch,
    out: &mut [i32],
) {
    let stride = query.stride();
    let unpack = |row: &[u8], to: &mut [u8]| unpack::<BITS>(row, to);
    let tile = |queries: &[i8], rows: &[u8]| eight(queries, rows, stride, run(BITS, 1));
    tiles(query, rows, scratch, out, unpack, tile);
}

/// Codes of a packed row, plane by plane, zeros up to the end of `to`. Plain code: the compiler
/// vectorises it, and it is a small part of a batch.
#[target_feature(enable = "neon")]
fn unpack<const BITS: usize>(row: &[u8], to: &mut [u8]) {
    let (planes, rest) = to.split_at_mut(8 / BITS * row.len());
    rest.fill(0);
    for (index, plane) in planes.chunks_exact_mut(row.len()).enumerate() {
        let by = 8 - BITS * (index + 1);
        for (code, &byte) in plane.iter_mut().zip(row) {
            *code = byte >> by & ((1 << BITS) - 1) as u8;
        }
    }
}

/// Four queries with two unpacked rows, `stride` bytes each: `[query][row]`.
#[target_feature(enable = "neon")]
fn eight(queries: &[i8], rows: &[u8], stride: usize, run: usize) -> [[i32; TILE]; GROUP] {
    let mut sums = [[vdupq_n_s32(0); TILE]; GROUP];
    for start in (0..stride).step_by(run * BYTES) {
        let mut short = [[vdupq_n_s16(0); TILE]; GROUP];
        for at in (start..stride.min(start + run * BYTES)).step_by(BYTES) {
            let mut codes = [vdupq_n_s8(0); TILE];
            for row in 0..TILE {
                codes[row] = vreinterpretq_s8_u8(part(rows, row * stride + at));
            }
            for slot in 0..GROUP {
                let values = values(queries, slot * stride + at);
                for row in 0..TILE {
                    short[slot][row] = added(short[slot][row], codes[row], values);
                }
            }
        }
        for slot in 0..GROUP {
            for row in 0..TILE {
                sums[slot][row] = vpadalq_s16(sums[slot][row], short[slot][row]);
            }
        }
    }
    let mut dots = [[0; TILE]; GROUP];
    for (dots, sums) in dots.iter_mut().zip(sums) {
        *dots = [vaddvq_s32(sums[0]), vaddvq_s32(sums[1])];
    }
    dots
}
