//! The plain calls of [`SignBitmap`].

use super::must;
use crate::search::CandidateBatch;
use crate::sign_bitmap::SignBitmap;

impl SignBitmap {
    /// An empty index.
    ///
    /// # Panics
    /// Where [`SignBitmap::try_new`] refuses the call, with its text.
    #[track_caller]
    pub fn new(dim: usize) -> Self {
        must(Self::try_new(dim))
    }

    /// Adds row-major vectors. Row ids continue from [`SignBitmap::len`].
    ///
    /// # Panics
    /// Where [`SignBitmap::try_add`] refuses the call, with its text.
    #[track_caller]
    pub fn add(&mut self, vectors: &[f32]) {
        must(self.try_add(vectors))
    }

    /// The sign bits of a query.
    ///
    /// # Panics
    /// Where [`SignBitmap::try_build_query_bitmap`] refuses the call, with its text.
    #[track_caller]
    pub fn build_query_bitmap(&self, query: &[f32]) -> Vec<u64> {
        must(self.try_build_query_bitmap(query))
    }

    /// Ids of the best `m` rows of one query, best first.
    ///
    /// # Panics
    /// Where [`SignBitmap::try_top_m_candidates`] refuses the call, with its text.
    #[must_use = "dropping the result throws the scan away"]
    #[track_caller]
    pub fn top_m_candidates(&self, query: &[f32], m: usize) -> Vec<u32> {
        must(self.try_top_m_candidates(query, m))
    }

    /// [`SignBitmap::top_m_candidates`] of each query, in parallel.
    ///
    /// # Panics
    /// Where [`SignBitmap::try_top_m_candidates_batched`] refuses the call, with its text.
    #[must_use = "dropping the result throws the scan away"]
    #[track_caller]
    pub fn top_m_candidates_batched(&self, queries: &[f32], m: usize) -> Vec<Vec<u32>> {
        must(self.try_top_m_candidates_batched(queries, m))
    }

    /// [`SignBitmap::top_m_candidates`] of each query, on the calling thread alone.
    ///
    /// # Panics
    /// Where [`SignBitmap::try_top_m_candidates_batched_serial_csr`] refuses the call, with its text.
    #[track_caller]
    pub fn top_m_candidates_batched_serial_csr(&self, queries: &[f32], m: usize) -> CandidateBatch {
        must(self.try_top_m_candidates_batched_serial_csr(queries, m))
    }

    /// Score of every row for one query, by row id.
    ///
    /// # Panics
    /// Where [`SignBitmap::try_score_all`] refuses the call, with its text.
    #[must_use = "dropping the result throws the scan away"]
    #[track_caller]
    pub fn score_all(&self, query: &[f32]) -> Vec<u32> {
        must(self.try_score_all(query))
    }

    /// [`SignBitmap::score_all`] of each query.
    ///
    /// # Panics
    /// Where [`SignBitmap::try_score_all_batched`] refuses the call, with its text.
    #[must_use = "dropping the result throws the scan away"]
    #[track_caller]
    pub fn score_all_batched(&self, queries: &[f32]) -> Vec<Vec<u32>> {
        must(self.try_score_all_batched(queries))
    }

    /// [`SignBitmap::score_all_batched`] as one row-major block of `nq * len` scores.
    ///
    /// # Panics
    /// Where [`SignBitmap::try_score_all_batched_flat`] refuses the call, with its text.
    #[must_use = "dropping the result throws the scan away"]
    #[track_caller]
    pub fn score_all_batched_flat(&self, queries: &[f32]) -> Vec<u32> {
        must(self.try_score_all_batched_flat(queries))
    }

    /// Removes row `idx`. The last row takes its id; the id it had is returned.
    ///
    /// # Panics
    /// Where [`SignBitmap::try_swap_remove`] refuses the call, with its text.
    #[track_caller]
    pub fn swap_remove(&mut self, idx: usize) -> usize {
        must(self.try_swap_remove(idx))
    }
}
