//! The scan of packed rows by integers, and the exact scores of those that matter.
//!
//! The naive scan scores every row exactly. Departures from it:
//!
//! 1. An integer product of every row comes first. Only a row whose product is high enough to be
//!    among the best is scored exactly; [`Refine`] knows how high that is. What is found is what
//!    the naive scan finds.
//! 2. The rows are gone over in blocks, each by all queries of a task.

use crate::kernels::{IntQueries, Kernels};
use crate::search::{offer, Refine, Rows, Select};
use std::ops::Range;

/// Offers the rows `range` to the selection of each query.
pub(super) fn scan<R: Refine<u8, Product = i32>>(
    kernels: &Kernels,
    packed: &Rows<'_, u8>,
    range: Range<usize>,
    queries: &IntQueries,
    refine: &[R],
    best: &mut [Select<'_, f32>],
) {
    let block = queries.block();
    let mut products = vec![0; block * queries.count()];
    let mut unpacked = Vec::new();
    for first in range.clone().step_by(block) {
        let len = block.min(range.end - first);
        let rows = &packed.values[first * packed.width..][..len * packed.width];
        let products = &mut products[..len * queries.count()];
        (kernels.int_code)(queries, rows, &mut unpacked, products);
        let each = products.chunks_exact(len).zip(refine).zip(best.iter_mut());
        for ((products, refine), best) in each {
            offer(packed, products, |at| first + at, refine, best);
        }
    }
}
