//! Which dimensions and widths go together.

use crate::error::{Error, Result};
use crate::limits::{MAX_DIM, MIN_DIM};

/// Widths that have a file format.
pub(crate) fn check_stored(dim: usize, bits: u8) -> Result<()> {
    if !matches!(bits, 1 | 2 | 4) {
        return Err(Error::bits(bits, "1, 2 or 4"));
    }
    check(dim, bits)
}

/// Widths and dimensions of the symmetric score: every bucket gets the same number of
/// coordinates, and a row is a whole number of bytes.
pub(super) fn check(dim: usize, bits: u8) -> Result<()> {
    if !matches!(bits, 1 | 2 | 4 | 8) {
        return Err(Error::bits(bits, "1, 2 or 4, or 8 in memory only"));
    }
    in_range(dim)?;
    let step = (1usize << bits).max(usize::from(8 / bits));
    if dim.is_multiple_of(step) {
        return Ok(());
    }
    Err(Error::dim(
        dim,
        format!("a multiple of {step} for bits {bits}"),
    ))
}

/// As [`check`], but with 8 bits at any dimension.
pub(super) fn check_asymmetric(dim: usize, bits: u8) -> Result<()> {
    if bits == 8 {
        return in_range(dim);
    }
    check(dim, bits)
}

fn in_range(dim: usize) -> Result<()> {
    if (MIN_DIM..=MAX_DIM).contains(&dim) {
        return Ok(());
    }
    Err(Error::dim(dim, format!("from {MIN_DIM} to {MAX_DIM}")))
}
