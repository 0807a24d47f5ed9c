//! The plain calls of [`Bitmap`].

use super::must;
use crate::bitmap::Bitmap;
use crate::search::{CandidateBatch, SearchResults};

impl Bitmap {
    /// An empty index.
    ///
    /// # Panics
    /// Where [`Bitmap::try_new`] refuses the call, with its text.
    #[track_caller]
    pub fn new(dim: usize, n_top: usize) -> Self {
        must(Self::try_new(dim, n_top))
    }

    /// Adds row-major vectors. Row ids continue from [`Bitmap::len`].
    ///
    /// # Panics
    /// Where [`Bitmap::try_add`] refuses the call, with its text.
    #[track_caller]
    pub fn add(&mut self, vectors: &[f32]) {
        must(self.try_add(vectors))
    }

    /// The bits of a query: its `n_top` largest coordinates, equal ones by ascending index.
    ///
    /// # Panics
    /// Where [`Bitmap::try_build_query_bitmap_fp32`] refuses the call, with its text.
    #[track_caller]
    pub fn build_query_bitmap_fp32(&self, query: &[f32]) -> Vec<u64> {
        must(self.try_build_query_bitmap_fp32(query))
    }

    /// Shared bits of each query with every row; the best `k` rows.
    ///
    /// # Panics
    /// Where [`Bitmap::try_search`] refuses the call, with its text.
    #[track_caller]
    pub fn search(&self, queries: &[f32], k: usize) -> SearchResults {
        must(self.try_search(queries, k))
    }

    /// Shared bits of one query with the rows `candidates`; the best `k`, at most one for each
    /// candidate.
    ///
    /// # Panics
    /// Where [`Bitmap::try_search_subset`] refuses the call, with its text.
    #[track_caller]
    pub fn search_subset(
        &self,
        query: &[f32],
        candidates: &[u32],
        k: usize,
    ) -> (Vec<f32>, Vec<i64>) {
        must(self.try_search_subset(query, candidates, k))
    }

    /// Ids of the best `m` rows of one query, best first.
    ///
    /// # Panics
    /// Where [`Bitmap::try_top_m_candidates`] refuses the call, with its text.
    #[must_use = "dropping the result throws the scan away"]
    #[track_caller]
    pub fn top_m_candidates(&self, query: &[f32], m: usize) -> Vec<u32> {
        must(self.try_top_m_candidates(query, m))
    }

    /// [`Bitmap::top_m_candidates`] of each query, in parallel.
    ///
    /// # Panics
    /// Where [`Bitmap::try_top_m_candidates_batched`] refuses the call, with its text.
    #[must_use = "dropping the result throws the scan away"]
    #[track_caller]
    pub fn top_m_candidates_batched(&self, queries: &[f32], m: usize) -> Vec<Vec<u32>> {
        must(self.try_top_m_candidates_batched(queries, m))
    }

    /// [`Bitmap::top_m_candidates_batched`] with `batch_size` queries to a pass over the rows.
    ///
    /// # Panics
    /// Where [`Bitmap::try_top_m_candidates_batched_chunked`] refuses the call, with its text.
    #[must_use = "dropping the result throws the scan away"]
    #[track_caller]
    pub fn top_m_candidates_batched_chunked(
        &self,
        queries: &[f32],
        m: usize,
        batch_size: usize,
    ) -> Vec<Vec<u32>> {
        must(self.try_top_m_candidates_batched_chunked(queries, m, batch_size))
    }

    /// [`Bitmap::top_m_candidates`] of each query, on the calling thread alone.
    ///
    /// # Panics
    /// Where [`Bitmap::try_top_m_candidates_batched_serial_csr`] refuses the call, with its text.
    #[track_caller]
    pub fn top_m_candidates_batched_serial_csr(&self, queries: &[f32], m: usize) -> CandidateBatch {
        must(self.try_top_m_candidates_batched_serial_csr(queries, m))
    }

    /// Bits that `query_bitmap` shares with each of the rows `candidates`, in their order.
    ///
    /// # Panics
    /// Where [`Bitmap::try_body_overlap_scores_subset`] refuses the call, with its text.
    #[track_caller]
    pub fn body_overlap_scores_subset(
        &self,
        query_bitmap: &[u64],
        candidates: &[u32],
        out: &mut [u32],
    ) {
        must(self.try_body_overlap_scores_subset(query_bitmap, candidates, out))
    }

    /// Removes row `idx`. The last row takes its id; the id it had is returned.
    ///
    /// # Panics
    /// Where [`Bitmap::try_swap_remove`] refuses the call, with its text.
    #[track_caller]
    pub fn swap_remove(&mut self, idx: usize) -> usize {
        must(self.try_swap_remove(idx))
    }
}
