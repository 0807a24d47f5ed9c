//! Rows of codes with a query of codes or of floats.

use super::{close, floats, for_each_level, integers, packed, shapes};
use crate::kernels::{CodePlanes, Kernels, QueryPlanes};
use crate::simd::Level;

#[test]
fn codes() {
    for_each_level(|kernels, level| {
        for (width, rows) in shapes() {
            for bits in [1, 2, 4, 8] {
                codes_of(kernels, level, width, rows, bits);
            }
        }
    });
}

/// Rows of `width` bytes.
fn codes_of(kernels: &Kernels, level: Level, width: usize, rows: usize, bits: u8) {
    let dim = width * usize::from(8 / bits);
    let codes = |count, seed| -> Vec<u8> {
        integers(count, 1 << bits, seed)
            .into_iter()
            .map(|code| code as u8)
            .collect()
    };
    let (query, unit, rows_of) = (codes(dim, 1), floats(dim, 2), codes(dim * rows, 3));
    let packed = packed(&rows_of, bits);
    let (mut code_planes, mut query_planes) = (CodePlanes::default(), QueryPlanes::default());
    code_planes.fill(&query, bits);
    query_planes.fill(&unit, bits);
    let (mut exact, mut float) = (vec![9; rows], vec![9.0; rows]);
    (kernels.code_code)(&code_planes, &packed, &mut exact);
    (kernels.float_code)(&query_planes, &packed, &mut float);
    for (at, row) in rows_of.chunks(dim).enumerate() {
        let expected: u64 = query
            .iter()
            .zip(row)
            .map(|(&q, &c)| u64::from(q) * u64::from(c))
            .sum();
        assert_eq!(exact[at], expected, "{level} {width} bytes of {bits} bits");
        let expected: f64 = unit
            .iter()
            .zip(row)
            .map(|(&q, &c)| f64::from(q) * f64::from(c))
            .sum();
        let largest = f64::from(1u32 << bits);
        assert!(
            close(float[at], expected, dim, largest),
            "{level} {width} bytes of {bits} bits"
        );
    }
}

#[test]
#[cfg_attr(miri, ignore = "too long for an interpreter")]
fn the_largest_codes_do_not_overflow() {
    for_each_level(|kernels, level| {
        let mut planes = CodePlanes::default();
        planes.fill(&[255; 65535], 8);
        let mut dot = [0];
        (kernels.code_code)(&planes, &[255; 65535], &mut dot);
        assert_eq!(dot, [255 * 255 * 65535], "{level}");
    });
}
