//! Rows of ranks with a query of floats or of integers.

use super::{close, floats, for_each_level, integers, shapes};
use crate::kernels::{rank_ints, Kernels, RankInts};
use crate::simd::Level;

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
