//! The index of signs: one bit per coordinate, scored by agreeing bits; and the candidate lists
//! that it makes.

use crate::bit_rows::{BitRows, TILE};
use crate::error::{Error, Result};
use crate::kernels;
use crate::limits::MAX_SIGN_BITMAP_DIM;
use crate::rank_io::{self, Header, IndexKind, IndexParams, Stored};
use crate::rows;
use crate::rows::debug_parameters;
pub use crate::search::CandidateBatch;
use crate::validate;
use rayon::prelude::*;
use std::io;

/// Vectors stored as the signs of their coordinates, `dim / 8` bytes each.
///
/// A bit is set if and only if the coordinate is greater than zero: `0.0`, `-0.0` and negative
/// values give a clear bit. The score is `dim` minus the Hamming distance, the number of
/// coordinates whose bits agree.
#[derive(Clone, PartialEq)]
pub struct SignBitmap {
    dim: usize,
    bits: BitRows,
}

debug_parameters!(SignBitmap: dim);

/// The dimension rule, for constructors and files.
pub(crate) fn check(dim: usize) -> Result<()> {
    if dim > 0 && dim <= MAX_SIGN_BITMAP_DIM && dim.is_multiple_of(64) {
        return Ok(());
    }
    Err(Error::dim(
        dim,
        format!("a multiple of 64, from 64 to {MAX_SIGN_BITMAP_DIM}"),
    ))
}

impl SignBitmap {
    /// Whether an index can have this dimension.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless `dim` is a multiple of 64 and at most
    /// [`MAX_SIGN_BITMAP_DIM`].
    pub fn validate_dim(dim: usize) -> Result<()> {
        check(dim)
    }

    /// An empty index.
    ///
    /// # Errors
    /// As [`SignBitmap::validate_dim`].
    pub fn try_new(dim: usize) -> Result<Self> {
        check(dim)?;
        Ok(Self {
            dim,
            bits: BitRows::new(dim),
        })
    }

    /// Adds row-major vectors. Row ids continue from [`SignBitmap::len`].
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::TooManyVectors`]; the index is then as
    /// it was.
    pub fn try_add(&mut self, vectors: &[f32]) -> Result<()> {
        self.extend(vectors, |values, words| {
            let values = values.par_chunks(64 * BLOCK);
            values
                .zip(words.par_chunks_mut(BLOCK))
                .try_for_each(encode_block)
        })
    }

    /// [`SignBitmap::try_add`] on the calling thread alone, for hosts that own their threads. It is
    /// as fast as the vectors can be read.
    ///
    /// # Errors
    /// As [`SignBitmap::try_add`].
    pub fn try_add_serial(&mut self, vectors: &[f32]) -> Result<()> {
        self.extend(vectors, |values, words| {
            let values = values.chunks(64 * BLOCK);
            values
                .zip(words.chunks_mut(BLOCK))
                .try_for_each(encode_block)
        })
    }

    /// Makes room for the words of `vectors`, which `encode` then fills.
    fn extend(
        &mut self,
        vectors: &[f32],
        encode: impl FnOnce(&[f32], &mut [u64]) -> Result<()>,
    ) -> Result<()> {
        let more = validate::shape(vectors, self.dim)?;
        validate::room(self.len(), more)?;
        let start = self.bits.rows.len();
        self.bits.rows.resize(start + vectors.len() / 64, 0);
        encode(vectors, &mut self.bits.rows[start..]).or_else(|_| {
            self.bits.rows.truncate(start);
            // The position within all vectors, not within the block.
            validate::finite(vectors)
        })
    }

    /// The sign bits of a query.
    ///
    /// # Errors
    /// [`Error::InvalidVectorLength`], [`Error::NotFinite`].
    pub fn try_build_query_bitmap(&self, query: &[f32]) -> Result<Vec<u64>> {
        validate::one_row(query, self.dim)?;
        Ok(sign_words(query))
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
            .candidates(kernels::active()?.agreement, &sign_words(query), m, TILE);
        Ok(lists.into_iter().flatten().collect())
    }

    /// [`SignBitmap::try_top_m_candidates`] of each query, in parallel.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_top_m_candidates_batched(&self, queries: &[f32], m: usize) -> Result<Vec<Vec<u32>>> {
        let bits = self.queries(queries)?;
        Ok(self
            .bits
            .candidates(kernels::active()?.agreement, &bits, m.min(self.len()), TILE))
    }

    /// [`SignBitmap::try_top_m_candidates`] of each query on the calling thread alone, for hosts that
    /// own their threads.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_top_m_candidates_batched_serial_csr(
        &self,
        queries: &[f32],
        m: usize,
    ) -> Result<CandidateBatch> {
        let bits = self.queries(queries)?;
        Ok(self
            .bits
            .candidates_serial(kernels::active()?.agreement, &bits, m.min(self.len())))
    }

    /// Score of every row for one query, by row id.
    ///
    /// # Errors
    /// [`Error::InvalidVectorLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_score_all(&self, query: &[f32]) -> Result<Vec<u32>> {
        validate::one_row(query, self.dim)?;
        self.try_score_all_batched_flat(query)
    }

