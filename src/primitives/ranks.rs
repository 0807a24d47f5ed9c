//! The rank transform.

use super::sort::Sorter;
use crate::error::{Error, Result};
use crate::limits::MAX_DIM;
use crate::validate;

/// Rank of each coordinate: `argsort(argsort(v))`, equal values ranked by ascending index.
///
/// The result is a permutation of `[0, v.len())`; the largest coordinate has rank
/// `v.len() - 1`. `0.0` and `-0.0` are equal.
///
/// # Errors
/// [`Error::InvalidParameter`] if `v` is longer than [`MAX_DIM`], [`Error::NotFinite`].
pub fn try_rank_transform(v: &[f32]) -> Result<Vec<u16>> {
    let mut ranks = vec![0; v.len()];
    try_rank_transform_into(v, &mut ranks)?;
    Ok(ranks)
}

/// [`try_rank_transform`] into the caller's buffer.
///
/// # Errors
/// As [`try_rank_transform`], and [`Error::InvalidBufferLength`] unless `out` is as long as `v`.
pub fn try_rank_transform_into(v: &[f32], out: &mut [u16]) -> Result<()> {
    if v.len() > MAX_DIM {
        return Err(Error::dim(v.len(), format!("at most {MAX_DIM}")));
    }
    validate::length("out", out.len(), v.len())?;
    validate::finite(v)?;
    Ranker::default().rank(v, out);
    Ok(())
}

/// The rank transform with its buffers, so that many rows allocate once.
#[derive(Default)]
pub(crate) struct Ranker {
    sorter: Sorter,
}

impl Ranker {
    /// Writes the ranks of finite `v` (at most [`MAX_DIM`] values) to `ranks`, of equal length.
    pub(crate) fn rank(&mut self, v: &[f32], ranks: &mut [u16]) {
        for (rank, &index) in self.sorter.sort(v).iter().enumerate() {
            ranks[usize::from(index as u16)] = rank as u16;
        }
    }

    /// Writes the bucket of each coordinate of finite `v` to `codes`, of equal length.
    pub(crate) fn bucket(&mut self, v: &[f32], bits: u8, codes: &mut [u8]) {
        let order = self.sorter.sort(v);
        // Bucket b begins at the first rank with `rank * 2^bits / d >= b`.
        let first = |bucket: usize| (bucket * v.len()).div_ceil(1 << bits);
        for bucket in 0..1usize << bits {
            for &index in &order[first(bucket)..first(bucket + 1)] {
                codes[usize::from(index as u16)] = bucket as u8;
            }
        }
    }
}
