//! Integer scans with VPDPBUSD: four products of an unsigned and a signed byte per 32-bit lane.
//!
//! The naive loop unpacks a code, multiplies it with its query value and adds. Departures from it
//! for one query (`four`):
//!
//! 1. Bytes meet planes (see `kernels::planes`), so that unpacking is a mask.
//! 2. Only the upper half of a byte is shifted down. Within a half a code stays where it is,
//!    scaled by a power of two: each position has a sum of its own, and the sums are shifted down
//!    at the end, exactly, because each is a multiple of that power.
//! 3. Four rows go together, so that a part of the query is loaded once for all of them.
//! 4. The last part of a row is loaded under a mask. Zero bytes of the row multiply whatever part
//!    of the query stands there, which its padding lets a kernel load.
//! 5. Rows further on are asked for, a line for each that is used: requests in bulk wait for each
//!    other.
//!
//! And for many queries (`many`), which is a product of two byte matrices:
//!
//! 6. The rows are unpacked to one byte per code once for all queries, in the order of the planes.
//! 7. Four rows and four queries go together: sixteen sums in registers for eight loads.
//! 8. Sixteen sums are folded by transposition, not one by one.
//!
//! No sum overflows: 65,535 codes of at most 15 (240 while scaled, a quarter of them) times 127.

// The loops over sums and slots index several arrays of registers at once.
#![allow(clippy::needless_range_loop)]

use crate::kernels::ints::{GROUP, PAD};
use crate::kernels::prefetch;
use crate::kernels::tiles::tiles;
use crate::kernels::{IntQueries, IntScratch};
use std::arch::x86_64::*;

/// Rows that go together.
const ROWS: usize = 4;

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

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn one<const BITS: usize, const SUMS: usize>(query: &IntQueries, rows: &[u8], out: &mut [i32]) {
    let width = query.width();
    assert_eq!(rows.len(), width * out.len());
    let (whole, rest) = out.as_chunks_mut::<ROWS>();
    let groups = whole.len();
    for (group, out) in whole.iter_mut().enumerate() {
        let first = rows[group * ROWS * width..][..ROWS * width].as_ptr();
        let row = |slot: usize| first.wrapping_add(slot * width);
        // SAFETY: each pointer is to a row of `width` bytes in the slice above.
        *out = unsafe { four::<BITS, SUMS, true>(query, [row(0), row(1), row(2), row(3)]) };
    }
    for (at, out) in rest.iter_mut().enumerate() {
        let row = crate::rows::row(rows, width, groups * ROWS + at).as_ptr();
        // SAFETY: the pointer is to a row.
        *out = unsafe { four::<BITS, SUMS, false>(query, [row; ROWS]) }[0];
    }
}

/// Rows that are asked for ahead of their use: they lie anywhere.
const AHEAD: usize = 8;

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn given<const BITS: usize, const SUMS: usize>(
    query: &IntQueries,
    rows: &[u8],
    ids: &[u32],
    out: &mut [i32],
) {
    let width = query.width();
    let row = |id: u32| rows[id as usize * width..][..width].as_ptr();
    for (group, (of, out)) in ids.chunks(ROWS).zip(out.chunks_mut(ROWS)).enumerate() {
        let mut at = [std::ptr::null(); ROWS];
        for (slot, at) in at.iter_mut().enumerate() {
            *at = row(of[slot.min(of.len() - 1)]);
            if let Some(&later) = ids.get(group * ROWS + AHEAD + slot) {
                prefetch::lines(row(later), width);
            }
        }
        // SAFETY: each pointer is to a whole row of `width` bytes.
        let dots = unsafe { four::<BITS, SUMS, false>(query, at) };
        out.copy_from_slice(&dots[..out.len()]);
    }
}

/// The first query with four rows. `SUMS` is the number of codes in half a byte. `SPACED`: the rows
/// follow each other, and a line of later ones is asked for before each that is used.
///
/// # Safety
/// Each of `rows` points to `query.width()` bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn four<const BITS: usize, const SUMS: usize, const SPACED: bool>(
    query: &IntQueries,
    rows: [*const u8; ROWS],
) -> [i32; ROWS] {
    let width = query.width();
    // Planes are at most `(2 SUMS - 1) * width` in, so a load there ends within `dim + PAD`.
    assert!(query.values().len() >= 2 * SUMS * width + PAD);
    let planes = query.values().as_ptr();
    let mut sums = [[_mm512_setzero_si512(); SUMS]; ROWS];
    for at in (0..width).step_by(PAD) {
        let mask = first(width - at);
        let mut low = [_mm512_setzero_si512(); ROWS];
        let mut high = low;
        for slot in 0..ROWS {
            if SPACED {
                let part = rows[0].wrapping_add(ROWS * at + slot * prefetch::LINE);
                prefetch::beside(part, ROWS * width);
            }
            // SAFETY: the mask keeps the load within `width` bytes of the row.
            low[slot] = unsafe { _mm512_maskz_loadu_epi8(mask, rows[slot].add(at).cast()) };
            high[slot] = _mm512_srli_epi16::<4>(low[slot]);
        }
        for sum in 0..SUMS {
            let code = _mm512_set1_epi8((((1 << BITS) - 1) << (sum * BITS)) as i8);
            // SAFETY: asserted above.
            let (of_low, of_high) = unsafe {
                let plane = |index: usize| planes.add(index * width + at).cast();
                (
                    _mm512_loadu_si512(plane(2 * SUMS - 1 - sum)),
                    _mm512_loadu_si512(plane(SUMS - 1 - sum)),
                )
            };
            for slot in 0..ROWS {
                let (low, high) = (
                    _mm512_and_si512(low[slot], code),
                    _mm512_and_si512(high[slot], code),
                );
                let added = _mm512_dpbusd_epi32(sums[slot][sum], low, of_low);
                sums[slot][sum] = _mm512_dpbusd_epi32(added, high, of_high);
            }
        }
    }
    let mut whole = [_mm512_setzero_si512(); ROWS];
    for slot in 0..ROWS {
        for sum in 0..SUMS {
            let by = _mm_cvtsi32_si128((sum * BITS) as i32);
            whole[slot] = _mm512_add_epi32(whole[slot], _mm512_sra_epi32(sums[slot][sum], by));
        }
    }
    to_array(quarters(transposed(whole)))
}

