//! The inner loops and the one place where a level is turned into them.
//!
//! A kernel scores consecutive rows against prepared queries. All levels have the same
//! signatures, collected in [`Kernels`]; `kernels/portable` is compiled on every target and is
//! the reference. Integer kernels agree to the last bit between levels by their definition. Float
//! kernels do too, because every level compiles the portable float loops for its instructions
//! and none contracts or reorders them.
//!
//! To add a level: a folder beside `portable`, its table in [`table`], its name in [`COMPILED`].

mod ints;
mod planes;
mod portable;
pub(crate) mod rank_ints;
#[cfg(test)]
mod tests;

#[cfg(all(target_arch = "x86_64", feature = "simd-avx2"))]
#[allow(unsafe_code)] // intrinsics; each use states why it is sound
mod avx2;
#[cfg(all(target_arch = "x86_64", feature = "simd-avx512"))]
#[allow(unsafe_code)] // intrinsics; each use states why it is sound
mod avx512;
#[cfg(any(
    all(target_arch = "x86_64", feature = "simd-avx2"),
    all(target_arch = "x86_64", feature = "simd-avx512"),
    all(target_arch = "aarch64", feature = "simd-neon"),
))]
mod compiled;
#[cfg(all(target_arch = "aarch64", feature = "simd-neon"))]
#[allow(unsafe_code)] // intrinsics; each use states why it is sound
mod neon;
#[cfg(all(
    target_arch = "x86_64",
    any(feature = "simd-avx2", feature = "simd-avx512")
))]
#[allow(unsafe_code)] // an intrinsic; states why it is sound
mod prefetch;
#[cfg(all(
    target_arch = "x86_64",
    any(feature = "simd-avx2", feature = "simd-avx512")
))]
mod rank_rows;
#[cfg(any(
    all(target_arch = "x86_64", feature = "simd-avx2"),
    all(target_arch = "x86_64", feature = "simd-avx512"),
    all(target_arch = "aarch64", feature = "simd-neon"),
))]
mod tiles;

pub(crate) use ints::IntQueries;
pub(crate) use planes::{CodePlanes, QueryPlanes};
pub(crate) use rank_ints::RankInts;

use crate::error::Result;
use crate::simd::Level;

/// Levels that this build holds kernels for, lowest first.
pub(crate) const COMPILED: &[Level] = &[
    Level::Portable,
    #[cfg(all(target_arch = "x86_64", feature = "simd-avx2"))]
    Level::Avx2,
    #[cfg(all(target_arch = "x86_64", feature = "simd-avx512"))]
    Level::Avx512,
    #[cfg(all(target_arch = "aarch64", feature = "simd-neon"))]
    Level::Neon,
];

/// A count over each query with each row, all of them `words` long and back to back. `out` holds
/// as many counts for each query as there are rows, query by query.
pub(crate) type BitKernel = fn(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]);

/// [`Kernels::passing`].
pub(crate) type Passing = fn(scores: &[u32], least: u32, out: &mut [u32]) -> usize;

/// Where a kernel unpacks rows that it goes over several times.
pub(crate) type IntScratch = Vec<u8>;

/// The kernels of one level. Where it takes no ids, `rows` holds the rows of `out` back to back.
pub(crate) struct Kernels {
    /// Set bits that row and query share.
    pub(crate) overlap: BitKernel,
    /// Bits that are equal in row and query.
    pub(crate) agreement: BitKernel,
    /// Bit `i % 64` of word `i / 64` is set where `values[i]` is above zero. `values` is 64 times as
    /// long as `out`.
    pub(crate) signs: fn(values: &[f32], out: &mut [u64]),
    /// Writes the positions of the scores of at least `least` to the beginning of `out`, which is
    /// as long as `scores`, in ascending order; how many there are. What comes after them in `out`
    /// is anything.
    pub(crate) passing: Passing,
    /// The first packed row whose buckets are not equally full. `bits` is 1, 2 or 4.
    pub(crate) uneven: fn(rows: &[u8], dim: usize, bits: u8) -> Option<usize>,
    /// `sum_i n_i (r_i - middle)` of an integer query with rows of ranks, exact, where every rank
    /// is below the dimension. `near` says that the rows were read a moment ago.
    pub(crate) int_rank: fn(&RankInts, rows: &[u16], near: bool, out: &mut [i64]),
    /// `sum_i q_i (r_i - (d - 1) / 2)`.
    pub(crate) float_rank: fn(query: &[f32], rows: &[u16], out: &mut [f64]),
    /// `sum_i q_i c_i` over packed codes, exact.
    pub(crate) code_code: fn(query: &CodePlanes, rows: &[u8], out: &mut [u64]),
    /// `sum_i q_i c_i` over packed codes.
    pub(crate) float_code: fn(query: &QueryPlanes, rows: &[u8], out: &mut [f64]),
    /// `sum_i q_i c_i` over packed codes of 1, 2 or 4 bits, exact. `out` holds as many values for
    /// each query as `rows` has rows, query by query.
    pub(crate) int_code: fn(&IntQueries, rows: &[u8], &mut IntScratch, out: &mut [i32]),
    /// The same for one query and the rows `ids`, which exist.
    pub(crate) int_rows: fn(&IntQueries, rows: &[u8], ids: &[u32], out: &mut [i32]),
}

/// The kernels of the active level.
///
/// # Errors
/// Those of [`crate::simd::active_level`].
pub(crate) fn active() -> Result<&'static Kernels> {
    crate::simd::active_level().map(table)
}

/// The kernels of the active level, or the portable ones where `ORDVEC_SIMD` names no level: for
/// work that is no search and has one result at every level.
pub(crate) fn any() -> &'static Kernels {
    active().unwrap_or(&portable::KERNELS)
}

/// The kernels of a level, which the machine has been asked for; of the portable one where the
/// build holds none for it.
fn table(level: Level) -> &'static Kernels {
    match level {
        #[cfg(all(target_arch = "x86_64", feature = "simd-avx2"))]
        Level::Avx2 => &avx2::KERNELS,
        #[cfg(all(target_arch = "x86_64", feature = "simd-avx512"))]
        Level::Avx512 => &avx512::KERNELS,
        #[cfg(all(target_arch = "aarch64", feature = "simd-neon"))]
        Level::Neon => &neon::KERNELS,
        _ => &portable::KERNELS,
    }
}

/// The levels that tests can force: compiled in and detected.
#[cfg(test)]
pub(crate) fn runnable() -> impl Iterator<Item = (Level, &'static Kernels)> {
    let detected = crate::simd::detected_levels();
    let skipped = |level: &Level| println!("SKIPPED: this machine cannot run {level}");
    COMPILED.iter().copied().filter_map(move |level| {
        let runs = detected.contains(&level);
        runs.then(|| table(level))
            .or_else(|| (skipped(&level), None).1)
            .map(|k| (level, k))
    })
}
