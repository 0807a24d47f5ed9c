//! Rows of bits and their integer scores, shared by [`crate::Bitmap`] and
//! [`crate::SignBitmap`].

use crate::kernels::BitKernel;
use crate::rows;
use crate::search::{CandidateBatch, Select, Selector, BLOCK};
use rayon::prelude::*;

/// Queries that share one pass over the rows, unless the caller says otherwise. A block of rows
/// is then read from memory once for all of them.
pub(crate) const TILE: usize = 16;

/// Candidates that the selections of one tile may hold together, 16 bytes each at most. A tile
/// shrinks rather than pass it.
const TILE_CANDIDATES: usize = 1 << 20;

/// How a kernel's count becomes a score.
#[derive(Clone, Copy)]
pub(crate) struct BitScorer {
    pub(crate) kernel: BitKernel,
    /// `Some(dim)` where the score is `dim - count`.
    pub(crate) from: Option<u32>,
}

impl BitScorer {
    fn score(self, query: &[u64], rows: &[u64], out: &mut [u32]) {
        (self.kernel)(query, rows, out);
        if let Some(dim) = self.from {
            out.iter_mut().for_each(|count| *count = dim - *count);
        }
    }
}

/// Bit `i % 64` of word `i / 64` of a row is coordinate `i`.
#[derive(Clone, Debug, PartialEq)]
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
    pub(crate) fn score_all(&self, scorer: BitScorer, query: &[u64], out: &mut [u32]) {
        scorer.score(query, &self.rows, out);
    }

    /// Score of the rows `ids`, which exist.
    pub(crate) fn score_rows(
        &self,
        scorer: BitScorer,
        query: &[u64],
        ids: &[u32],
        out: &mut [u32],
    ) {
        for (&id, out) in ids.iter().zip(out) {
            let row = rows::row(&self.rows, self.words, id as usize);
            scorer.score(query, row, std::slice::from_mut(out));
        }
    }

    /// The best `m` rows of each query of a tile, handed to `take` in query order.
    ///
    /// `queries` holds the bit rows of the queries, back to back.
    pub(crate) fn best_of_tile(
        &self,
        scorer: BitScorer,
        queries: &[u64],
        m: usize,
        selectors: &mut Vec<Selector>,
        mut take: impl FnMut(usize, &mut Select<'_, u32>),
    ) {
        selectors.resize_with(queries.len() / self.words, Selector::default);
        let mut best: Vec<_> = selectors
            .iter_mut()
            .map(|selector| selector.start(m))
            .collect();
        let mut scores = [0; BLOCK];
        for (block, rows) in self.rows.chunks(BLOCK * self.words).enumerate() {
            let scores = &mut scores[..rows.len() / self.words];
            for (query, best) in queries.chunks_exact(self.words).zip(&mut best) {
                scorer.score(query, rows, scores);
                best.push_run(scores, block * BLOCK);
            }
        }
        best.iter_mut()
            .enumerate()
            .for_each(|(index, best)| take(index, best));
    }

    /// Candidates of every query, tiles in parallel.
    pub(crate) fn candidates(
        &self,
        scorer: BitScorer,
        queries: &[u64],
        m: usize,
        tile: usize,
    ) -> Vec<Vec<u32>> {
        let tile = tile.min(TILE_CANDIDATES / m.max(1)).max(1);
        let tiles = queries.par_chunks(self.words.saturating_mul(tile));
        let lists = tiles.map_init(Vec::new, |selectors, queries| {
            let mut lists = Vec::with_capacity(queries.len() / self.words);
            self.best_of_tile(scorer, queries, m, selectors, |_, best| {
                lists.push(best.finish().map(|(_, row)| row).collect());
            });
            lists
        });
        lists.flatten_iter().collect()
    }

    /// Candidates of every query on the calling thread alone.
    pub(crate) fn candidates_serial(
        &self,
        scorer: BitScorer,
        queries: &[u64],
        m: usize,
    ) -> CandidateBatch {
        let mut batch = CandidateBatch::default();
        let mut selectors = Vec::new();
        let tile = TILE.min(TILE_CANDIDATES / m.max(1)).max(1);
        for queries in queries.chunks(self.words * tile) {
            self.best_of_tile(scorer, queries, m, &mut selectors, |_, best| {
                batch.candidates.extend(best.finish().map(|(_, row)| row));
                batch.offsets.push(batch.candidates.len());
            });
        }
        batch
    }
}
