//! Checks that every public call makes before it touches anything.
//!
//! Each returns the value it has proven, so that the caller cannot use the unproven one.

use crate::error::{Error, Result};
use crate::limits::MAX_VECTORS;

/// Number of rows of dimension `dim` in a flat slice of `len` values.
///
/// [`OrdvecError::InvalidParameter`] for a dimension of 0, [`OrdvecError::InvalidLength`] for a
/// length that is no multiple of it.
///
/// [`OrdvecError::InvalidParameter`]: crate::OrdvecError::InvalidParameter
/// [`OrdvecError::InvalidLength`]: crate::OrdvecError::InvalidLength
pub fn validate_flat_vectors_len(len: usize, dim: usize) -> Result<usize> {
    if dim == 0 {
        return Err(Error::dim(dim, "at least 1".to_owned()));
    }
    if !len.is_multiple_of(dim) {
        return Err(Error::InvalidLength {
            name: "vectors",
            len,
            dim,
        });
    }
    Ok(len / dim)
}

/// Every candidate names a row of an index of `n_vectors` rows; otherwise
/// [`OrdvecError::CandidateIdOutOfRange`](crate::OrdvecError::CandidateIdOutOfRange) with the first
/// that does not.
pub fn validate_candidate_ids(candidates: &[u32], n_vectors: usize) -> Result<()> {
    match candidates.iter().find(|&&id| id as usize >= n_vectors) {
        Some(&id) => Err(Error::CandidateIdOutOfRange { id, n_vectors }),
        None => Ok(()),
    }
}

/// Number of rows in a flat slice: its length must be a multiple of `dim`, its values finite.
pub(crate) fn rows(values: &[f32], dim: usize) -> Result<usize> {
    let rows = shape(values, dim)?;
    finite(values)?;
    Ok(rows)
}

/// [`rows`] without a look at the values, for callers that check them on the way.
pub(crate) fn shape(values: &[f32], dim: usize) -> Result<usize> {
    validate_flat_vectors_len(values.len(), dim)
}

/// One query: exactly `dim` finite values.
pub(crate) fn one_row(values: &[f32], dim: usize) -> Result<()> {
    if values.len() != dim {
        return Err(Error::InvalidVectorLength {
            name: "query",
            len: values.len(),
            expected: dim,
        });
    }
    finite(values)
}

/// No NaN and no infinity.
pub(crate) fn finite(values: &[f32]) -> Result<()> {
    // The fold has no early exit, so it vectorises; the position is looked for only on failure.
    if values.iter().fold(true, |all, v| all & v.is_finite()) {
        return Ok(());
    }
    let position = values.iter().position(|v| !v.is_finite()).unwrap_or(0);
    Err(Error::NotFinite { position })
}

/// Rows after adding `more` to `len`, within [`MAX_VECTORS`].
pub(crate) fn room(len: usize, more: usize) -> Result<usize> {
    match len.checked_add(more) {
        Some(total) if total <= MAX_VECTORS => Ok(total),
        other => Err(Error::TooManyVectors {
            requested: other.unwrap_or(usize::MAX),
        }),
    }
}

/// The name inside the crate.
pub(crate) use validate_candidate_ids as row_ids;

/// One row id given as `usize`.
pub(crate) fn row_id(id: usize, len: usize) -> Result<()> {
    if id < len {
        return Ok(());
    }
    Err(Error::RowOutOfRange { row: id, len })
}

/// A buffer has exactly the length that the call fills or reads.
pub(crate) fn length(name: &'static str, len: usize, expected: usize) -> Result<()> {
    if len == expected {
        return Ok(());
    }
    Err(Error::InvalidBufferLength {
        name,
        len,
        expected,
    })
}
