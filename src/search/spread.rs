//! Spreading a search over the threads of the calling pool.
//!
//! The work is a rectangle, queries times rows. It is cut into tiles of queries, so that the rows
//! are streamed once per tile and not once per query, and, where there are fewer tiles than
//! threads, into pieces of rows. Each task selects the best of its piece; the selections of the
//! pieces of a query are then merged. The order of rows is total, so the result does not depend
//! on how the work was cut. Work that is one task runs on the calling thread, and a single query of
//! a small index does not even start a pool. The pieces of a single tile are shared between the
//! calling thread and its helpers.

use super::helpers;
use super::results::SearchResults;
use super::select::{Score, Select, Selector};
use rayon::prelude::*;
use std::ops::Range;

/// Queries of a tile.
const TILE: usize = 64;

/// Rows that the selections of one task may hold, 16 bytes each at most. A tile shrinks rather
/// than pass it.
const TASK_SELECTED: usize = 1 << 20;

/// Bytes of rows below which a piece is not worth a task.
const PIECE_BYTES: usize = 1 << 20;

/// Pieces per idle thread. More of them even out threads of unlike speed, but each has selections
/// of its own, whose merging costs a short search more than that gains.
const PIECES: usize = 1;

/// A search that is to be spread.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    /// Queries.
    pub(crate) nq: usize,
    /// Rows.
    pub(crate) len: usize,
    /// Bytes of a row.
    pub(crate) row_bytes: usize,
    /// Results of each query, at most `len`.
    pub(crate) k: usize,
}

/// A part of the rectangle.
pub(crate) struct Task {
    pub(crate) queries: Range<usize>,
    pub(crate) rows: Range<usize>,
}

impl Spread {
    /// The best `k` of each query. `scan` offers the rows of a task to the selections of its
    /// queries.
    pub(crate) fn results<S: Score>(
        &self,
        scan: impl Fn(Task, &mut [Select<'_, S>]) + Sync,
    ) -> SearchResults {
        let (nq, k) = (self.nq, self.k);
        let (mut scores, mut indices) = (vec![0.0; nq * k], vec![-1; nq * k]);
        if k > 0 {
            let outputs = scores.chunks_mut(k).zip(indices.chunks_mut(k));
            for (mut selector, (scores, indices)) in self.select(TILE, scan).zip(outputs) {
                selector.resume::<S>().finish_into(scores, indices);
            }
        }
        SearchResults {
            scores,
            indices,
            nq,
            k,
        }
    }

    /// The ids of the best `k` of each query, with at most `tile` queries to a tile.
    pub(crate) fn lists<S: Score>(
        &self,
        tile: usize,
        scan: impl Fn(Task, &mut [Select<'_, S>]) + Sync,
    ) -> Vec<Vec<u32>> {
        if self.k == 0 {
            return vec![Vec::new(); self.nq];
        }
        let ids = |mut selector: Selector| {
            let mut best = selector.resume::<S>();
            best.finish().map(|(_, row)| row).collect()
        };
        self.select(tile, scan).map(ids).collect()
    }

    fn select<S: Score>(
        &self,
        tile: usize,
        scan: impl Fn(Task, &mut [Select<'_, S>]) + Sync,
    ) -> impl Iterator<Item = Selector> {
        let tile = tile.min(TASK_SELECTED / self.k).max(1);
        let tiles = self.nq.div_ceil(tile);
        let pieces = self.pieces(tiles);
        let run = |task: usize| self.run(task, tile, pieces, &scan);
        let mut done: Vec<Vec<Selector>> = match tiles * pieces {
            0 => Vec::new(),
            1 => vec![run(0)],
            tasks if tiles == 1 => helpers::each(tasks, run),
            tasks => (0..tasks).into_par_iter().map(run).collect(),
        };
        let merge = move |tile: usize| {
            let (first, rest) = done[tile * pieces..][..pieces].split_at_mut(1);
            for piece in rest {
                let pairs = first[0].iter_mut().zip(piece);
                pairs.for_each(|(selector, other)| selector.absorb(other));
            }
            std::mem::take(&mut first[0])
        };
        (0..tiles).flat_map(merge)
    }

    fn pieces(&self, tiles: usize) -> usize {
        let worth = self.len.saturating_mul(self.row_bytes) / PIECE_BYTES;
        if tiles == 0 || worth <= 1 {
            return 1; // without a look at the pool, which would start it
        }
        let threads = helpers::threads();
        if tiles >= threads {
            return 1;
        }
        (PIECES * threads.div_ceil(tiles)).min(worth)
    }

    fn run<S: Score>(
        &self,
        task: usize,
        tile: usize,
        pieces: usize,
        scan: impl Fn(Task, &mut [Select<'_, S>]),
    ) -> Vec<Selector> {
        let (at, piece) = (task / pieces, task % pieces);
        let queries = at * tile..self.nq.min((at + 1) * tile);
        let bound = |piece: usize| (self.len as u64 * piece as u64 / pieces as u64) as usize;
        let rows = bound(piece)..bound(piece + 1);
        let mut selectors = vec![Selector::default(); queries.len()];
        let start = |selector| Selector::start::<S>(selector, self.k);
        let mut best: Vec<_> = selectors.iter_mut().map(start).collect();
        scan(Task { queries, rows }, &mut best);
        selectors
    }
}

/// Prepares every query, in parallel where there are several.
pub(crate) fn prepare<P: Send>(
    queries: &[f32],
    dim: usize,
    prepared: impl Fn(&[f32]) -> P + Send + Sync,
) -> Vec<P> {
    if queries.len() <= dim || rayon::current_num_threads() == 1 {
        return queries.chunks(dim).map(prepared).collect();
    }
    queries.par_chunks(dim).map(prepared).collect()
}