/// Every query with every row.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn many<const BITS: usize>(
    query: &IntQueries,
    rows: &[u8],
    scratch: &mut IntScratch,
    out: &mut [i32],
) {
    let tile = |queries: &[i8], rows: &[u8]| sixteen(queries, rows, query.stride());
    let unpack = |row: &[u8], to: &mut [u8]| unpack::<BITS>(row, to);
    tiles(query, rows, scratch, out, unpack, tile);
}

/// Codes of a packed row, plane by plane, zeros up to the end of `to`.
#[target_feature(enable = "avx512f,avx512bw")]
fn unpack<const BITS: usize>(row: &[u8], to: &mut [u8]) {
    let (width, count) = (row.len(), 8 / BITS);
    prefetch::after(row.as_ptr(), width);
    to[count * width..].fill(0);
    let code = _mm512_set1_epi8(((1 << BITS) - 1) as i8);
    for at in (0..width).step_by(PAD) {
        let mask = first(width - at);
        // SAFETY: the mask keeps the load within the row.
        let bytes = unsafe { _mm512_maskz_loadu_epi8(mask, row.as_ptr().add(at).cast()) };
        for (index, plane) in to[..count * width].chunks_exact_mut(width).enumerate() {
            let by = _mm_cvtsi32_si128((8 - BITS * (index + 1)) as i32);
            let codes = _mm512_and_si512(_mm512_srl_epi16(bytes, by), code);
            // SAFETY: the mask keeps the store within the plane, which is as long as the row.
            unsafe { _mm512_mask_storeu_epi8(plane.as_mut_ptr().add(at).cast(), mask, codes) };
        }
    }
}

/// Four queries with four unpacked rows, `stride` bytes each: `[query][row]`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn sixteen(queries: &[i8], rows: &[u8], stride: usize) -> [[i32; ROWS]; GROUP] {
    assert!(queries.len() == GROUP * stride && rows.len() == ROWS * stride);
    assert!(stride.is_multiple_of(PAD));
    let mut sums = [[_mm512_setzero_si512(); ROWS]; GROUP];
    for at in (0..stride).step_by(PAD) {
        let mut codes = [_mm512_setzero_si512(); ROWS];
        for (slot, codes) in codes.iter_mut().enumerate() {
            // SAFETY: `at + 64 <= stride`, and there are four times `stride` bytes.
            *codes = unsafe { _mm512_loadu_si512(rows.as_ptr().add(slot * stride + at).cast()) };
        }
        for (slot, sums) in sums.iter_mut().enumerate() {
            // SAFETY: as above.
            let values =
                unsafe { _mm512_loadu_si512(queries.as_ptr().add(slot * stride + at).cast()) };
            for row in 0..ROWS {
                sums[row] = _mm512_dpbusd_epi32(sums[row], codes[row], values);
            }
        }
    }
    let mut dots = [[0; ROWS]; GROUP];
    for (dots, sums) in dots.iter_mut().zip(sums) {
        *dots = to_array(quarters(transposed(sums)));
    }
    dots
}

/// A mask of the first `left` bytes of a vector.
#[inline(always)]
pub(super) fn first(left: usize) -> u64 {
    if left < PAD {
        (1 << left) - 1
    } else {
        !0
    }
}

/// Lane `i` of each quarter is the sum of that quarter of `s[i]`.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(s: [__m512i; 4]) -> __m512i {
    let ab = _mm512_add_epi32(
        _mm512_unpacklo_epi32(s[0], s[1]),
        _mm512_unpackhi_epi32(s[0], s[1]),
    );
    let cd = _mm512_add_epi32(
        _mm512_unpacklo_epi32(s[2], s[3]),
        _mm512_unpackhi_epi32(s[2], s[3]),
    );
    _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd))
}

/// Sum of the four quarters.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn quarters(x: __m512i) -> __m128i {
    let half = _mm256_add_epi32(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64::<1>(x));
    _mm_add_epi32(
        _mm256_castsi256_si128(half),
        _mm256_extracti128_si256::<1>(half),
    )
}

#[inline]
#[target_feature(enable = "sse2")]
fn to_array(x: __m128i) -> [i32; 4] {
    let mut out = [0; 4];
    // SAFETY: four i32 are 16 bytes.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), x) };
    out
}
