//! The index of top coordinates: one bit per coordinate, scored by shared bits.

use crate::bit_rows::{BitRows, BitScorer, TILE};
use crate::error::{Error, Result};
use crate::kernels;
use crate::limits::MAX_DIM;
use crate::rank_io::{self, Header, IndexKind, IndexParams, Stored};
use crate::rows;
use crate::search::{collect_rows, CandidateBatch, SearchResults, Selector};
use crate::top_set::{Ties, TopSet};
use crate::validate;
use rayon::prelude::*;
use std::io;

/// Vectors stored as the set of their `n_top` largest coordinates, `dim / 8` bytes each.
///
/// Where coordinates are equal at the edge of the set, a stored row keeps those of higher
/// index, as the ranks do, and a query keeps those of lower index. Both rules are those of the
/// releases before this one.
#[derive(Clone, Debug, PartialEq)]
pub struct Bitmap {
    dim: usize,
    n_top: usize,
    bits: BitRows,
}

/// The parameter rule, for constructors and files.
pub(crate) fn check(dim: usize, n_top: usize) -> Result<()> {
    if dim == 0 || dim > MAX_DIM || !dim.is_multiple_of(64) {
        return Err(Error::Dimension {
            found: dim,
            expected: format!("a multiple of 64, from 64 to {MAX_DIM}"),
        });
    }
    if n_top == 0 || n_top >= dim {
        return Err(Error::NTop { found: n_top, dim });
    }
    Ok(())
}

impl Bitmap {
    /// An empty index.
    ///
    /// # Errors
    /// [`Error::Dimension`] unless `dim` is a multiple of 64 and at most [`MAX_DIM`];
    /// [`Error::NTop`] unless `0 < n_top < dim`.
    pub fn new(dim: usize, n_top: usize) -> Result<Self> {
        check(dim, n_top)?;
        Ok(Self {
            dim,
            n_top,
            bits: BitRows::new(dim),
        })
    }

