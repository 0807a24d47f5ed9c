//! Rows of bits and their integer scores, shared by [`crate::Bitmap`] and
//! [`crate::SignBitmap`].

use crate::kernels::{self, BitKernel};
use crate::rows;
use crate::search::{
    blocks, CandidateBatch, Counted, SearchResults, Select, Selector, Spread, Task, MOST,
};
use rayon::prelude::*;
use std::ops::Range;

/// Queries that share one pass over the rows, unless the caller says otherwise. A block of rows
/// is then read from memory once for all of them.
pub(crate) const TILE: usize = 64;

/// Rows of a kernel call: enough to hide the call, few enough for the nearest cache.
const BLOCK: usize = 128;

/// Words of a part of the rows that is worth a task of its own.
const PART: usize = 1 << 17;

/// Candidates that the selections of one tile may hold together, 16 bytes each at most. A tile
/// shrinks rather than pass it.
const TILE_CANDIDATES: usize = 1 << 20;

/// Bit `i % 64` of word `i / 64` of a row is coordinate `i`.
#[derive(Clone, PartialEq)]
pub(crate) struct BitRows {
    /// Words of a row.
    pub(crate) words: usize,
    /// All rows, back to back.
    pub(crate) rows: Vec<u64>,
}

impl BitRows {
    pub(crate) fn new(dim: usize) -> Self {
        Self {
            words: dim / 64,
            rows: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len() / self.words
    }

    /// Score of every row.
    pub(crate) fn score_all(&self, kernel: BitKernel, query: &[u64], out: &mut [u32]) {
        if self.rows.len() < 2 * PART {
            return kernel(query, &self.rows, self.words, out);
        }
        let rows = (PART / self.words).max(1);
        let parts = self.rows.par_chunks(rows * self.words);
        parts
            .zip(out.par_chunks_mut(rows))
            .for_each(|(part, out)| kernel(query, part, self.words, out));
    }

    /// Score of the rows `ids`, which exist.
    pub(crate) fn score_rows(
        &self,
        kernel: BitKernel,
        query: &[u64],
        ids: &[u32],
        out: &mut [u32],
    ) {
        for (&id, out) in ids.iter().zip(out) {
            let row = rows::row(&self.rows, self.words, id as usize);
            kernel(query, row, self.words, std::slice::from_mut(out));
        }
    }

    /// Offers the rows of each part, in ascending order, to the selections of `queries`.
    fn scan(
        &self,
        kernel: BitKernel,
        queries: &[u64],
        parts: impl Iterator<Item = Range<usize>>,
        best: &mut [Select<'_, u32>],
    ) {
        let words = self.words;
        let passing = kernels::any().passing;
        let mut scores = vec![0; BLOCK * best.len()];
        let counted = |best: &Select<'_, u32>| Counted::new(best.k(), 64 * words);
        let mut filters: Vec<_> = best
            .iter()
            .filter(|best| best.k() > 0 && 64 * words <= MOST)
            .map(counted)
            .collect();
        for block in parts.flat_map(|part| blocks(part, BLOCK)) {
            let (len, first) = (block.len(), block.start);
            let scores = &mut scores[..len * best.len()];
            kernel(queries, rows::of(&self.rows, words, block), words, scores);
            for (query, scores) in scores.chunks_exact(len).enumerate() {
                match filters.get_mut(query) {
                    Some(filter) => filter.offer(passing, scores, first),
                    None => best[query].push_run(scores, first),
                }
            }
        }
        let pairs = filters.into_iter().zip(best);
        pairs.for_each(|(filter, best)| filter.finish(best));
    }

    /// A search for the best `k` rows of each of `queries`, bit rows back to back.
    pub(crate) fn spread(&self, queries: &[u64], k: usize) -> Spread {
        Spread {
            nq: queries.len() / self.words,
            len: self.len(),
            row_bytes: 8 * self.words,
            k: k.min(self.len()),
        }
    }

    /// The best `k` rows of each query.
    pub(crate) fn search(&self, kernel: BitKernel, queries: &[u64], k: usize) -> SearchResults {
        self.spread(queries, k)
            .results(|task, best| self.scan_task(kernel, queries, task, best))
    }

    /// The ids of the best `m` rows of each query, `tile` queries to a pass over the rows.
    pub(crate) fn candidates(
        &self,
        kernel: BitKernel,
        queries: &[u64],
        m: usize,
        tile: usize,
    ) -> Vec<Vec<u32>> {
        self.spread(queries, m).lists(tile, |task, best| {
            self.scan_task(kernel, queries, task, best)
        })
    }

    fn scan_task(
        &self,
        kernel: BitKernel,
        queries: &[u64],
        task: Task,
        best: &mut [Select<'_, u32>],
    ) {
        let of_task = &queries[task.queries.start * self.words..task.queries.end * self.words];
        self.scan(kernel, of_task, task.rows, best);
    }

    /// Candidates of every query on the calling thread alone.
    pub(crate) fn candidates_serial(
        &self,
        kernel: BitKernel,
        queries: &[u64],
        m: usize,
    ) -> CandidateBatch {
        let mut batch = CandidateBatch::default();
        let m = m.min(self.len());
        let tile = TILE.min(TILE_CANDIDATES / m.max(1)).max(1);
        let mut selectors = vec![Selector::default(); tile];
        for queries in queries.chunks(self.words * tile) {
            let start = |selector| Selector::start(selector, m);
            let mut best: Vec<_> = selectors
                .iter_mut()
                .take(queries.len() / self.words)
                .map(start)
                .collect();
            self.scan(kernel, queries, std::iter::once(0..self.len()), &mut best);
            for best in &mut best {
                batch.candidates.extend(best.finish().map(|(_, row)| row));
                batch.offsets.push(batch.candidates.len());
            }
        }
        batch
    }
}
