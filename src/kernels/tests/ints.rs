//! Rows of codes with queries of small integers, all rows or given ones.

use super::{for_each_level, integers, packed, shapes};
use crate::kernels::{IntQueries, Kernels};

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
    let packed = packed(&codes, bits);
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
