//! The definitions, computed the slow and obvious way in f64, and what a result must satisfy.
//!
//! Nothing here calls the crate. Every test binary includes this module and uses a part of it.
#![allow(dead_code)]

use proptest::prelude::*;

/// How far a float score may be from its definition.
pub const TOLERANCE: f64 = 1e-4;

/// Rank of each coordinate: how many come before it by value, then by index.
pub fn ranks(v: &[f32]) -> Vec<usize> {
    let before = |i: usize, j: usize| v[j] < v[i] || (v[j] == v[i] && j < i);
    (0..v.len())
        .map(|i| (0..v.len()).filter(|&j| before(i, j)).count())
        .collect()
}

/// Bucket of each coordinate.
pub fn buckets(v: &[f32], bits: u8) -> Vec<usize> {
    ranks(v)
        .iter()
        .map(|rank| rank * (1 << bits) / v.len())
        .collect()
}

/// Values less the middle of `0..levels`.
pub fn centred(values: &[usize], levels: usize) -> Vec<f64> {
    values
        .iter()
        .map(|&value| value as f64 - (levels as f64 - 1.0) / 2.0)
        .collect()
}

/// Cosine in f64; 0 where a norm is 0.
pub fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| x * y).sum() };
    let norms = dot(a, a).sqrt() * dot(b, b).sqrt();
    if norms > 0.0 {
        dot(a, b) / norms
    } else {
        0.0
    }
}

fn wide(v: &[f32]) -> Vec<f64> {
    v.iter().map(|&x| f64::from(x)).collect()
}

/// Score of `Rank::search`.
pub fn rank_symmetric(q: &[f32], row: &[f32]) -> f64 {
    cosine(
        &centred(&ranks(q), q.len()),
        &centred(&ranks(row), row.len()),
    )
}

/// Score of `Rank::search_asymmetric`.
pub fn rank_asymmetric(q: &[f32], row: &[f32]) -> f64 {
    cosine(&wide(q), &centred(&ranks(row), row.len()))
}

/// Score of `RankQuant::search` and of `rankquant_eval_search`.
pub fn quant_symmetric(q: &[f32], row: &[f32], bits: u8) -> f64 {
    cosine(
        &centred(&buckets(q, bits), 1 << bits),
        &centred(&buckets(row, bits), 1 << bits),
    )
}

/// Score of `RankQuant::search_asymmetric`: the norm is the formula's, not the row's.
pub fn quant_asymmetric(q: &[f32], row: &[f32], bits: u8) -> f64 {
    let query = wide(q);
    let length = query.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length == 0.0 {
        return 0.0;
    }
    let codes = centred(&buckets(row, bits), 1 << bits);
    let norm = (q.len() as f64 * (4f64.powi(bits.into()) - 1.0) / 12.0).sqrt();
    query
        .iter()
        .zip(&codes)
        .map(|(x, code)| x / length * code)
        .sum::<f64>()
        / norm
}

/// Whether each coordinate of a stored row is in its top set: by rank.
pub fn row_top(v: &[f32], n_top: usize) -> Vec<bool> {
    ranks(v)
        .iter()
        .map(|&rank| rank >= v.len() - n_top)
        .collect()
}

/// Whether each coordinate of a query is in its top set: larger first, then lower index.
pub fn query_top(v: &[f32], n_top: usize) -> Vec<bool> {
    let before = |i: usize, j: usize| v[j] > v[i] || (v[j] == v[i] && j < i);
    (0..v.len())
        .map(|i| (0..v.len()).filter(|&j| before(i, j)).count() < n_top)
        .collect()
}

/// Score of `Bitmap`.
pub fn overlap(q: &[f32], row: &[f32], n_top: usize) -> u32 {
    let pairs = query_top(q, n_top).into_iter().zip(row_top(row, n_top));
    pairs.filter(|&(a, b)| a && b).count() as u32
}

/// Score of `SignBitmap`.
pub fn agreement(q: &[f32], row: &[f32]) -> u32 {
    q.iter()
        .zip(row)
        .filter(|&(&a, &b)| (a > 0.0) == (b > 0.0))
        .count() as u32
}

/// Row ids by score descending, then id ascending; the first `k`.
pub fn best(scores: &[u32], k: usize) -> Vec<u32> {
    let mut ids: Vec<u32> = (0..scores.len() as u32).collect();
    ids.sort_by_key(|&id| (std::cmp::Reverse(scores[id as usize]), id));
    ids.truncate(k);
    ids
}

/// Checks one result row of a float search against the scores that the definitions give to the
/// rows `pool`, which may name a row twice.
pub fn check_float_row(
    scores: &[f32],
    indices: &[i64],
    pool: &[(u32, f64)],
    k: usize,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(scores.len(), k.min(pool.len()));
    prop_assert_eq!(indices.len(), scores.len());
    let mut left = pool.to_vec();
    for (&score, &index) in scores.iter().zip(indices) {
        let at = left.iter().position(|&(id, _)| i64::from(id) == index);
        prop_assert!(
            at.is_some(),
            "row {} returned too often or never offered",
            index
        );
        let (_, expected) = left.swap_remove(at.unwrap());
        prop_assert!(
            (f64::from(score) - expected).abs() < TOLERANCE,
            "{} {}",
            score,
            expected
        );
    }
    for pair in 0..scores.len().saturating_sub(1) {
        let tie = scores[pair] == scores[pair + 1] && indices[pair] <= indices[pair + 1];
        prop_assert!(
            scores[pair] > scores[pair + 1] || tie,
            "order broken at {}",
            pair
        );
    }
    if let Some(&worst) = scores.last() {
        for (id, score) in left {
            prop_assert!(
                score < f64::from(worst) + TOLERANCE,
                "row {} was passed over",
                id
            );
        }
    }
    Ok(())
}

/// Every row of `rows` with its score.
pub fn pool(rows: &[f32], dim: usize, score: impl Fn(&[f32]) -> f64) -> Vec<(u32, f64)> {
    (0..).zip(rows.chunks(dim).map(score)).collect()
}

/// A coordinate: mostly plain, often one of few values so that ties occur, rarely extreme.
fn coordinate() -> impl Strategy<Value = f32> {
    prop_oneof![
        6 => -1.0f32..1.0,
        3 => prop::sample::select(vec![0.0f32, -0.0, 0.5, -0.5, 1.0]),
        1 => prop::sample::select(vec![f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45, -1e30]),
    ]
}

/// `rows` row-major vectors of `dim` coordinates.
pub fn vectors(dim: usize, rows: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(coordinate(), dim * rows)
}

/// Dimension, corpus and queries, the dimension a multiple of `step` and at most `most` steps.
pub fn problem(step: usize, most: usize) -> impl Strategy<Value = (usize, Vec<f32>, Vec<f32>)> {
    (1..=most, 0usize..24, 0usize..4).prop_flat_map(move |(steps, rows, nq)| {
        let dim = steps * step;
        (Just(dim), vectors(dim, rows), vectors(dim, nq))
    })
}

/// How many cases a property runs: few enough for a debug build.
pub fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count)
    }
}

/// Deterministic values in [-1, 1), for tests that need many of them and no shrinking.
pub fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut step = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| step()).collect()
}
