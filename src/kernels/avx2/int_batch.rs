//! Integer scans of many queries with VPMADDUBSW: a product of two byte matrices.
//!
//! The naive loop unpacks a code, multiplies it with its query value and adds. Departures from it:
//!
//! 1. The rows are unpacked to one byte per code once for all queries, in the order of the planes.
//! 2. Two rows and four queries go together.
//! 3. Products are added as 16-bit integers over [`RUN`] vectors before they are widened.
//!
//! No sum overflows. A code is at most 15, so a lane of VPMADDUBSW is at most 2 * 15 * 127 = 3,810,
//! and [`RUN`] = 8 of them stay below 2^15.

use super::fours::total;
use crate::kernels::ints::GROUP;
use crate::kernels::tiles::tiles;
use crate::kernels::{IntQueries, IntScratch};
use std::arch::x86_64::*;

/// Rows that go together.
const ROWS: usize = 2;

/// Bytes of a vector.
const BYTES: usize = 32;

/// Vectors whose products are added before they are widened.
const RUN: usize = 8;

/// Every query with every row.
#[target_feature(enable = "avx2")]
pub(super) fn every(query: &IntQueries, rows: &[u8], scratch: &mut IntScratch, out: &mut [i32]) {
    match query.bits() {
        1 => many::<1>(query, rows, scratch, out),
        2 => many::<2>(query, rows, scratch, out),
        _ => many::<4>(query, rows, scratch, out),
    }
}

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
