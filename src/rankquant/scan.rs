//! The scan of packed rows by integers, and the exact scores of those that matter.
//!
//! The naive scan scores every row exactly. Departures from it:
//!
//! 1. An integer product of every row comes first. Only a row whose product is high enough to be
//!    among the best is scored exactly; [`Refine`] knows how high that is. What is found is what
//!    the naive scan finds.
//! 2. The rows are gone over in blocks, each by all queries of a task.

use crate::kernels::{IntQueries, Kernels};
use crate::search::Select;
use std::ops::Range;

/// Products looked at together.
const RUN: usize = 32;

/// What makes an integer product a score.
pub(super) trait Refine {
    /// The least product with which a row can score `score` or more.
    fn least(&self, score: f32) -> i32;
    /// The score of a row with that product.
    fn score(&self, row: &[u8], product: i32) -> f32;
}

/// The packed rows of an index.
#[derive(Clone, Copy)]
pub(super) struct Packed<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) width: usize,
}

impl<'a> Packed<'a> {
    fn row(self, id: usize) -> &'a [u8] {
        &self.bytes[id * self.width..][..self.width]
    }
}

/// Offers the rows `range` to the selection of each query.
pub(super) fn scan<R: Refine>(
    kernels: &Kernels,
    packed: Packed<'_>,
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
        let rows = &packed.bytes[first * packed.width..][..len * packed.width];
        let products = &mut products[..len * queries.count()];
        (kernels.int_code)(queries, rows, &mut unpacked, products);
        let each = products.chunks_exact(len).zip(refine).zip(best.iter_mut());
        for ((products, refine), best) in each {
            offer(packed, products, |at| first + at, refine, best);
        }
    }
}

/// Offers the rows whose products could be good enough. `id` is the id of the row at a position.
pub(super) fn offer<R: Refine>(
    packed: Packed<'_>,
    products: &[i32],
    id: impl Fn(usize) -> usize,
    refine: &R,
    best: &mut Select<'_, f32>,
) {
    let least_of = |best: &Select<'_, f32>| best.bound().map_or(i32::MIN, |b| refine.least(b));
    let mut least = least_of(best);
    for (run, products) in products.chunks(RUN).enumerate() {
        // No early exit, so that it vectorises. Almost always no row of the run is any good.
        if !products
            .iter()
            .fold(false, |any, &product| any | (product >= least))
        {
            continue;
        }
        for (at, &product) in products.iter().enumerate() {
            if product >= least {
                let id = id(run * RUN + at);
                best.push(refine.score(packed.row(id), product), id as u32);
            }
        }
        least = least_of(best);
    }
}
