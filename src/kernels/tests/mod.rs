//! One suite per kernel, run for every level that this build holds and this machine can run.
//!
//! Each kernel is compared with the plain sum that defines it, over lengths around the block
//! and lane boundaries of all levels. `ORDVEC_REQUIRE_SIMD` names a level that must be among
//! those run; without it a level that cannot run here is reported and left out.

mod bits;
mod codes;
mod composition;
mod floats;
mod ints;
mod ranks;

use super::{runnable, Kernels, COMPILED};
use crate::primitives::pack_into;
use crate::simd::{detected_levels, Level};

/// Rows of a kernel call: none, one, a few.
const ROWS: [usize; 3] = if cfg!(miri) { [0, 1, 3] } else { [0, 1, 11] };

/// Lengths around 8, 16, 32, 64, 256 and 1024, in elements of the row; a few of them for Miri,
/// which interprets.
const LENGTHS: &[usize] = if cfg!(miri) {
    &[9, 33]
} else {
    &[
        1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 193, 255, 256, 257,
        511, 1023, 1024, 2050,
    ]
};

fn for_each_level(suite: impl Fn(&Kernels, Level)) {
    runnable().for_each(|(level, kernels)| suite(kernels, level));
}

/// A small generator of integers below `limit`.
fn integers(count: usize, limit: u64, seed: u64) -> Vec<u64> {
    let mut state = seed << 32 | 0x2545_f491;
    let mut step = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..count).map(|_| step() % limit).collect()
}

fn floats(count: usize, seed: u64) -> Vec<f32> {
    integers(count, 2001, seed)
        .into_iter()
        .map(|x| (x as f32 - 1000.0) / 1000.0)
        .collect()
}

/// Checks a float sum whose terms are at most `term`: 1e-6 of what they could add up to.
fn close(found: f64, expected: f64, length: usize, term: f64) -> bool {
    (found - expected).abs() <= 1e-6 * term * length as f64
}

/// Codes as a kernel takes them.
fn packed(codes: &[u8], bits: u8) -> Vec<u8> {
    let mut packed = vec![0; codes.len() * usize::from(bits) / 8];
    pack_into(codes, bits, &mut packed);
    packed
}

/// Lengths and numbers of rows.
fn shapes() -> impl Iterator<Item = (usize, usize)> {
    LENGTHS
        .iter()
        .flat_map(|&length| ROWS.map(|rows| (length, rows)))
}

#[test]
fn a_required_level_is_compiled_in_and_detected() {
    let Some(name) = std::env::var_os("ORDVEC_REQUIRE_SIMD") else {
        println!("no level is required");
        return;
    };
    let level = name
        .to_str()
        .and_then(Level::from_name)
        .expect("a level's name");
    assert!(
        COMPILED.contains(&level),
        "{level} is not compiled in: {COMPILED:?}"
    );
    assert!(
        detected_levels().contains(&level),
        "{level} is not detected"
    );
}
