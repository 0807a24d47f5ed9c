//! The names and the order of the levels.

use std::fmt;

/// A set of kernels for one instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Level {
    /// Plain Rust, on every target. The oracle of all others.
    Portable,
    /// x86-64 with AVX2 and POPCNT.
    Avx2,
    /// x86-64 with AVX-512 F, BW, DQ, VL, VNNI and VPOPCNTDQ.
    Avx512,
    /// AArch64 with Advanced SIMD.
    Neon,
}

impl Level {
    /// Every level, lowest first within an architecture.
    pub const ALL: [Self; 4] = [Self::Portable, Self::Avx2, Self::Avx512, Self::Neon];

    /// The name used by `ORDVEC_SIMD`, the Cargo features and the Python package.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
        }
    }

    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Whether this level is not above `cap`.
    ///
    /// The ladders are portable, avx2, avx512 and portable, neon. A cap from the ladder of
    /// another architecture therefore leaves only the portable level.
    pub fn within(self, cap: Self) -> bool {
        match self {
            Self::Portable => true,
            Self::Avx2 => matches!(cap, Self::Avx2 | Self::Avx512),
            Self::Avx512 => cap == Self::Avx512,
            Self::Neon => cap == Self::Neon,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
