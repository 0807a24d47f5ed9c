//! The plain calls of [`RankQuant`].

use super::must;
use crate::rankquant::{RankQuant, SubsetScratch};
use crate::search::SearchResults;
use crate::sign_bitmap::SignBitmap;

impl RankQuant {
    /// An empty index.
    ///
    /// # Panics
    /// Where [`RankQuant::try_new`] refuses the call, with its text.
    #[track_caller]
    pub fn new(dim: usize, bits: u8) -> Self {
        must(Self::try_new(dim, bits))
    }

    /// An empty index that need not support [`RankQuant::search`]: with `bits = 8` any dimension
    /// is allowed.
    ///
    /// # Panics
    /// Where [`RankQuant::try_new_asymmetric`] refuses the call, with its text.
    #[track_caller]
    pub fn new_asymmetric(dim: usize, bits: u8) -> Self {
        must(Self::try_new_asymmetric(dim, bits))
    }

    /// Adds row-major vectors. Row ids continue from [`RankQuant::len`].
    ///
    /// # Panics
    /// Where [`RankQuant::try_add`] refuses the call, with its text.
    #[track_caller]
    pub fn add(&mut self, vectors: &[f32]) {
        must(self.try_add(vectors))
    }

    /// Cosine of each query's centred buckets with those of every row; the best `k` rows.
    ///
    /// # Panics
    /// Where [`RankQuant::try_search`] refuses the call, with its text.
    #[track_caller]
    pub fn search(&self, queries: &[f32], k: usize) -> SearchResults {
        must(self.try_search(queries, k))
    }

    /// `sum_i q_i centre(code_i) / norm` of each L2-normalised query with every row; the best `k`
    /// rows.
    ///
    /// # Panics
    /// Where [`RankQuant::try_search_asymmetric`] refuses the call, with its text.
    #[track_caller]
    pub fn search_asymmetric(&self, queries: &[f32], k: usize) -> SearchResults {
        must(self.try_search_asymmetric(queries, k))
    }

    /// The score of [`RankQuant::search_asymmetric`] on the rows `candidates`; the best `k`, at
    /// most one for each candidate.
    ///
    /// # Panics
    /// Where [`RankQuant::try_search_asymmetric_subset`] refuses the call, with its text.
    #[track_caller]
    pub fn search_asymmetric_subset(
        &self,
        query: &[f32],
        candidates: &[u32],
        k: usize,
    ) -> (Vec<f32>, Vec<i64>) {
        must(self.try_search_asymmetric_subset(query, candidates, k))
    }

    /// [`RankQuant::search_asymmetric_subset`] of each query on its own candidates, on the calling
    /// thread alone.
    ///
    /// # Panics
    /// Where [`RankQuant::try_search_asymmetric_subset_batched_serial`] refuses the call, with its text.
    #[track_caller]
    pub fn search_asymmetric_subset_batched_serial(
        &self,
        queries: &[f32],
        candidate_offsets: &[usize],
        candidates: &[u32],
        k: usize,
    ) -> SearchResults {
        must(self.try_search_asymmetric_subset_batched_serial(
            queries,
            candidate_offsets,
            candidates,
            k,
        ))
    }

    /// [`RankQuant::search_asymmetric_subset_batched_serial`] into the caller's buffers, without
    /// allocation once `scratch` is warm.
    ///
    /// # Panics
    /// Where [`RankQuant::try_search_asymmetric_subset_batched_serial_into`] refuses the call, with its text.
    #[allow(clippy::too_many_arguments)] // as published
    #[track_caller]
    pub fn search_asymmetric_subset_batched_serial_into(
        &self,
        queries: &[f32],
        candidate_offsets: &[usize],
        candidates: &[u32],
        k: usize,
        scratch: &mut SubsetScratch,
        out_scores: &mut [f32],
        out_indices: &mut [i64],
    ) {
        must(self.try_search_asymmetric_subset_batched_serial_into(
            queries,
            candidate_offsets,
            candidates,
            k,
            scratch,
            out_scores,
            out_indices,
        ))
    }

    /// Two stages: the rows whose signs agree best, then their asymmetric scores; the best `k`.
    ///
    /// # Panics
    /// Where [`RankQuant::try_search_with_sign_probe`] refuses the call, with its text.
    #[track_caller]
    pub fn search_with_sign_probe(
        &self,
        sign_probe: &SignBitmap,
        query: &[f32],
        k: usize,
    ) -> (Vec<f32>, Vec<i64>) {
        must(self.try_search_with_sign_probe(sign_probe, query, k))
    }

    /// Removes row `idx`. The last row takes its id; the id it had is returned.
    ///
    /// # Panics
    /// Where [`RankQuant::try_swap_remove`] refuses the call, with its text.
    #[track_caller]
    pub fn swap_remove(&mut self, idx: usize) -> usize {
        must(self.try_swap_remove(idx))
    }
}
