//! The class: storage, adding and removing rows, its file format.

use crate::bit_rows::BitRows;
use crate::error::{Error, Result};
use crate::limits::MAX_DIM;
use crate::rank_io::{self, Header, IndexKind, IndexParams, Stored};
use crate::rows;
use crate::rows::debug_parameters;
use crate::top_set::{Ties, TopSet};
use crate::validate;
use rayon::prelude::*;
use std::io;

/// Vectors stored as the set of their `n_top` largest coordinates, `dim / 8` bytes each.
///
/// Where coordinates are equal at the edge of the set, a stored row keeps those of higher
/// index, as the ranks do, and a query keeps those of lower index. Both rules are those of the
/// releases before this one.
#[derive(Clone, PartialEq)]
pub struct Bitmap {
    pub(super) dim: usize,
    n_top: usize,
    pub(super) bits: BitRows,
}

debug_parameters!(Bitmap: dim, n_top);

/// The parameter rule, for constructors and files.
pub(crate) fn check(dim: usize, n_top: usize) -> Result<()> {
    if dim == 0 || dim > MAX_DIM || !dim.is_multiple_of(64) {
        return Err(Error::dim(
            dim,
            format!("a multiple of 64, from 64 to {MAX_DIM}"),
        ));
    }
    if n_top == 0 || n_top >= dim {
        return Err(Error::n_top(n_top, dim));
    }
    Ok(())
}

impl Bitmap {
    /// Whether an index can have these parameters.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] named `dim` unless `dim` is a multiple of 64 and at most
    /// [`MAX_DIM`], named `n_top` unless `0 < n_top < dim`.
    pub fn validate_params(dim: usize, n_top: usize) -> Result<()> {
        check(dim, n_top)
    }

    /// An empty index.
    ///
    /// # Errors
    /// As [`Bitmap::validate_params`].
    pub fn try_new(dim: usize, n_top: usize) -> Result<Self> {
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
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::TooManyVectors`]; the index is then as
    /// it was.
    pub fn try_add(&mut self, vectors: &[f32]) -> Result<()> {
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
    /// [`Error::InvalidVectorLength`], [`Error::NotFinite`].
    pub fn try_build_query_bitmap_fp32(&self, query: &[f32]) -> Result<Vec<u64>> {
        validate::one_row(query, self.dim)?;
        Ok(self.query_bits(query))
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

    pub(super) fn query_bits(&self, query: &[f32]) -> Vec<u64> {
        let mut bits = vec![0; self.bits.words];
        TopSet::default().mark(query, self.n_top, Ties::LowIndex, &mut bits);
        bits
    }
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

    fn check_rows(header: &Header, first: usize, rows: &[u64]) -> io::Result<()> {
        rank_io::weight(rows, first, header.dim / 64, n_top_of(header))
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
