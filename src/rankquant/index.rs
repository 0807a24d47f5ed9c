//! The class: storage, adding and removing rows, its file format.

use super::params;
use crate::error::Result;
use crate::primitives::{pack_into, Ranker};
use crate::rank_io::{self, Header, IndexKind, IndexParams, Stored};
use crate::rows;
use crate::rows::debug_parameters;
use crate::validate;
use rayon::prelude::*;
use std::io;

/// Vectors stored as packed rank buckets, `dim * bits / 8` bytes each.
#[derive(Clone, PartialEq)]
pub struct RankQuant {
    pub(super) dim: usize,
    pub(super) bits: u8,
    pub(super) packed: Vec<u8>,
}

debug_parameters!(RankQuant: dim, bits);

/// Which searches an index supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankQuantCapability {
    /// `search_asymmetric` and its kin; 8 bits at a dimension that is not a multiple of 256.
    AsymmetricOnly,
    /// `search` too.
    SymmetricAndAsymmetric,
}

impl RankQuant {
    /// Whether [`RankQuant::new_asymmetric`] takes these parameters. [`RankQuant::new`] refuses
    /// one thing more: 8 bits at a dimension that is not a multiple of 256.
    ///
    /// # Errors
    /// [`crate::OrdvecError::InvalidParameter`] named `bits` unless `bits` is 1, 2, 4 or 8, named
    /// `dim` unless `dim` is 2 to [`crate::MAX_DIM`] and, below 8 bits, a multiple of `2^bits`
    /// and of `8 / bits`.
    pub fn validate_params(dim: usize, bits: u8) -> Result<()> {
        params::check_asymmetric(dim, bits)
    }

    /// An empty index.
    ///
    /// `bits = 8` exists in memory only: such an index cannot be written.
    ///
    /// # Errors
    /// [`crate::OrdvecError::InvalidParameter`] named `bits` unless `bits` is 1, 2, 4 or 8, named
    /// `dim` unless `dim` is 2 to [`crate::MAX_DIM`] and a multiple of `2^bits` and of
    /// `8 / bits`.
    pub fn try_new(dim: usize, bits: u8) -> Result<Self> {
        params::check(dim, bits)?;
        Ok(Self {
            dim,
            bits,
            packed: Vec::new(),
        })
    }

    /// An empty index that need not support [`RankQuant::search`]: with `bits = 8` any dimension
    /// is allowed. Other widths are as in [`RankQuant::try_new`].
    ///
    /// # Errors
    /// As [`RankQuant::validate_params`].
    pub fn try_new_asymmetric(dim: usize, bits: u8) -> Result<Self> {
        params::check_asymmetric(dim, bits)?;
        Ok(Self {
            dim,
            bits,
            packed: Vec::new(),
        })
    }

    /// Adds row-major vectors. Row ids continue from [`RankQuant::len`].
    ///
    /// # Errors
    /// [`crate::OrdvecError::InvalidLength`], [`crate::OrdvecError::NotFinite`], [`crate::OrdvecError::TooManyVectors`];
    /// the index is then as it was.
    pub fn try_add(&mut self, vectors: &[f32]) -> Result<()> {
        let more = validate::rows(vectors, self.dim)?;
        validate::room(self.len(), more)?;
        let (bits, width) = (self.bits, self.bytes_per_vec());
        let start = self.packed.len();
        self.packed.resize(start + more * width, 0);
        let outputs = self.packed[start..].par_chunks_exact_mut(width);
        vectors
            .par_chunks_exact(self.dim)
            .zip(outputs)
            .for_each_init(Bucketer::default, |bucketer, (vector, packed)| {
                pack_into(bucketer.codes(vector, bits), bits, packed)
            });
        Ok(())
    }

    /// Removes row `idx`. The last row takes its id; the id it had is returned.
    ///
    /// # Errors
    /// [`crate::OrdvecError::RowOutOfRange`].
    pub fn try_swap_remove(&mut self, idx: usize) -> Result<usize> {
        validate::row_id(idx, self.len())?;
        let width = self.bytes_per_vec();
        Ok(rows::swap_remove(&mut self.packed, width, idx))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.packed.len() / self.bytes_per_vec()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// Coordinates of a vector.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Bits of a code.
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// Which searches the index supports.
    pub fn capability(&self) -> RankQuantCapability {
        if self.symmetric_supported() {
            RankQuantCapability::SymmetricAndAsymmetric
        } else {
            RankQuantCapability::AsymmetricOnly
        }
    }

    /// Bytes of a stored row.
    pub fn bytes_per_vec(&self) -> usize {
        self.dim * usize::from(self.bits) / 8
    }

    /// Bytes of all stored rows.
    pub fn byte_size(&self) -> usize {
        self.packed.len()
    }
}

/// Vectors to bucket codes, with the buffers of the rank transform.
#[derive(Default)]
pub(super) struct Bucketer {
    ranker: Ranker,
    codes: Vec<u8>,
}

impl Bucketer {
    /// One code per coordinate of the finite vector `v`.
    pub(super) fn codes(&mut self, v: &[f32], bits: u8) -> &[u8] {
        self.codes.resize(v.len(), 0);
        self.ranker.bucket(v, bits, &mut self.codes);
        &self.codes
    }
}

impl Stored for RankQuant {
    type Element = u8;
    const KIND: IndexKind = IndexKind::RankQuant;

    fn header(&self) -> io::Result<Header> {
        params::check_stored(self.dim, self.bits)
            .map_err(|error| io::Error::new(io::ErrorKind::Unsupported, error))?;
        let params = IndexParams::RankQuant { bits: self.bits };
        Ok(Header {
            params,
            dim: self.dim,
            rows: self.len(),
        })
    }

    fn rows(&self) -> &[u8] {
        &self.packed
    }

    fn check_rows(header: &Header, first: usize, rows: &[u8]) -> io::Result<()> {
        rank_io::composition(rows, first, header.dim, bits_of(header))
    }

    fn from_rows(header: &Header, packed: Vec<u8>) -> Self {
        Self {
            dim: header.dim,
            bits: bits_of(header),
            packed,
        }
    }
}

/// The width in a header of this kind.
fn bits_of(header: &Header) -> u8 {
    match header.params {
        IndexParams::RankQuant { bits } => bits,
        _ => unreachable!("the loader has compared the kind"),
    }
}

rank_io::file_methods!(RankQuant);
