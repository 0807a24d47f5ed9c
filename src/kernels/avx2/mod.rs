//! AVX2.
//!
//! Every function here is safe to call only on a machine that has these instructions: the table
//! is handed out for a detected level alone.

mod bits;
mod fours;
mod int_batch;
mod ints;
mod ranks;

use super::compiled::compiled;
use super::portable::{self, codes, composition, passing};
use super::{CodePlanes, Kernels, QueryPlanes, RankInts};

/// The table of this level.
pub(super) static KERNELS: Kernels = Kernels {
    overlap: bits::overlap,
    agreement: bits::agreement,
    signs: bits::signs,
    passing,
    uneven,
    int_rank: ranks::int_rank,
    float_rank,
    code_code,
    float_code,
    int_code: ints::int_code,
    int_rows: ints::int_rows,
};

compiled! {
    "avx2,popcnt":
    wide_rank(query: &RankInts, rows: &[u16], near: bool, out: &mut [i64]) = portable::ranks::int_rank;
    float_rank(query: &[f32], rows: &[u16], out: &mut [f64]) = portable::ranks::float_rank;
    code_code(query: &CodePlanes, rows: &[u8], out: &mut [u64]) = codes::code_code;
    float_code(query: &QueryPlanes, rows: &[u8], out: &mut [f64]) = codes::float_code;
    passing(scores: &[u32], least: u32, out: &mut [u32]) -> usize = passing::passing;
    uneven(rows: &[u8], dim: usize, bits: u8) -> Option<usize> = composition::uneven;
}
