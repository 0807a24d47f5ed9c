//! The float sums, to the last bit.

use super::{floats, for_each_level, integers, shapes};
use crate::kernels::{table, QueryPlanes};
use crate::simd::Level;

/// Every level compiles the same float loops, so scores cannot depend on the machine.
#[test]
fn float_sums_have_the_bits_of_the_portable_ones() {
    let portable = table(Level::Portable);
    for_each_level(|kernels, level| {
        for (length, rows) in shapes() {
            let unit = floats(length * 8, 2);
            let bytes: Vec<u8> = integers(length * rows, 256, 3)
                .iter()
                .map(|&x| x as u8)
                .collect();
            let ranks: Vec<u16> = integers(length * rows, 65535, 3)
                .iter()
                .map(|&x| x as u16)
                .collect();
            let (mut found, mut expected) = (vec![0.0; rows], vec![0.0; rows]);
            for bits in [1, 2, 4, 8] {
                let mut planes = QueryPlanes::default();
                planes.fill(&unit[..length * usize::from(8 / bits)], bits);
                (kernels.float_code)(&planes, &bytes, &mut found);
                (portable.float_code)(&planes, &bytes, &mut expected);
                assert_eq!(found, expected, "{level}, {length} bytes of {bits} bits");
            }
            (kernels.float_rank)(&unit[..length], &ranks, &mut found);
            (portable.float_rank)(&unit[..length], &ranks, &mut expected);
            assert_eq!(found, expected, "{level}, {length} ranks");
        }
    });
}
