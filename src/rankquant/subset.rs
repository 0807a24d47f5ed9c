//! Searches over given rows, for one query.

use super::index::RankQuant;
use super::serial::SubsetScratch;
use crate::error::Result;
use crate::kernels;
use crate::validate;

impl RankQuant {
    /// The score of [`RankQuant::search_asymmetric`] on the rows `candidates`; the best `k`.
    ///
    /// Candidates may be in any order; a row named twice is answered twice. The result has
    /// `min(k, candidates.len())` entries. No thread pool is used.
    ///
    /// # Errors
    /// [`crate::OrdvecError::InvalidVectorLength`], [`crate::OrdvecError::NotFinite`], [`crate::OrdvecError::CandidateIdOutOfRange`],
    /// [`crate::OrdvecError::SimdCap`].
    pub fn try_search_asymmetric_subset(
        &self,
        query: &[f32],
        candidates: &[u32],
        k: usize,
    ) -> Result<(Vec<f32>, Vec<i64>)> {
        validate::one_row(query, self.dim)?;
        validate::row_ids(candidates, self.len())?;
        let k = k.min(candidates.len());
        let (mut scores, mut indices) = (vec![0.0; k], vec![-1; k]);
        let mut scratch = SubsetScratch::default();
        self.search_rows(
            kernels::active()?,
            query,
            candidates,
            &mut scratch,
            &mut scores,
            &mut indices,
        );
        Ok((scores, indices))
    }
}
