//! The selector against sorting everything, over streams that fill its buffer many times.

use super::{Score, Selector};

/// Pseudo-random integers below `limit`.
fn integers(count: usize, limit: u32) -> Vec<u32> {
    let step = |state: u32| state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    let states = std::iter::successors(Some(1), |&state| Some(step(state)));
    states
        .map(|state| (state >> 8) % limit)
        .take(count)
        .collect()
}

const KS: [usize; 9] = [0, 1, 2, 10, 255, 256, 257, 1000, 6000];

/// Offers `scores[i]` as row `rows[i]` and compares with a sort by `before`.
fn check<S: Score + std::fmt::Debug + PartialEq>(
    scores: &[S],
    rows: &[u32],
    order: impl Fn(S, S) -> std::cmp::Ordering,
) {
    let mut expected: Vec<(S, u32)> = scores.iter().copied().zip(rows.iter().copied()).collect();
    expected.sort_by(|a, b| order(b.0, a.0).then(a.1.cmp(&b.1)));
    let mut selector = Selector::default();
    for k in KS {
        let mut best = selector.start(k);
        scores
            .iter()
            .zip(rows)
            .for_each(|(&score, &row)| best.push(score, row));
        let found: Vec<(S, u32)> = best.finish().collect();
        assert_eq!(found, expected[..k.min(expected.len())], "k = {k}");
    }
}

#[test]
fn integer_scores_with_many_ties() {
    let ascending: Vec<u32> = (0..5000).collect();
    let mixed: Vec<u32> = ascending.iter().map(|row| row * 1999 % 5000).collect();
    for levels in [1, 3, 100, 1 << 24] {
        check(&integers(5000, levels), &ascending, |a, b| a.cmp(&b));
        check(&integers(5000, levels), &mixed, |a, b| a.cmp(&b));
    }
}

/// Every row beats the one before it, so the bound is lowered all the time.
#[test]
fn scores_that_only_rise() {
    let scores: Vec<u32> = (0..5000).collect();
    check(&scores, &scores, |a, b| a.cmp(&b));
}

#[test]
fn float_scores_of_both_signs() {
    let scores: Vec<f32> = integers(5000, 401)
        .iter()
        .map(|&x| x as f32 / 100.0 - 2.0)
        .collect();
    let rows: Vec<u32> = (0..5000).collect();
    check(&scores, &rows, |a, b| a.partial_cmp(&b).unwrap());
}

#[test]
fn duplicates_are_kept() {
    let mut selector = Selector::default();
    let mut best = selector.start(3);
    (0..1000).for_each(|_| best.push(7, 4));
    assert_eq!(best.finish().collect::<Vec<(u32, u32)>>(), [(7, 4); 3]);
}

#[test]
fn the_zeros_are_equal_and_nan_is_last() {
    let mut selector = Selector::default();
    let mut best = selector.start(9);
    for (row, score) in [
        -0.0,
        0.0,
        f32::NAN,
        -1.0,
        f32::NEG_INFINITY,
        -0.0,
        f32::INFINITY,
    ]
    .into_iter()
    .enumerate()
    {
        best.push(score, row as u32);
    }
    let (mut scores, mut indices) = ([9.0; 9], [9; 9]);
    best.finish_into(&mut scores, &mut indices);
    assert_eq!(indices, [6, 0, 1, 5, 3, 2, 4, -1, -1]);
    assert_eq!(scores[..5], [f32::INFINITY, 0.0, 0.0, 0.0, -1.0]);
    assert_eq!(scores[5..], [f32::NEG_INFINITY; 4]);
}
