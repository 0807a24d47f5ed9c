//! The scan of packed rows by integers, and the exact scores of those that matter.
//!
//! The naive scan scores every row exactly. Departures from it:
//!
//! 1. An integer product of every row comes first. Only a row whose product is high enough to be
//!    among the best is scored exactly; [`Refine`] knows how high that is. What is found is what
//!    the naive scan finds.
//! 2. The rows are gone over in blocks, each by all queries of a task.

use crate::kernels::{IntQueries, Kernels};
use crate::rows;
use crate::search::{blocks, offer, Refine, Rows, Select};
use std::ops::Range;

/// Offers the rows of each part to the selection of each query.
pub(super) fn scan<R: Refine<u8, Product = i32>>(
    kernels: &Kernels,
    packed: &Rows<'_, u8>,
    parts: impl Iterator<Item = Range<usize>>,
    queries: &IntQueries,
    refine: &[R],
    best: &mut [Select<'_, f32>],
) {
    let size = queries.block();
    let mut products = vec![0; size * queries.count()];
    let mut unpacked = Vec::new();
    for block in parts.flat_map(|part| blocks(part, size)) {
        let (first, len) = (block.start, block.len());
        let rows = rows::of(packed.values, packed.width, block);
        let products = &mut products[..len * queries.count()];
        (kernels.int_code)(queries, rows, &mut unpacked, products);
        let each = products.chunks_exact(len).zip(refine).zip(best.iter_mut());
        for ((products, refine), best) in each {
            offer(packed, products, |at| first + at, refine, best);
        }
    }
}