    /// [`SignBitmap::try_score_all`] of each query.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_score_all_batched(&self, queries: &[f32]) -> Result<Vec<Vec<u32>>> {
        let flat = self.try_score_all_batched_flat(queries)?;
        let nq = queries.len() / self.dim;
        let len = self.len();
        Ok((0..nq)
            .map(|query| flat[query * len..(query + 1) * len].to_vec())
            .collect())
    }

    /// [`SignBitmap::try_score_all_batched`] as one row-major block of `nq * len` scores.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_score_all_batched_flat(&self, queries: &[f32]) -> Result<Vec<u32>> {
        let bits = self.queries(queries)?;
        let kernel = kernels::active()?.agreement;
        let mut scores = vec![0; queries.len() / self.dim * self.len()];
        if bits.len() == self.bits.words {
            self.bits.score_all(kernel, &bits, &mut scores);
        } else if !scores.is_empty() {
            bits.par_chunks(self.bits.words)
                .zip(scores.par_chunks_mut(self.len()))
                .for_each(|(query, scores)| self.bits.score_all(kernel, query, scores));
        }
        Ok(scores)
    }

    /// Removes row `idx`. The last row takes its id; the id it had is returned.
    ///
    /// # Errors
    /// [`Error::RowOutOfRange`].
    pub fn try_swap_remove(&mut self, idx: usize) -> Result<usize> {
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

    /// Bytes of a stored row.
    pub fn bytes_per_vec(&self) -> usize {
        self.dim / 8
    }

    /// Bytes of all stored rows.
    pub fn byte_size(&self) -> usize {
        8 * self.bits.rows.len()
    }

    fn queries(&self, queries: &[f32]) -> Result<Vec<u64>> {
        validate::rows(queries, self.dim)?;
        Ok(sign_words(queries))
    }
}

/// 64 coordinates to a word. A row is a whole number of words, so rows need no special care.
fn sign_words(values: &[f32]) -> Vec<u64> {
    let mut words = vec![0; values.len() / 64];
    (kernels::any().signs)(values, &mut words);
    words
}

/// Signs of a block, which is checked while it is in a near cache.
fn encode_block((values, words): (&[f32], &mut [u64])) -> Result<()> {
    (kernels::any().signs)(values, words);
    validate::finite(values)
}

/// Words that are made from 64 KiB of coordinates.
const BLOCK: usize = 256;

impl Stored for SignBitmap {
    type Element = u64;
    const KIND: IndexKind = IndexKind::SignBitmap;

    fn header(&self) -> io::Result<Header> {
        Ok(Header {
            params: IndexParams::SignBitmap,
            dim: self.dim,
            rows: self.len(),
        })
    }

    fn rows(&self) -> &[u64] {
        &self.bits.rows
    }

    /// Any bits are the signs of some vector.
    fn check_rows(_header: &Header, _first: usize, _rows: &[u64]) -> io::Result<()> {
        Ok(())
    }

    fn from_rows(header: &Header, rows: Vec<u64>) -> Self {
        Self {
            dim: header.dim,
            bits: BitRows {
                words: header.dim / 64,
                rows,
            },
        }
    }
}

rank_io::file_methods!(SignBitmap);

#[cfg(test)]
#[path = "sign_bitmap/tests.rs"]
mod tests;