    /// Adds row-major vectors. Row ids continue from [`Bitmap::len`].
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::TooManyVectors`]; the index is then as
    /// it was.
    pub fn add(&mut self, vectors: &[f32]) -> Result<()> {
        let more = validate::rows(vectors, self.dim)?;
        validate::room(self.len(), more)?;
        let start = self.bits.rows.len();
        self.bits.rows.resize(start + more * self.bits.words, 0);
        let outputs = self.bits.rows[start..].par_chunks_exact_mut(self.bits.words);
        vectors
            .par_chunks_exact(self.dim)
            .zip(outputs)
            .for_each_init(TopSet::default, |top, (vector, row)| {
                top.mark(vector, self.n_top, Ties::HighIndex, row)
            });
        Ok(())
    }

    /// The bits of a query: its `n_top` largest coordinates, equal ones by ascending index.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`].
    pub fn build_query_bitmap_fp32(&self, query: &[f32]) -> Result<Vec<u64>> {
        validate::one_row(query, self.dim)?;
        Ok(self.query_bits(query))
    }

    /// Shared bits of each query with every row; the best `k` rows.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn search(&self, queries: &[f32], k: usize) -> Result<SearchResults> {
        validate::rows(queries, self.dim)?;
        let scorer = scorer()?;
        collect_rows(
            queries,
            self.dim,
            k.min(self.len()),
            |query, scores, indices| {
                let query = self.query_bits(query);
                let k = scores.len();
                self.bits
                    .best_of_tile(scorer, &query, k, &mut Vec::new(), |_, best| {
                        for (((score, row), to_score), to_index) in
                            best.finish().zip(&mut *scores).zip(&mut *indices)
                        {
                            *to_score = score as f32;
                            *to_index = i64::from(row);
                        }
                    });
                Ok(())
            },
        )
    }

    /// Shared bits of one query with the rows `candidates`; the best `k` of them.
    ///
    /// Candidates may be in any order; a row named twice is answered twice. The result has
    /// `min(k, candidates.len())` entries.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::RowOutOfRange`], [`Error::SimdCap`].
    pub fn search_subset(
        &self,
        query: &[f32],
        candidates: &[u32],
        k: usize,
    ) -> Result<(Vec<f32>, Vec<i64>)> {
        validate::one_row(query, self.dim)?;
        validate::row_ids(candidates, self.len())?;
        let mut counts = vec![0; candidates.len()];
        self.bits
            .score_rows(scorer()?, &self.query_bits(query), candidates, &mut counts);
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

    /// Ids of the best `m` rows of one query, best first.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn top_m_candidates(&self, query: &[f32], m: usize) -> Result<Vec<u32>> {
        validate::one_row(query, self.dim)?;
        Ok(self
            .top_m_candidates_batched_serial_csr(query, m)?
            .candidates)
    }

    /// [`Bitmap::top_m_candidates`] of each query, in parallel.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn top_m_candidates_batched(&self, queries: &[f32], m: usize) -> Result<Vec<Vec<u32>>> {
        self.top_m_candidates_batched_chunked(queries, m, TILE)
    }

    /// [`Bitmap::top_m_candidates_batched`] with `batch_size` queries to a pass over the rows.
    ///
    /// The batch size changes the memory traffic, never the result.
    ///
    /// # Errors
    /// [`Error::Zero`] if `batch_size` is 0, [`Error::Shape`], [`Error::NotFinite`],
    /// [`Error::SimdCap`].
    pub fn top_m_candidates_batched_chunked(
        &self,
        queries: &[f32],
        m: usize,
        batch_size: usize,
    ) -> Result<Vec<Vec<u32>>> {
        if batch_size == 0 {
            return Err(Error::Zero { what: "batch_size" });
        }
        validate::rows(queries, self.dim)?;
        let bits: Vec<u64> = queries
            .par_chunks(self.dim)
            .flat_map_iter(|query| self.query_bits(query))
            .collect();
        Ok(self
            .bits
            .candidates(scorer()?, &bits, m.min(self.len()), batch_size))
    }

    /// [`Bitmap::top_m_candidates`] of each query on the calling thread alone, for hosts that own
    /// their threads.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn top_m_candidates_batched_serial_csr(
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
            .candidates_serial(scorer()?, &bits, m.min(self.len())))
    }

    /// Bits that `query_bitmap` shares with each of the rows `candidates`, in their order.
    ///
    /// `query_bitmap` has `dim / 64` words, as from [`Bitmap::build_query_bitmap_fp32`]; `out`
    /// is as long as `candidates`.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::NotAscending`] unless the candidates ascend (equal
    /// neighbours are allowed), [`Error::RowOutOfRange`], [`Error::SimdCap`].
    pub fn body_overlap_scores_subset(
        &self,
        query_bitmap: &[u64],
        candidates: &[u32],
        out: &mut [u32],
    ) -> Result<()> {
        validate::length("query bitmap", query_bitmap.len(), self.bits.words)?;
        validate::length("out", out.len(), candidates.len())?;
        validate::row_ids(candidates, self.len())?;
        validate::ascending(candidates)?;
        self.bits
            .score_rows(scorer()?, query_bitmap, candidates, out);
        Ok(())
    }

    /// Removes row `idx`. The last row takes its id; the id it had is returned.
    ///
    /// # Errors
    /// [`Error::RowOutOfRange`].
    pub fn swap_remove(&mut self, idx: usize) -> Result<usize> {
        validate::row_id(idx, self.len())?;
        Ok(rows::swap_remove(&mut self.bits.rows, self.bits.words, idx))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.bits.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.bits.rows.is_empty()
    }

    /// Coordinates of a vector.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Set bits of a row.
    pub fn n_top(&self) -> usize {
        self.n_top
    }

    /// Bytes of a stored row.
    pub fn bytes_per_vec(&self) -> usize {
        self.dim / 8
    }

    /// Bytes of all stored rows.
    pub fn byte_size(&self) -> usize {
        8 * self.bits.rows.len()
    }

    fn query_bits(&self, query: &[f32]) -> Vec<u64> {
        let mut bits = vec![0; self.bits.words];
        TopSet::default().mark(query, self.n_top, Ties::LowIndex, &mut bits);
        bits
    }
}

fn scorer() -> Result<BitScorer> {
    Ok(BitScorer {
        kernel: kernels::active()?.overlap,
        from: None,
    })
}

impl Stored for Bitmap {
    type Element = u64;
    const KIND: IndexKind = IndexKind::Bitmap;

    fn header(&self) -> io::Result<Header> {
        let params = IndexParams::Bitmap { n_top: self.n_top };
        Ok(Header {
            params,
            dim: self.dim,
            rows: self.len(),
        })
    }

    fn rows(&self) -> &[u64] {
        &self.bits.rows
    }

    fn check_rows(header: &Header, rows: &[u64]) -> io::Result<()> {
        rank_io::weight(rows, header.dim / 64, n_top_of(header))
    }

    fn from_rows(header: &Header, rows: Vec<u64>) -> Self {
        Self {
            dim: header.dim,
            n_top: n_top_of(header),
            bits: BitRows {
                words: header.dim / 64,
                rows,
            },
        }
    }
}

/// The count in a header of this kind.
fn n_top_of(header: &Header) -> usize {
    match header.params {
        IndexParams::Bitmap { n_top } => n_top,
        _ => unreachable!("the loader has compared the kind"),
    }
}

rank_io::file_methods!(Bitmap);
