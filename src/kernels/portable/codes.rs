//! Dot products with rows of packed codes.
//!
//! The naive loop unpacks each code and multiplies it with its query value. Departures from it:
//!
//! 1. The query comes in planes, one per position within a byte (see `kernels::planes`), so a
//!    run of bytes meets a run of query values and nothing is shuffled.
//! 2. Each byte is loaded once and masked once per plane.
//! 3. Float planes are scaled beforehand, so a masked byte is used without a shift.

use super::{sum, LANES};
use crate::kernels::planes::shift;
use crate::kernels::{CodePlanes, QueryPlanes};

/// Bytes of a block of the float sum.
const BLOCK: usize = 256;

/// `sum_i q_i c_i`.
#[inline(always)]
pub(in crate::kernels) fn float_code(query: &QueryPlanes, rows: &[u8], out: &mut [f64]) {
    match query.bits() {
        1 => float_rows::<1, 8>(query, rows, out),
        2 => float_rows::<2, 4>(query, rows, out),
        4 => float_rows::<4, 2>(query, rows, out),
        _ => float_rows::<8, 1>(query, rows, out),
    }
}

/// `sum_i q_i c_i`, exact.
#[inline(always)]
pub(in crate::kernels) fn code_code(query: &CodePlanes, rows: &[u8], out: &mut [u64]) {
    match query.bits() {
        1 => code_rows::<1, 8>(query, rows, out),
        2 => code_rows::<2, 4>(query, rows, out),
        4 => code_rows::<4, 2>(query, rows, out),
        _ => code_rows::<8, 1>(query, rows, out),
    }
}

/// Cuts the planes apart.
#[inline(always)]
fn split<T, const PLANES: usize>(values: &[T], width: usize) -> [&[T]; PLANES] {
    std::array::from_fn(|plane| &values[plane * width..(plane + 1) * width])
}

/// The bits of the code at `position`, where they stand in the byte.
pub(super) const fn mask<const BITS: u8>(position: usize) -> u8 {
    let ones = ((1u16 << BITS) - 1) as u8;
    ones << (8 - BITS as usize * (position + 1))
}

#[inline(always)]
fn float_rows<const BITS: u8, const PLANES: usize>(
    query: &QueryPlanes,
    rows: &[u8],
    out: &mut [f64],
) {
    let planes: [&[f32]; PLANES] = split(query.values(), query.width());
    for (row, out) in rows.chunks_exact(query.width()).zip(out) {
        *out = 0.0;
        for (index, bytes) in row.chunks(BLOCK).enumerate() {
            let start = index * BLOCK;
            let block = planes.map(|plane| &plane[start..start + bytes.len()]);
            *out += float_block::<BITS, PLANES>(block, bytes);
        }
    }
}

#[inline(always)]
fn float_block<const BITS: u8, const PLANES: usize>(planes: [&[f32]; PLANES], bytes: &[u8]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = bytes.as_chunks::<LANES>();
    let whole = planes.map(|plane| plane.as_chunks::<LANES>().0);
    for (index, bytes) in chunks.iter().enumerate() {
        for (position, plane) in whole.iter().enumerate() {
            let mask = mask::<BITS>(position);
            for lane in 0..LANES {
                lanes[lane] += plane[index][lane] * f32::from(bytes[lane] & mask);
            }
        }
    }
    let done = bytes.len() - rest.len();
    for (lane, &byte) in rest.iter().enumerate() {
        for (position, plane) in planes.iter().enumerate() {
            lanes[lane] += plane[done + lane] * f32::from(byte & mask::<BITS>(position));
        }
    }
    sum(&lanes)
}

#[inline(always)]
fn code_rows<const BITS: u8, const PLANES: usize>(
    query: &CodePlanes,
    rows: &[u8],
    out: &mut [u64],
) {
    let planes: [&[u8]; PLANES] = split(query.values(), query.width());
    for (row, out) in rows.chunks_exact(query.width()).zip(out) {
        *out = 0;
        for (index, bytes) in row.chunks(BLOCK).enumerate() {
            let start = index * BLOCK;
            for (position, plane) in planes.iter().enumerate() {
                let codes = &plane[start..start + bytes.len()];
                *out += u64::from(code_block::<BITS>(codes, bytes, position));
            }
        }
    }
}

/// At most 256 products of at most 255 * 255: the sum fits in u32.
#[inline(always)]
fn code_block<const BITS: u8>(codes: &[u8], bytes: &[u8], position: usize) -> u32 {
    let shift = shift(position, BITS);
    let mask = mask::<BITS>(position);
    let products = codes.iter().zip(bytes);
    products
        .map(|(&q, &byte)| u32::from(q) * u32::from((byte & mask) >> shift))
        .sum()
}
