//! Integer products with rows of ranks. VPMADDWD multiplies 16 pairs of 16 bits and adds
//! neighbours.
//!
//! The naive loop centres a rank, multiplies it with its query value and adds. Departures from it:
//!
//! 1. Rows that are in a cache go four at a time, so that each part of the query is loaded once.
//!    Rows that are not go one by one, and each step asks for a line further on.
//! 2. The ranks after the last whole vector of a run are multiplied one by one.

// The loops over rows index several arrays of registers at once.
#![allow(clippy::needless_range_loop)]

use crate::kernels::prefetch;
use crate::kernels::rank_ints::{grouped, middle, RankInts};
use std::arch::x86_64::*;

/// Coordinates of a vector.
const LANES: usize = 16;

/// Vectors of a step, which are a cache line of a row.
const STEP: usize = 2;

/// Rows that go together.
const ROWS: usize = 4;

pub(super) fn int_rank(query: &RankInts, rows: &[u16], near: bool, out: &mut [i64]) {
    if query.run() == 1 {
        return super::wide_rank(query, rows, near, out);
    }
    // SAFETY: the table is used only where the level was detected.
    unsafe {
        if near {
            each::<ROWS, false>(query, rows, out)
        } else {
            each::<1, true>(query, rows, out)
        }
    }
}

/// `N` rows at a time, and those that are left one by one; later ones of `FAR` rows are asked for.
#[target_feature(enable = "avx2")]
fn each<const N: usize, const FAR: bool>(query: &RankInts, rows: &[u16], out: &mut [i64]) {
    let dim = query.values().len();
    let group = |rows: &[u16]| products::<N, FAR>(query, rows);
    let one = |row: &[u16]| products::<1, FAR>(query, row)[0];
    grouped(dim, rows, out, group, one);
}

/// The products with `N` rows.
#[inline]
#[target_feature(enable = "avx2")]
fn products<const N: usize, const FAR: bool>(query: &RankInts, rows: &[u16]) -> [i64; N] {
    let values = query.values();
    let dim = values.len();
    assert_eq!(rows.len(), N * dim);
    let mut totals = [0; N];
    for first in (0..dim).step_by(query.run()) {
        let end = dim.min(first + query.run());
        let whole = first + (end - first) / (STEP * LANES) * (STEP * LANES);
        let mut sums = [[_mm256_setzero_si256(); STEP]; N];
        for at in (first..whole).step_by(STEP * LANES) {
            for part in 0..STEP {
                let at = at + part * LANES;
                // SAFETY: `at + 16 <= whole <= dim`.
                let wanted = unsafe { load(values.as_ptr().add(at).cast()) };
                for row in 0..N {
                    // SAFETY: as above, and there are `N * dim` ranks.
                    let ranks = unsafe { load(rows.as_ptr().add(row * dim + at)) };
                    let centred = _mm256_sub_epi16(ranks, _mm256_set1_epi16(middle(dim) as i16));
                    let product = _mm256_madd_epi16(centred, wanted);
                    sums[row][part] = _mm256_add_epi32(sums[row][part], product);
                }
            }
            if FAR {
                prefetch::beside(rows.as_ptr().wrapping_add(at), prefetch::LINE);
            }
        }
        for row in 0..N {
            let both = _mm256_add_epi32(sums[row][0], sums[row][1]);
            let of_row = &rows[row * dim..][whole..end];
            let rest = values[whole..end].iter().zip(of_row);
            let one = |(&n, &r): (&i16, &u16)| {
                i32::from(n) * i32::from(r.wrapping_sub(middle(dim)) as i16)
            };
            // Sums of a run fit 32 bits, in whatever order.
            totals[row] += i64::from(total(both) + rest.map(one).sum::<i32>());
        }
    }
    totals
}

/// # Safety
/// 16 ranks can be read there.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load(from: *const u16) -> __m256i {
    // SAFETY: as promised.
    unsafe { _mm256_loadu_si256(from.cast()) }
}

/// Sum of the eight lanes.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn total(x: __m256i) -> i32 {
    let half = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256::<1>(x));
    let pair = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
    let whole = _mm_add_epi32(pair, _mm_shuffle_epi32::<1>(pair));
    _mm_cvtsi128_si32(whole)
}
