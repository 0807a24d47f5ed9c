//! The plain calls of [`Rank`].

use super::must;
use crate::rank::Rank;
use crate::search::SearchResults;

impl Rank {
    /// An empty index.
    ///
    /// # Panics
    /// Where [`Rank::try_new`] refuses the call, with its text.
    #[track_caller]
    pub fn new(dim: usize) -> Self {
        must(Self::try_new(dim))
    }

    /// Adds row-major vectors. Row ids continue from [`Rank::len`].
    ///
    /// # Panics
    /// Where [`Rank::try_add`] refuses the call, with its text.
    #[track_caller]
    pub fn add(&mut self, vectors: &[f32]) {
        must(self.try_add(vectors))
    }

    /// Spearman's rank correlation of each query with every row; the best `k` rows.
    ///
    /// # Panics
    /// Where [`Rank::try_search`] refuses the call, with its text.
    #[track_caller]
    pub fn search(&self, queries: &[f32], k: usize) -> SearchResults {
        must(self.try_search(queries, k))
    }

    /// Cosine of each float query with the centred ranks of every row; the best `k` rows.
    ///
    /// # Panics
    /// Where [`Rank::try_search_asymmetric`] refuses the call, with its text.
    #[track_caller]
    pub fn search_asymmetric(&self, queries: &[f32], k: usize) -> SearchResults {
        must(self.try_search_asymmetric(queries, k))
    }

    /// Removes row `idx`. The last row takes its id; the id it had is returned.
    ///
    /// # Panics
    /// Where [`Rank::try_swap_remove`] refuses the call, with its text.
    #[track_caller]
    pub fn swap_remove(&mut self, idx: usize) -> usize {
        must(self.try_swap_remove(idx))
    }
}
