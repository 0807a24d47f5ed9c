//! Which kernels a build holds, which the machine can run, and which are used.
//!
//! A *level* is a set of kernels for one instruction set. [`compiled_levels`] names those that
//! this build holds, [`detected_levels`] those whose instructions the machine has, and
//! [`active_level`] the one that every search uses: the best level that is in both lists and
//! not above the cap in the environment variable `ORDVEC_SIMD`.
//!
//! The Cargo features `simd-avx2`, `simd-avx512` and `simd-neon` each compile one level in on
//! the architecture that has it.

mod cap;
mod detect;
mod level;

pub use cap::CAP_VARIABLE;
pub use level::Level;

use crate::error::Result;
use std::sync::OnceLock;

/// Levels whose kernels this build holds, lowest first.
pub fn compiled_levels() -> &'static [Level] {
    crate::kernels::COMPILED
}

/// Levels whose instructions this machine has, lowest first, compiled in or not.
pub fn detected_levels() -> Vec<Level> {
    Level::ALL
        .into_iter()
        .filter(|&level| detect::has(level))
        .collect()
}

/// The level that searches use. Decided at the first call and kept for the life of the process.
///
/// # Errors
/// [`crate::OrdvecError::SimdCap`] if `ORDVEC_SIMD` is set and names no level. Every search returns the
/// same error then, so that a misspelt cap cannot silently measure the wrong kernels.
pub fn active_level() -> Result<Level> {
    static ACTIVE: OnceLock<Result<Level>> = OnceLock::new();
    ACTIVE.get_or_init(|| cap::read().map(best)).clone()
}

fn best(cap: Option<Level>) -> Level {
    let allowed = |level: &&Level| cap.is_none_or(|cap| level.within(cap)) && detect::has(**level);
    compiled_levels()
        .iter()
        .rev()
        .find(allowed)
        .copied()
        .unwrap_or(Level::Portable)
}
