//! Ranks to equal-width buckets, and the centre of the bucket numbers.

use super::bits::byte_bits;
use crate::error::{Error, Result};

/// Bucket of a rank: `floor(rank * 2^bits / d)`.
///
/// Where `2^bits` divides `d`, a permutation of `[0, d)` fills every bucket with exactly
/// `d / 2^bits` coordinates.
///
/// # Errors
/// [`Error::InvalidParameter`] named `bits` if `bits` is over 8, named `dim` if `d` is 0;
/// [`Error::OutOfRange`] unless `rank < d`.
pub fn try_rank_to_bucket(rank: u16, d: usize, bits: u8) -> Result<u8> {
    byte_bits(bits)?;
    if d == 0 {
        return Err(Error::dim(d, "at least 1".to_owned()));
    }
    if usize::from(rank) >= d {
        return Err(Error::OutOfRange {
            what: "rank",
            found: rank.into(),
            limit: d as u64,
        });
    }
    // Any `d` that does not fit in u32 is beyond every `rank << bits`.
    Ok(bucket_of(rank, u32::try_from(d).unwrap_or(u32::MAX), bits))
}

/// [`try_rank_to_bucket`] of every element of a rank vector; `d` is its length.
///
/// # Errors
/// As [`try_rank_to_bucket`]. An empty vector gives an empty one.
pub fn try_bucket_ranks(ranks: &[u16], bits: u8) -> Result<Vec<u8>> {
    byte_bits(bits)?;
    ranks
        .iter()
        .map(|&rank| try_rank_to_bucket(rank, ranks.len(), bits))
        .collect()
}

/// Bucket number relative to the middle: `b - (2^bits - 1) / 2`.
///
/// # Errors
/// [`Error::InvalidParameter`] if `bits` is over 8, [`Error::OutOfRange`] unless `b < 2^bits`.
pub fn try_bucket_centre(b: u8, bits: u8) -> Result<f32> {
    byte_bits(bits)?;
    if u32::from(b) >= 1 << bits {
        return Err(Error::OutOfRange {
            what: "bucket",
            found: b.into(),
            limit: 1 << bits,
        });
    }
    Ok(f32::from(b) - centre(bits) as f32)
}

/// [`try_rank_to_bucket`] without its checks. `rank < d` and `bits <= 8` keep the result in a byte.
fn bucket_of(rank: u16, d: u32, bits: u8) -> u8 {
    ((u32::from(rank) << bits) / d) as u8
}

/// The middle of the bucket numbers, `(2^bits - 1) / 2`.
pub(crate) fn centre(bits: u8) -> f64 {
    f64::from((1u32 << bits) - 1) / 2.0
}
