//! Which code widths exist.

use crate::error::{Error, Result};

/// Widths that divide a byte, so that codes can be packed: 1, 2, 4, 8.
pub(crate) fn packable_bits(bits: u8) -> Result<u8> {
    match bits {
        1 | 2 | 4 | 8 => Ok(bits),
        _ => Err(Error::Bits {
            found: bits,
            expected: "1, 2, 4 or 8",
        }),
    }
}

/// Widths that a bucket number can have: 1 to 8.
pub(crate) fn bucket_bits(bits: u8) -> Result<u8> {
    match bits {
        1..=8 => Ok(bits),
        _ => Err(Error::Bits {
            found: bits,
            expected: "from 1 to 8",
        }),
    }
}
