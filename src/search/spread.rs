//! Spreading a search over the threads of the calling pool.
//!
//! The work is a rectangle, queries times rows. It is cut into tiles of queries, so that the rows
//! are streamed once per tile and not once per query. Where there are fewer tiles than threads,
//! several tasks share a tile: each takes parts of its rows while there are any, so that a thread
//! that is slow, or wakes late, leaves the others more to do and not to wait for. Each task has one
//! selection per query, however many parts it takes; those of a query are then merged. The order of
//! rows is total, so the result does not depend on how the work was cut. Work that is one task runs
//! on the calling thread, and a single query of a small index does not even start a pool. The tasks
//! of a single tile are shared between the calling thread and its helpers.

use super::helpers;
use super::results::SearchResults;
use super::select::{Score, Select, Selector};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Queries of a tile.
const TILE: usize = 64;

/// Rows that the selections of one task may hold, 16 bytes each at most. A tile shrinks rather
/// than pass it.
const TASK_SELECTED: usize = 1 << 20;

/// Bytes of rows below which a further task is not worth its start.
const TASK_BYTES: usize = 1 << 20;

/// Parts of the rows for each of the tasks that share them, and the least bytes of one: where parts
/// meet, a thread asks for rows that another one scans.
const PARTS: usize = 16;
const PART_BYTES: usize = 1 << 18;

/// Parts begin at multiples of this: the kernels take rows in groups. Few, because of the widest
/// rows even a few hundred are worth sharing.
const PART_ROWS: usize = 8;

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

/// Work on some of the queries.
pub(crate) struct Task<'a> {
    pub(crate) queries: Range<usize>,
    pub(crate) rows: Parts<'a>,
}

/// The rows that a task takes, in ascending parts.
pub(crate) struct Parts<'a> {
    /// Where the next part begins, for all tasks of the tile.
    next: &'a AtomicUsize,
    step: usize,
    len: usize,
}

impl Iterator for Parts<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let first = self.next.fetch_add(self.step, Ordering::Relaxed);
        (first < self.len).then(|| first..self.len.min(first + self.step))
    }
}

impl Spread {
    /// The best `k` of each query. `scan` offers the rows of a task to the selections of its
    /// queries.
    pub(crate) fn results<S: Score>(
        &self,
        scan: impl Fn(Task<'_>, &mut [Select<'_, S>]) + Sync,
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
        scan: impl Fn(Task<'_>, &mut [Select<'_, S>]) + Sync,
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
        scan: impl Fn(Task<'_>, &mut [Select<'_, S>]) + Sync,
    ) -> impl Iterator<Item = Selector> {
        let tile = tile.min(TASK_SELECTED / self.k).max(1);
        let tiles = self.nq.div_ceil(tile);
        let sharing = self.sharing(tiles);
        let step = self.step(sharing);
        let taken: Vec<_> = (0..tiles).map(|_| AtomicUsize::new(0)).collect();
        let run = |task: usize| {
            let at = task / sharing;
            let rows = Parts {
                next: &taken[at],
                step,
                len: self.len,
            };
            let queries = at * tile..self.nq.min((at + 1) * tile);
            self.run(Task { queries, rows }, &scan)
        };
        let mut done: Vec<Vec<Selector>> = match tiles * sharing {
            0 => Vec::new(),
            1 => vec![run(0)],
            tasks if tiles == 1 => helpers::each(tasks, run),
            tasks => (0..tasks).into_par_iter().map(run).collect(),
        };
        let merge = move |tile: usize| {
            let (first, rest) = done[tile * sharing..][..sharing].split_at_mut(1);
            for other in rest {
                let pairs = first[0].iter_mut().zip(other);
                pairs.for_each(|(selector, other)| selector.absorb(other));
            }
            std::mem::take(&mut first[0])
        };
        (0..tiles).flat_map(merge)
    }

    /// Tasks that share the rows of a tile.
    fn sharing(&self, tiles: usize) -> usize {
        let worth = self.len.saturating_mul(self.row_bytes) / TASK_BYTES;
        if tiles == 0 || worth <= 1 {
            return 1; // without a look at the pool, which would start it
        }
        let threads = helpers::threads();
        if tiles >= threads {
            return 1;
        }
        threads.div_ceil(tiles).min(worth)
    }

    /// Rows of a part.
    fn step(&self, sharing: usize) -> usize {
        if sharing == 1 {
            return self.len;
        }
        let least = PART_BYTES / self.row_bytes;
        let rows = (self.len / (PARTS * sharing)).max(least);
        rows.next_multiple_of(PART_ROWS)
    }

    fn run<S: Score>(
        &self,
        task: Task<'_>,
        scan: impl Fn(Task<'_>, &mut [Select<'_, S>]),
    ) -> Vec<Selector> {
        let mut selectors = vec![Selector::default(); task.queries.len()];
        let start = |selector| Selector::start::<S>(selector, self.k);
        let mut best: Vec<_> = selectors.iter_mut().map(start).collect();
        scan(task, &mut best);
        selectors
    }
}

/// Consecutive blocks of at most `size` rows.
pub(crate) fn blocks(rows: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let firsts = rows.clone().step_by(size);
    firsts.map(move |first| first..rows.end.min(first + size))
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

#[cfg(test)]
#[path = "spread_tests.rs"]
mod tests;
