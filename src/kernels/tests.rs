//! One suite per kernel, run for every level that this build holds and this machine can run.
//!
//! Each kernel is compared with the plain sum that defines it, over lengths around the block
//! and lane boundaries of all levels. `ORDVEC_REQUIRE_SIMD` names a level that must be among
//! those run; without it a level that cannot run here is reported and left out.

use super::{
    rank_ints, runnable, table, CodePlanes, IntQueries, Kernels, QueryPlanes, RankInts, COMPILED,
};
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

#[test]
fn bit_counts() {
    for_each_level(|kernels, level| {
        for (length, rows) in shapes() {
            let queries = integers(length * 3, u64::MAX, 1);
            let rows_of = integers(length * rows, u64::MAX, 2);
            let (mut shared, mut equal) = (vec![9; 3 * rows], vec![9; 3 * rows]);
            (kernels.overlap)(&queries, &rows_of, length, &mut shared);
            (kernels.agreement)(&queries, &rows_of, length, &mut equal);
            for (at, (&shared, &equal)) in shared.iter().zip(&equal).enumerate() {
                let query = &queries[at / rows * length..][..length];
                let row = &rows_of[at % rows * length..][..length];
                let pairs = || query.iter().zip(row);
                let expected: u32 = pairs().map(|(q, r)| (q & r).count_ones()).sum();
                assert_eq!(shared, expected, "{level} {length}");
                let expected: u32 = pairs().map(|(q, r)| (q ^ r).count_zeros()).sum();
                assert_eq!(equal, expected, "{level} {length}");
            }
        }
    });
}

#[test]
fn sign_bits() {
    for_each_level(|kernels, level| {
        let mut values = floats(64 * 5, 4);
        let odd = [
            0.0,
            -0.0,
            1e-45,
            -1e-45,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
        ];
        values[60..67].copy_from_slice(&odd);
        let mut words = [u64::MAX; 5];
        (kernels.signs)(&values, &mut words);
        for (at, &value) in values.iter().enumerate() {
            let bit = words[at / 64] >> (at % 64) & 1 == 1;
            assert_eq!(bit, value > 0.0, "{level} {at}");
        }
    });
}

#[test]
fn passing_scores() {
    for_each_level(|kernels, level| {
        for length in [0, 1, 5, 15, 16, 17, 31, 32, 33, 100, 127, 128] {
            let mut scores: Vec<u32> = integers(length, 1000, length as u64 + 1)
                .into_iter()
                .map(|score| score as u32)
                .collect();
            if let [_, .., last] = &mut scores[..] {
                *last = u32::MAX; // the comparison has no sign
            }
            for least in [0, 1, 500, 995, 1000, 1 << 31, u32::MAX] {
                let mut out = vec![9; length];
                let count = (kernels.passing)(&scores, least, &mut out);
                let expected: Vec<u32> = (0..length as u32)
                    .filter(|&at| scores[at as usize] >= least)
                    .collect();
                assert_eq!(out[..count], expected, "{level} {length} {least}");
            }
        }
    });
}

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
                let codes: Vec<u8> = (0..dim * 9).map(|i| (i % (1 << bits)) as u8).collect();
                let width = dim * usize::from(bits) / 8;
                let mut packed = vec![0; width * 9];
                pack_into(&codes, bits, &mut packed);
                assert_eq!(
                    (kernels.uneven)(&packed, dim, bits),
                    None,
                    "{level} {bits} {dim}"
                );
                // A code that gains the lowest bit and one that loses it: each position has as many
                // bits set as before. A code of one bit is then the other one.
                if bits > 1 {
                    let mut wrong = codes.clone();
                    let of_row = &mut wrong[4 * dim..5 * dim];
                    of_row[0] = 1;
                    of_row[(1 << bits) - 1] -= 1;
                    pack_into(&wrong, bits, &mut packed);
                    let found = (kernels.uneven)(&packed, dim, bits);
                    assert_eq!(found, Some(4), "{level} {bits} {dim}");
                    pack_into(&codes, bits, &mut packed);
                }
                // Any single bit that flips moves one coordinate to another bucket.
                for at in [0, width - 1, 5 * width, 5 * width + width / 2] {
                    for bit in 0..8 {
                        let mut wrong = packed.clone();
                        wrong[at] ^= 1 << bit;
                        let found = (kernels.uneven)(&wrong, dim, bits);
                        assert_eq!(found, Some(at / width), "{level} {bits} {dim} {at}");
                    }
                }
            }
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for an interpreter")]
fn bit_counts_of_full_rows_do_not_overflow() {
    for_each_level(|kernels, level| {
        let words = vec![u64::MAX; 1 << 18];
        let mut count = [0];
        (kernels.overlap)(&words, &words, words.len(), &mut count);
        assert_eq!(count, [1 << 24], "{level}");
    });
}

