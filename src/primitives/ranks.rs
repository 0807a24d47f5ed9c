//! The rank transform.

use crate::error::{Error, Result};
use crate::limits::MAX_DIM;
use crate::order;
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

/// The rank transform with its sort buffer, so that many rows allocate once.
#[derive(Default)]
pub(crate) struct Ranker {
    keys: Vec<u64>,
}

impl Ranker {
    /// Writes the ranks of finite `v` (at most [`MAX_DIM`] values) to `ranks`, of equal length.
    pub(crate) fn rank(&mut self, v: &[f32], ranks: &mut [u16]) {
        self.sort(v);
        for (rank, &key) in self.keys.iter().enumerate() {
            ranks[(key & 0xffff) as usize] = rank as u16;
        }
    }

    /// Sorts (value, index) pairs as plain integers: the index in the low bits makes an unstable
    /// sort give the stable order.
    fn sort(&mut self, v: &[f32]) {
        self.keys.clear();
        let keyed = v
            .iter()
            .enumerate()
            .map(|(i, &x)| u64::from(order::key(x)) << 16 | i as u64);
        self.keys.extend(keyed);
        self.keys.sort_unstable();
    }
}
