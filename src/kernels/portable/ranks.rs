//! Dot products with rows of `u16` ranks.

use super::{sum, LANES};

/// Coordinates of a block of the float sum.
const BLOCK: usize = 1024;

/// `sum_i q_i r_i`, exact: a product is below 2^32 and a row has fewer than 2^16 of them.
#[inline(always)]
pub(in crate::kernels) fn rank_rank(query: &[u16], rows: &[u16], out: &mut [u64]) {
    for (row, out) in rows.chunks_exact(query.len()).zip(out) {
        *out = query
            .iter()
            .zip(row)
            .map(|(&q, &r)| u64::from(u32::from(q) * u32::from(r)))
            .sum();
    }
}

/// `sum_i q_i (r_i - (d - 1) / 2)`. The centred rank is exact in f32.
#[inline(always)]
pub(in crate::kernels) fn float_rank(query: &[f32], rows: &[u16], out: &mut [f64]) {
    let middle = (query.len() - 1) as f32 / 2.0;
    for (row, out) in rows.chunks_exact(query.len()).zip(out) {
        let blocks = query.chunks(BLOCK).zip(row.chunks(BLOCK));
        *out = blocks.map(|(query, row)| block(query, row, middle)).sum();
    }
}

#[inline(always)]
fn block(query: &[f32], row: &[u16], middle: f32) -> f64 {
    let mut lanes = [0.0; LANES];
    let (query, query_rest) = query.as_chunks::<LANES>();
    let (row, row_rest) = row.as_chunks::<LANES>();
    for (query, row) in query.iter().zip(row) {
        for lane in 0..LANES {
            lanes[lane] += query[lane] * (f32::from(row[lane]) - middle);
        }
    }
    for ((lane, &q), &r) in lanes.iter_mut().zip(query_rest).zip(row_rest) {
        *lane += q * (f32::from(r) - middle);
    }
    sum(&lanes)
}
