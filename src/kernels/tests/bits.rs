//! Counts of bits, signs as bits, and the choice of rows by their counts.

use super::{floats, for_each_level, integers, shapes};

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
fn bit_counts_of_full_rows_do_not_overflow() {
    for_each_level(|kernels, level| {
        let words = vec![u64::MAX; 1 << 18];
        let mut count = [0];
        (kernels.overlap)(&words, &words, words.len(), &mut count);
        assert_eq!(count, [1 << 24], "{level}");
    });
}
