//! Norms of centred rank vectors and centred bucket vectors.
//!
//! Formed in f64: at dimension 65535 the squares pass what f32 holds exactly.

use super::bits::bucket_bits;
use crate::error::Result;

/// Euclidean norm of a centred permutation of `[0, d)`: `sqrt(d (d^2 - 1) / 12)`.
///
/// 0 for `d` of 0 and 1.
pub fn rank_norm(d: usize) -> f32 {
    rank_norm_squared(d).sqrt() as f32
}

/// Euclidean norm of a centred bucket vector with equally filled buckets:
/// `sqrt(d (2^(2 bits) - 1) / 12)`.
///
/// # Errors
/// [`crate::OrdvecError::InvalidParameter`] unless `bits` is 1 to 8.
pub fn try_rankquant_norm(d: usize, bits: u8) -> Result<f32> {
    bucket_bits(bits)?;
    Ok(rankquant_norm_squared(d, bits).sqrt() as f32)
}

pub(crate) fn rank_norm_squared(d: usize) -> f64 {
    let d = d as f64;
    // d = 0 makes the product -0.0, and adding 0.0 makes that a plain zero.
    d * (d - 1.0) * (d + 1.0) / 12.0 + 0.0
}

pub(crate) fn rankquant_norm_squared(d: usize, bits: u8) -> f64 {
    let levels = f64::from(1u32 << bits);
    d as f64 * (levels * levels - 1.0) / 12.0
}
