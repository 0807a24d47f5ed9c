//! Integer products with rows of ranks. VPMADDWD multiplies 16 pairs of 16 bits and adds
//! neighbours.
//!
//! The naive loop centres a rank, multiplies it with its query value and adds. Departures from it:
//!
//! 1. Rows go together or are asked for ahead, see `kernels::rank_rows`.
//! 2. The ranks after the last whole vector of a run are multiplied one by one.

// The loops over rows index several arrays of registers at once.
#![allow(clippy::needless_range_loop)]

use super::fours::total;
use crate::kernels::prefetch;
use crate::kernels::rank_ints::{middle, RankInts};
use crate::kernels::rank_rows::int_rank;
use std::arch::x86_64::*;

/// Coordinates of a vector.
const LANES: usize = 16;

/// Vectors of a step, which are a cache line of a row.
const STEP: usize = 2;

/// Rows that go together.
const ROWS: usize = 4;

int_rank!("avx2");

/// The products with `N` rows; later ones of `FAR` rows are asked for.
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
