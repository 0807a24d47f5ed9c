//! Integer dot products with rows of packed codes: the reference of the integer scans.

use super::codes::mask;
use crate::kernels::planes::shift;
use crate::kernels::{IntQueries, IntScratch};

/// `sum_i q_i c_i` of every query with every row, query by query.
pub(super) fn int_code(query: &IntQueries, rows: &[u8], _: &mut IntScratch, out: &mut [i32]) {
    let per_query = out.len() / query.count().max(1);
    let queries = query.values().chunks_exact(query.stride().max(1));
    for (query_of, out) in queries.zip(out.chunks_exact_mut(per_query.max(1))) {
        for (row, out) in rows.chunks_exact(query.width()).zip(out) {
            *out = dot(query_of, query.bits(), row);
        }
    }
}

/// `sum_i q_i c_i` of the first query with the rows `ids`.
pub(super) fn int_rows(query: &IntQueries, rows: &[u8], ids: &[u32], out: &mut [i32]) {
    for (&id, out) in ids.iter().zip(out) {
        let row = crate::rows::row(rows, query.width(), id as usize);
        *out = dot(query.values(), query.bits(), row);
    }
}

fn dot(query: &[i8], bits: u8, row: &[u8]) -> i32 {
    match bits {
        1 => planes::<1>(query, row),
        2 => planes::<2>(query, row),
        _ => planes::<4>(query, row),
    }
}

fn planes<const BITS: u8>(query: &[i8], row: &[u8]) -> i32 {
    let planes = query.chunks_exact(row.len()).take(usize::from(8 / BITS));
    let sum = |(position, plane): (usize, &[i8])| -> i32 {
        let (mask, shift) = (mask::<BITS>(position), shift(position, BITS));
        let codes = row.iter().map(|&byte| i32::from((byte & mask) >> shift));
        plane
            .iter()
            .zip(codes)
            .map(|(&q, code)| i32::from(q) * code)
            .sum()
    };
    planes.enumerate().map(sum).sum()
}
