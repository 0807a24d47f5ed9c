//! Dot products with rows of `u16` ranks.

use super::{sum, LANES};
use crate::kernels::rank_ints::{middle, RankInts};

/// Coordinates of a block of the float sum.
const BLOCK: usize = 1024;

/// `sum_i n_i (r_i - middle)`, exact, wherever the rows are.
#[inline(always)]
pub(in crate::kernels) fn int_rank(query: &RankInts, rows: &[u16], _: bool, out: &mut [i64]) {
    let (values, run) = (query.values(), query.run());
    let middle = middle(values.len());
    for (row, out) in rows.chunks_exact(values.len()).zip(out) {
        let runs = values.chunks(run).zip(row.chunks(run));
        *out = if run == 1 {
            let pairs = values.iter().zip(row);
            pairs.map(|(&n, &r)| i64::from(product(n, r, middle))).sum()
        } else {
            runs.map(|(n, r)| i64::from(products(n, r, middle))).sum()
        };
    }
}

/// Both factors fit 16 bits and so does each in the instruction that multiplies and adds pairs.
#[inline(always)]
fn products(values: &[i16], ranks: &[u16], middle: u16) -> i32 {
    let pairs = values.iter().zip(ranks);
    pairs.map(|(&n, &r)| product(n, r, middle)).sum()
}

#[inline(always)]
fn product(n: i16, rank: u16, middle: u16) -> i32 {
    i32::from(n) * i32::from(rank.wrapping_sub(middle) as i16)
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
