//! The inner loops and the one place where a level is turned into them.
//!
//! A kernel scores consecutive rows against one prepared query. All levels have the same
//! signatures, collected in [`Kernels`]; `kernels/portable` is compiled on every target and is
//! the reference. Integer kernels agree to the last bit between levels, float kernels within
//! 1e-4 of the finished score.
//!
//! To add a level: a folder beside `portable`, its table in [`table`], its name in [`COMPILED`].

mod planes;
mod portable;
#[cfg(test)]
mod tests;

pub(crate) use planes::{CodePlanes, QueryPlanes};

use crate::error::Result;
use crate::simd::Level;

/// Levels that this build holds kernels for, lowest first.
pub(crate) const COMPILED: &[Level] = &[Level::Portable];

/// A count over a query and each of the rows that follow each other in `rows`.
pub(crate) type BitKernel = fn(query: &[u64], rows: &[u64], out: &mut [u32]);

/// The kernels of one level. In each, `rows` holds `out.len()` rows back to back.
pub(crate) struct Kernels {
    /// Set bits that row and query share. Rows are as long as the query.
    pub(crate) overlap: BitKernel,
    /// Bits in which row and query differ. Rows are as long as the query.
    pub(crate) hamming: BitKernel,
    /// `sum_i q_i r_i` of two rank vectors, exact.
    pub(crate) rank_rank: fn(query: &[u16], rows: &[u16], out: &mut [u64]),
    /// `sum_i q_i (r_i - (d - 1) / 2)`.
    pub(crate) float_rank: fn(query: &[f32], rows: &[u16], out: &mut [f64]),
    /// `sum_i q_i c_i` over packed codes, exact.
    pub(crate) code_code: fn(query: &CodePlanes, rows: &[u8], out: &mut [u64]),
    /// `sum_i q_i c_i` over packed codes.
    pub(crate) float_code: fn(query: &QueryPlanes, rows: &[u8], out: &mut [f64]),
}

/// The kernels of the active level.
///
/// # Errors
/// Those of [`crate::simd::active_level`].
pub(crate) fn active() -> Result<&'static Kernels> {
    crate::simd::active_level().map(table)
}

/// The kernels of a level; of the portable one where the build holds none for it.
fn table(level: Level) -> &'static Kernels {
    match level {
        Level::Portable | Level::Avx2 | Level::Avx512 | Level::Neon => &portable::KERNELS,
    }
}
