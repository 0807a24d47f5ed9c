//! The portable kernels: plain loops over fixed lanes, written so that the compiler can turn
//! them into vector code for whatever target it compiles for.
//!
//! Floats are summed in [`LANES`] independent f32 lanes within a block and in f64 across
//! blocks: the lanes let the compiler vectorise without reordering a sum, the blocks keep the
//! error independent of the dimension. Each row is summed in the same order however many rows
//! a call has, which makes batched and single searches equal to the last bit. The other levels
//! compile these very float loops for their instructions, so float scores are equal to the last
//! bit between levels too.

mod bits;
pub(super) mod codes;
pub(super) mod composition;
mod ints;
pub(super) mod passing;
pub(super) mod ranks;

use super::Kernels;

/// The table of this level.
pub(super) static KERNELS: Kernels = Kernels {
    overlap: bits::overlap,
    agreement: bits::agreement,
    signs: bits::signs,
    passing: passing::passing,
    uneven: composition::uneven,
    int_rank: ranks::int_rank,
    float_rank: ranks::float_rank,
    code_code: codes::code_code,
    float_code: codes::float_code,
    int_code: ints::int_code,
    int_rows: ints::int_rows,
};

/// Independent accumulators: two vectors of eight or four of four.
const LANES: usize = 16;

/// Sum of the lanes, in f64.
#[inline(always)]
fn sum(lanes: &[f32; LANES]) -> f64 {
    lanes.iter().map(|&lane| f64::from(lane)).sum()
}
