//! Both stages in one call: signs choose the candidates, bucket codes order them.

use super::index::RankQuant;
use crate::error::{Error, Result};
use crate::sign_bitmap::SignBitmap;
use crate::validate;

/// How many candidates the first stage hands to the second.
///
/// `max(min_candidates, k * k_multiplier)`, at most `max_candidates` if that is set, and at most
/// the rows there are. The cap wins over `k`: a cap below `k` gives fewer than `k` results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoStageCandidatePolicy {
    /// Candidates however small `k` is, unless it is 0.
    pub min_candidates: usize,
    /// Candidates for each result asked for.
    pub k_multiplier: usize,
    /// Candidates at most.
    pub max_candidates: Option<usize>,
}

impl Default for TwoStageCandidatePolicy {
    /// 32 candidates for each result, at least 256, without a cap.
    fn default() -> Self {
        Self {
            min_candidates: 256,
            k_multiplier: 32,
            max_candidates: None,
        }
    }
}

impl TwoStageCandidatePolicy {
    /// Candidates for `k` results among `search_space` rows. 0 for `k = 0`.
    pub fn candidate_count(&self, k: usize, search_space: usize) -> usize {
        if k == 0 {
            return 0;
        }
        let wanted = k.saturating_mul(self.k_multiplier).max(self.min_candidates);
        wanted
            .min(self.max_candidates.unwrap_or(usize::MAX))
            .min(search_space)
    }
}

impl RankQuant {
    /// [`RankQuant::try_search_with_sign_probe_with_policy`] with the default policy.
    ///
    /// # Errors
    /// As there.
    pub fn try_search_with_sign_probe(
        &self,
        sign_probe: &SignBitmap,
        query: &[f32],
        k: usize,
    ) -> Result<(Vec<f32>, Vec<i64>)> {
        let policy = TwoStageCandidatePolicy::default();
        self.try_search_with_sign_probe_with_policy(sign_probe, query, k, policy)
    }

    /// The best `k` rows of one query by [`RankQuant::try_search_asymmetric_subset`], among the
    /// rows whose signs agree best with the query's.
    ///
    /// `sign_probe` holds the same vectors as this index, in the same order. `policy` says how
    /// many rows it hands on; with fewer than `k`, there are fewer results.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] named `sign_probe.dim` or `sign_probe.len` if the two indexes
    /// differ in it, [`Error::InvalidVectorLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_search_with_sign_probe_with_policy(
        &self,
        sign_probe: &SignBitmap,
        query: &[f32],
        k: usize,
        policy: TwoStageCandidatePolicy,
    ) -> Result<(Vec<f32>, Vec<i64>)> {
        same("sign_probe.dim", "dimension", sign_probe.dim(), self.dim)?;
        same("sign_probe.len", "row count", sign_probe.len(), self.len())?;
        validate::one_row(query, self.dim)?;
        let count = policy.candidate_count(k, self.len());
        let candidates = sign_probe.try_top_m_candidates(query, count)?;
        self.try_search_asymmetric_subset(query, &candidates, k)
    }
}

/// Both indexes have this number.
fn same(name: &'static str, what: &str, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::InvalidParameter {
        name,
        message: format!(
            "the {what} of sign_probe must be that of the RankQuant index, {expected}, got {what} \
             {found}"
        ),
    })
}
