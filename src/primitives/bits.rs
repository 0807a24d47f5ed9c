//! Which code widths exist.

use crate::error::{Error, Result};

/// Widths that divide a byte, so that codes can be packed: 1, 2, 4, 8.
pub(crate) fn packable_bits(bits: u8) -> Result<u8> {
    match bits {
        1 | 2 | 4 | 8 => Ok(bits),
        _ => Err(Error::bits(bits, "1, 2, 4 or 8")),
    }
}

/// Widths of a bucket number that has a norm: 1 to 8. With 0 bits there is one bucket.
pub(crate) fn bucket_bits(bits: u8) -> Result<u8> {
    match bits {
        1..=8 => Ok(bits),
        _ => Err(Error::bits(bits, "from 1 to 8")),
    }
}

/// Widths that fit a byte: 0 to 8. With 0 bits every rank is in the one bucket, 0.
pub(crate) fn byte_bits(bits: u8) -> Result<u8> {
    match bits {
        0..=8 => Ok(bits),
        _ => Err(Error::bits(bits, "at most 8")),
    }
}
