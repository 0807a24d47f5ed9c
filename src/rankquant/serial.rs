//! The second stage of a two-stage search for hosts that own their threads: no thread pool, and
//! no allocation once the scratch has grown to what the calls need.

use super::index::RankQuant;
use super::search::{AsymmetricQuery, Exact};
use crate::error::{Error, Result};
use crate::kernels::{self, IntQueries, Kernels};
use crate::rows;
use crate::search::{offer, Refine, SearchResults, Selector};
use crate::validate;

/// Candidates that are scanned at a time.
const RUN: usize = 128;

/// Buffers that [`RankQuant::try_search_asymmetric_subset_batched_serial_into`] uses again.
///
/// One per thread. It belongs to no index and may serve several.
#[derive(Clone, Debug, Default)]
pub struct SubsetScratch {
    query: AsymmetricQuery,
    integers: IntQueries,
    selector: Selector,
}

impl SubsetScratch {
    /// Empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the last query and keeps the room. Never needed: every call begins anew.
    pub fn clear(&mut self) {
        self.query.clear();
        self.integers.clear();
        self.selector.start::<f32>(0);
    }
}

impl RankQuant {
    /// [`RankQuant::search_asymmetric_subset`] of each query on its own candidates, into the
    /// caller's buffers.
    ///
    /// The candidates of query `q` are `candidates[candidate_offsets[q]..candidate_offsets[q + 1]]`, as in
    /// [`crate::CandidateBatch`]. The output is rectangular: `out_scores` and `out_indices` hold
    /// `nq * min(k, len)` values, and a query with fewer candidates ends in -inf and -1.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`]; [`Error::InvalidBufferLength`] if `candidate_offsets` has not `nq + 1`
    /// values or a buffer not the size above; [`Error::OutOfRange`] if `candidate_offsets` does not start
    /// at 0, ascend, and end at `candidates.len()`; [`Error::CandidateIdOutOfRange`];
    /// [`Error::SimdCap`]. The buffers are then as they were.
    #[allow(clippy::too_many_arguments)] // the buffers are the point of this call
    pub fn try_search_asymmetric_subset_batched_serial_into(
        &self,
        queries: &[f32],
        candidate_offsets: &[usize],
        candidates: &[u32],
        k: usize,
        scratch: &mut SubsetScratch,
        out_scores: &mut [f32],
        out_indices: &mut [i64],
    ) -> Result<()> {
        let nq = self.check_batch(queries, candidate_offsets, candidates)?;
        let k = k.min(self.len());
        validate::length("out_scores", out_scores.len(), nq * k)?;
        validate::length("out_indices", out_indices.len(), nq * k)?;
        let kernels = kernels::active()?;
        if k == 0 {
            return Ok(());
        }
        let outputs = out_scores
            .chunks_exact_mut(k)
            .zip(out_indices.chunks_exact_mut(k));
        let spans = candidate_offsets
            .windows(2)
            .map(|span| &candidates[span[0]..span[1]]);
        for ((query, span), (scores, indices)) in queries.chunks(self.dim).zip(spans).zip(outputs) {
            self.search_rows(kernels, query, span, scratch, scores, indices);
        }
        Ok(())
    }

    /// [`RankQuant::try_search_asymmetric_subset_batched_serial_into`] with results of its own.
    ///
    /// # Errors
    /// As there.
    pub fn try_search_asymmetric_subset_batched_serial(
        &self,
        queries: &[f32],
        candidate_offsets: &[usize],
        candidates: &[u32],
        k: usize,
    ) -> Result<SearchResults> {
        let nq = self.check_batch(queries, candidate_offsets, candidates)?;
        let k = k.min(self.len());
        let (mut scores, mut indices) = (vec![0.0; nq * k], vec![-1; nq * k]);
        self.try_search_asymmetric_subset_batched_serial_into(
            queries,
            candidate_offsets,
            candidates,
            k,
            &mut SubsetScratch::new(),
            &mut scores,
            &mut indices,
        )?;
        Ok(SearchResults {
            scores,
            indices,
            nq,
            k,
        })
    }

    /// Number of queries, once they and their candidates are proven.
    fn check_batch(&self, queries: &[f32], offsets: &[usize], candidates: &[u32]) -> Result<usize> {
        let nq = validate::rows(queries, self.dim)?;
        check_offsets(offsets, nq, candidates.len())?;
        validate::row_ids(candidates, self.len())?;
        Ok(nq)
    }

    /// One query on the rows `candidates`, which exist. The length of the outputs is `k`.
    pub(super) fn search_rows(
        &self,
        kernels: &Kernels,
        query: &[f32],
        candidates: &[u32],
        scratch: &mut SubsetScratch,
        scores: &mut [f32],
        indices: &mut [i64],
    ) {
        let SubsetScratch {
            query: prepared,
            integers,
            selector,
        } = scratch;
        prepared.fill(query, self.bits);
        let mut best = selector.start(scores.len());
        let query = Exact {
            kernels,
            query: prepared,
        };
        // The scan decides nothing where nearly every row is scored exactly anyway.
        let few = scores.len() + scores.len() / 4 + RUN / 8;
        if self.bits == 8 || candidates.len() <= few {
            for &id in candidates {
                let row = rows::row(&self.packed, self.bytes_per_vec(), id as usize);
                best.push(query.score(row, 0), id);
            }
        } else {
            integers.start(self.dim, self.bits, 1);
            integers.set(0, &prepared.quantised.values);
            let mut products = [0; RUN];
            for ids in candidates.chunks(RUN) {
                let products = &mut products[..ids.len()];
                (kernels.int_rows)(integers, &self.packed, ids, products);
                let id = |at: usize| ids[at] as usize;
                offer(&self.packed(), products, id, &query, &mut best);
            }
        }
        best.finish_into(scores, indices);
    }
}

/// Offsets cut `candidates` into `nq` spans without gap.
fn check_offsets(offsets: &[usize], nq: usize, candidates: usize) -> Result<()> {
    validate::length("offsets", offsets.len(), nq + 1)?;
    validate::length("candidates", candidates, offsets[nq])?;
    let limit = |at: usize| offsets.get(at + 1).map_or(candidates, |&next| next);
    for (at, &offset) in offsets.iter().enumerate() {
        let limit = if at == 0 { 0 } else { limit(at) };
        if offset > limit {
            let (found, limit) = (offset as u64, limit as u64 + 1);
            return Err(Error::OutOfRange {
                what: "offset",
                found,
                limit,
            });
        }
    }
    Ok(())
}
