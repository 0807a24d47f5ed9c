//! The check that every code occurs as often as any other in a row.

use super::{for_each_level, packed};
use crate::kernels::Kernels;

#[test]
#[cfg_attr(miri, ignore = "too long for an interpreter")]
fn uneven_rows_are_found() {
    for_each_level(|kernels, level| {
        for (bits, dims) in [
            (1, &[8, 136, 1032][..]),
            (2, &[4, 132, 1028]),
            // No whole vectors, then whole groups of them with and without an end.
            (4, &[16, 144, 1024, 1040, 1520]),
        ] {
            for &dim in dims {
                uneven_row_of(kernels, dim, bits, &format!("{level} {bits} {dim}"));
            }
        }
    });
}

/// Nine rows, all even but for one.
fn uneven_row_of(kernels: &Kernels, dim: usize, bits: u8, what: &str) {
    let uneven = |packed: &[u8]| (kernels.uneven)(packed, dim, bits);
    let codes: Vec<u8> = (0..dim * 9).map(|i| (i % (1 << bits)) as u8).collect();
    let even = packed(&codes, bits);
    assert_eq!(uneven(&even), None, "{what}");
    // A code that gains the lowest bit and one that loses it: each position has as many bits set
    // as before. A code of one bit is then the other one.
    if bits > 1 {
        let mut wrong = codes;
        let of_row = &mut wrong[4 * dim..5 * dim];
        of_row[0] = 1;
        of_row[(1 << bits) - 1] -= 1;
        assert_eq!(uneven(&packed(&wrong, bits)), Some(4), "{what}");
    }
    // Any single bit that flips moves one coordinate to another bucket.
    let width = dim * usize::from(bits) / 8;
    for at in [0, width - 1, 5 * width, 5 * width + width / 2] {
        for bit in 0..8 {
            let mut wrong = even.clone();
            wrong[at] ^= 1 << bit;
            assert_eq!(uneven(&wrong), Some(at / width), "{what} {at}");
        }
    }
}
