//! Searches, candidate lists and scores of given rows.

use super::Bitmap;
use crate::bit_rows::TILE;
use crate::error::{Error, Result};
use crate::kernels::{self, BitKernel};
use crate::search::{prepare, CandidateBatch, SearchResults, Selector};
use crate::validate;

impl Bitmap {
    /// Shared bits of each query with every row; the best `k` rows.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_search(&self, queries: &[f32], k: usize) -> Result<SearchResults> {
        validate::rows(queries, self.dim)?;
        let kernel = kernel()?;
        let bits = prepare(queries, self.dim, |query| self.query_bits(query)).concat();
        Ok(self.bits.search(kernel, &bits, k))
    }

    /// Shared bits of one query with the rows `candidates`; the best `k` of them.
    ///
    /// Candidates may be in any order; a row named twice is answered twice. The result has
    /// `min(k, candidates.len())` entries.
    ///
    /// # Errors
    /// [`Error::InvalidVectorLength`], [`Error::NotFinite`], [`Error::CandidateIdOutOfRange`], [`Error::SimdCap`].
    pub fn try_search_subset(
        &self,
        query: &[f32],
        candidates: &[u32],
        k: usize,
    ) -> Result<(Vec<f32>, Vec<i64>)> {
        validate::one_row(query, self.dim)?;
        validate::row_ids(candidates, self.len())?;
        let mut counts = vec![0; candidates.len()];
        self.bits
            .score_rows(kernel()?, &self.query_bits(query), candidates, &mut counts);
        let mut selector = Selector::default();
        let mut best = selector.start(k.min(candidates.len()));
        candidates
            .iter()
            .zip(&counts)
            .for_each(|(&row, &count)| best.push(count, row));
        Ok(best
            .finish()
            .map(|(count, row)| (count as f32, i64::from(row)))
            .unzip())
    }

    /// Ids of the best `m` rows of one query, best first. The rows of a large index are searched in
    /// parallel.
    ///
    /// # Errors
    /// [`Error::InvalidVectorLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_top_m_candidates(&self, query: &[f32], m: usize) -> Result<Vec<u32>> {
        validate::one_row(query, self.dim)?;
        let lists = self
            .bits
            .candidates(kernel()?, &self.query_bits(query), m, TILE);
        Ok(lists.into_iter().flatten().collect())
    }

    /// [`Bitmap::try_top_m_candidates`] of each query, in parallel.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_top_m_candidates_batched(&self, queries: &[f32], m: usize) -> Result<Vec<Vec<u32>>> {
        self.try_top_m_candidates_batched_chunked(queries, m, TILE)
    }

    /// [`Bitmap::try_top_m_candidates_batched`] with `batch_size` queries to a pass over the rows.
    ///
    /// The batch size changes the memory traffic, never the result.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `batch_size` is 0, [`Error::InvalidLength`], [`Error::NotFinite`],
    /// [`Error::SimdCap`].
    pub fn try_top_m_candidates_batched_chunked(
        &self,
        queries: &[f32],
        m: usize,
        batch_size: usize,
    ) -> Result<Vec<Vec<u32>>> {
        if batch_size == 0 {
            return Err(Error::zero("batch_size"));
        }
        validate::rows(queries, self.dim)?;
        let bits = prepare(queries, self.dim, |query| self.query_bits(query)).concat();
        Ok(self
            .bits
            .candidates(kernel()?, &bits, m.min(self.len()), batch_size))
    }

    /// [`Bitmap::try_top_m_candidates`] of each query on the calling thread alone, for hosts that own
    /// their threads.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_top_m_candidates_batched_serial_csr(
        &self,
        queries: &[f32],
        m: usize,
    ) -> Result<CandidateBatch> {
        validate::rows(queries, self.dim)?;
        let bits: Vec<u64> = queries
            .chunks(self.dim)
            .flat_map(|query| self.query_bits(query))
            .collect();
        Ok(self
            .bits
            .candidates_serial(kernel()?, &bits, m.min(self.len())))
    }

    /// Bits that `query_bitmap` shares with each of the rows `candidates`, in their order.
    ///
    /// `query_bitmap` has `dim / 64` words, as from [`Bitmap::build_query_bitmap_fp32`]; `out`
    /// is as long as `candidates`.
    ///
    /// # Errors
    /// [`Error::InvalidBufferLength`], [`Error::CandidateIdOutOfRange`], [`Error::SimdCap`].
    pub fn try_body_overlap_scores_subset(
        &self,
        query_bitmap: &[u64],
        candidates: &[u32],
        out: &mut [u32],
    ) -> Result<()> {
        validate::length("query bitmap", query_bitmap.len(), self.bits.words)?;
        validate::length("out", out.len(), candidates.len())?;
        validate::row_ids(candidates, self.len())?;
        self.bits
            .score_rows(kernel()?, query_bitmap, candidates, out);
        Ok(())
    }
}

fn kernel() -> Result<BitKernel> {
    Ok(kernels::active()?.overlap)
}