#[test]
fn ranks() {
    for_each_level(|kernels, level| {
        for (length, rows) in shapes() {
            let ranks = |count, seed| -> Vec<u16> {
                integers(count, length as u64, seed)
                    .into_iter()
                    .map(|rank| rank as u16)
                    .collect()
            };
            let unit = floats(length, 2);
            let rows_of = ranks(length * rows, 3);
            let mut float = vec![9.0; rows];
            (kernels.float_rank)(&unit, &rows_of, &mut float);
            let middle = (length as f64 - 1.0) / 2.0;
            for (at, row) in rows_of.chunks(length).enumerate() {
                let expected: f64 = unit
                    .iter()
                    .zip(row)
                    .map(|(&q, &r)| f64::from(q) * (f64::from(r) - middle))
                    .sum();
                assert!(
                    close(float[at], expected, length, length as f64),
                    "{level} {length}"
                );
            }
        }
    });
}

/// Values of every size, with rows as far from the middle as ranks are: every length of a run.
#[test]
fn integers_of_ranks() {
    for_each_level(|kernels, level| {
        for (length, rows) in shapes() {
            for most in [1, 200, i16::MAX] {
                let values = integers(length, 2 * most as u64 + 1, 1);
                let centred = |n: &u64| (*n as i32 - i32::from(most)) as i16;
                let values: Vec<i16> = values.iter().map(centred).collect();
                let last = length as u64 - 1;
                let ranks = integers(length * rows, 2, 3)
                    .into_iter()
                    .map(|end| end * last);
                int_ranks(
                    kernels,
                    level,
                    values,
                    ranks.map(|rank| rank as u16).collect(),
                );
            }
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for an interpreter")]
fn the_largest_products_of_ranks_do_not_overflow() {
    for_each_level(|kernels, level| {
        let mut runs = Vec::new();
        // The mean value at which a run of the longest dimensions just fits, and the next one.
        for (dim, most) in [
            (1 << 11, [2047, 2048]),
            (1 << 13, [2047, 2048]),
            (65_535, [1024, 1025]),
            (65_535, [i16::MAX; 2]),
        ] {
            for value in most {
                for rank in [0, dim as u16 - 1] {
                    let query = vec![value; dim];
                    runs.push(int_ranks(kernels, level, query, vec![rank; dim]));
                }
            }
        }
        runs.dedup();
        assert_eq!(runs, [1024, 256, 64, 1], "{level}");
    });
}

/// Compares one query with the plain sum; the run that it was given.
fn int_ranks(kernels: &Kernels, level: Level, values: Vec<i16>, rows: Vec<u16>) -> usize {
    let (length, middle) = (values.len(), rank_ints::middle(values.len()));
    let query = RankInts::new(values);
    for near in [false, true] {
        let mut found = vec![9; rows.len() / length];
        (kernels.int_rank)(&query, &rows, near, &mut found);
        for (row, found) in rows.chunks(length).zip(found) {
            let pairs = query.values().iter().zip(row);
            let product =
                |(&n, &r): (&i16, &u16)| i64::from(n) * (i64::from(r) - i64::from(middle));
            assert_eq!(
                found,
                pairs.map(product).sum::<i64>(),
                "{level} {length} {near}"
            );
        }
    }
    query.run()
}

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
    let mut packed = vec![0; width * rows];
    pack_into(&rows_of, bits, &mut packed);
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

/// Values of an integer query: any, with both extremes among them.
fn signed(count: usize, seed: u64) -> Vec<i8> {
    let any = integers(count, 257, seed).into_iter();
    any.map(|x| (x as i32 - 128).clamp(-127, 127) as i8)
        .collect()
}

/// Checks all queries with all rows, and every query alone on rows picked in any order.
fn ints_of(kernels: &Kernels, width: usize, rows: usize, queries: usize, bits: u8, what: &str) {
    let dim = width * usize::from(8 / bits);
    let codes: Vec<u8> = integers(dim * rows, 1 << bits, 3)
        .into_iter()
        .map(|code| code as u8)
        .collect();
    let mut packed = vec![0; width * rows];
    pack_into(&codes, bits, &mut packed);
    let values: Vec<Vec<i8>> = (0..queries).map(|seed| signed(dim, seed as u64)).collect();
    let mut batch = IntQueries::default();
    batch.start(dim, bits, queries);
    (0..queries).for_each(|index| batch.set(index, &values[index]));
    let mut found = vec![9; queries * rows];
    (kernels.int_code)(&batch, &packed, &mut Vec::new(), &mut found);
    let ids: Vec<u32> = (0..2 * rows as u32).map(|i| i * 7 % rows as u32).collect();
    for (index, values) in values.iter().enumerate() {
        let expected: Vec<i32> = codes
            .chunks(dim)
            .map(|row| {
                row.iter()
                    .zip(values)
                    .map(|(&c, &q)| i32::from(c) * i32::from(q))
                    .sum()
            })
            .collect();
        assert_eq!(
            found[index * rows..][..rows],
            expected,
            "{what}, query {index}"
        );
        let mut alone = IntQueries::default();
        alone.start(dim, bits, 1);
        alone.set(0, values);
        let mut given = vec![9; ids.len()];
        (kernels.int_rows)(&alone, &packed, &ids, &mut given);
        let picked: Vec<i32> = ids.iter().map(|&id| expected[id as usize]).collect();
        assert_eq!(given, picked, "{what}, query {index}, given rows");
    }
}

#[test]
fn integer_scans() {
    for_each_level(|kernels, level| {
        for (width, rows) in shapes() {
            for (bits, queries) in [(1, 1), (2, 1), (4, 1), (1, 6), (2, 5), (4, 4)] {
                let what = format!("{level}: {rows} rows of {width} bytes, {bits} bits");
                ints_of(kernels, width, rows, queries, bits, &what);
            }
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for an interpreter")]
fn the_largest_integer_sums_do_not_overflow() {
    for_each_level(|kernels, level| {
        for (bits, queries) in [(1, 1), (2, 1), (4, 1), (1, 2), (2, 2), (4, 2)] {
            let dim = 65_520;
            let mut batch = IntQueries::default();
            batch.start(dim, bits, queries);
            (0..queries).for_each(|index| batch.set(index, &vec![-127; dim]));
            let packed = vec![255; batch.width()];
            let mut found = vec![0; queries];
            (kernels.int_code)(&batch, &packed, &mut Vec::new(), &mut found);
            let expected = -127 * dim as i32 * ((1 << bits) - 1);
            assert_eq!(found, vec![expected; queries], "{level}, {bits} bits");
        }
    });
}

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

fn shapes() -> impl Iterator<Item = (usize, usize)> {
    LENGTHS
        .iter()
        .flat_map(|&length| ROWS.map(|rows| (length, rows)))
}
