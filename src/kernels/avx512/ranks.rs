//! Integer products with rows of ranks. One instruction multiplies 32 pairs of 16 bits and adds
//! them to sums of 32. `kernels::rank_rows` says which rows go together.

use crate::kernels::prefetch;
use crate::kernels::rank_ints::{middle, RankInts};
use crate::kernels::rank_rows::int_rank;
use std::arch::x86_64::*;

/// Coordinates of a vector.
const LANES: usize = 32;

/// Rows that go together.
const ROWS: usize = 4;

int_rank!("avx512f,avx512bw,avx512vnni");

/// The products with `N` rows; later ones of `FAR` rows are asked for.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn products<const N: usize, const FAR: bool>(query: &RankInts, rows: &[u16]) -> [i64; N] {
    let values = query.values();
    let dim = values.len();
    assert_eq!(rows.len(), N * dim);
    let middle = _mm512_set1_epi16(middle(dim) as i16);
    let mut totals = [_mm512_setzero_si512(); N];
    for first in (0..dim).step_by(query.run()) {
        let end = dim.min(first + query.run());
        let mut sums = [_mm512_setzero_si512(); N];
        for at in (first..end).step_by(LANES) {
            let there = u32::MAX >> LANES.saturating_sub(end - at);
            // SAFETY: the mask keeps the loads before `end`, which is at most `dim`.
            let load = |of: *const u16| unsafe { _mm512_maskz_loadu_epi16(there, of.cast()) };
            let part = load(values[at..].as_ptr().cast());
            for (row, sum) in sums.iter_mut().enumerate() {
                let of_row = rows[row * dim + at..].as_ptr();
                if FAR {
                    prefetch::beside(of_row, prefetch::LINE);
                }
                let centred = _mm512_sub_epi16(load(of_row), middle);
                // A lane that is not there has the value 0.
                *sum = _mm512_dpwssd_epi32(*sum, centred, part);
            }
        }
        for (total, sum) in totals.iter_mut().zip(sums) {
            *total = _mm512_add_epi64(*total, widened(sum));
        }
    }
    totals.map(|total| _mm512_reduce_add_epi64(total))
}

/// Sums of 64 bits, in pairs, of 16 of 32 bits.
#[inline]
#[target_feature(enable = "avx512f")]
fn widened(sums: __m512i) -> __m512i {
    let low = _mm512_cvtepi32_epi64(_mm512_castsi512_si256(sums));
    let high = _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64::<1>(sums));
    _mm512_add_epi64(low, high)
}
