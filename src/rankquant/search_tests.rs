//! The integer scan finds what scoring every row exactly finds, to the last bit, at every level
//! that this machine can run and for corpora and queries made to break its bound.

use super::{AsymmetricQuery, RankQuant};
use crate::kernels::{runnable, Kernels};
use proptest::prelude::*;

/// The naive search: every row scored exactly, then sorted.
fn naive(index: &RankQuant, kernels: &Kernels, query: &[f32], k: usize) -> Vec<(i64, u32)> {
    let prepared = AsymmetricQuery::new(query, index.bits);
    let mut dots = vec![0.0; index.len()];
    (kernels.float_code)(&prepared.planes, &index.packed, &mut dots);
    let scores = dots.iter().map(|&dot| prepared.score(dot));
    let mut rows: Vec<(i64, f32)> = (0..).zip(scores).collect();
    rows.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let bits = |(row, score): (i64, f32)| (row, (score + 0.0).to_bits());
    rows.into_iter().take(k).map(bits).collect()
}

fn index(dim: usize, bits: u8, rows: &[f32]) -> RankQuant {
    let mut index = RankQuant::new(dim, bits);
    index.add(rows);
    index
}

/// Searches at every level, each query alone and all of them together.
fn check(index: &RankQuant, queries: &[f32], k: usize, what: &str) {
    for (level, kernels) in runnable() {
        let together = index.asymmetric(kernels, queries, k);
        for (at, query) in queries.chunks(index.dim).enumerate() {
            let expected = naive(index, kernels, query, together.k);
            let alone = index.asymmetric(kernels, query, k);
            for (found, at) in [(&together, at), (&alone, 0)] {
                let scores = found
                    .scores_for_query(at)
                    .iter()
                    .map(|s| (s + 0.0).to_bits());
                let ids = found.indices_for_query(at).iter().copied();
                let found: Vec<_> = ids.zip(scores).collect();
                assert_eq!(found, expected, "{level}, {what}, query {at}");
            }
        }
    }
}

fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut step = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| step()).collect()
}

/// Queries that a quantisation handles badly, and a plain one.
fn hostile_queries(dim: usize) -> Vec<f32> {
    let plain = noise(dim, 3);
    let mut huge = plain.clone();
    huge[dim / 2] = 1e30;
    let mut two = vec![1e-3; dim];
    (two[0], two[dim - 1]) = (1.0, -1.0);
    let denormal = plain.iter().map(|x| x * 1e-44).collect();
    let halves = (0..dim)
        .map(|i| if i % 2 == 0 { 1.0 } else { 1.0 / 254.0 })
        .collect();
    let zero = vec![0.0; dim];
    [plain, huge, two, denormal, halves, zero, vec![1.0; dim]].concat()
}

fn hostile_corpora(dim: usize) -> Vec<(&'static str, Vec<f32>)> {
    let plain = noise(dim * 300, 5);
    let one = noise(dim, 7);
    let twice = [&plain[..dim * 150], &plain[..dim * 150]].concat();
    let query = noise(dim, 3);
    // Ever closer to the first query: the bound rises with every row.
    let rising = (0..300).flat_map(|row| {
        let near = row as f32 / 100.0;
        let pairs = query.iter().zip(&plain[row * dim..][..dim]);
        pairs.map(move |(q, x)| q * near + x).collect::<Vec<_>>()
    });
    vec![
        ("all rows equal", one.repeat(300)),
        ("every row twice", twice),
        ("rising", rising.collect()),
        ("plain", plain),
    ]
}

#[test]
fn hostile_data_at_every_level() {
    for (bits, dims) in [(1, [8, 1032]), (2, [20, 508]), (4, [16, 272])] {
        for dim in dims {
            let queries = hostile_queries(dim);
            for (name, rows) in hostile_corpora(dim) {
                let index = index(dim, bits, &rows);
                for k in [1, 10, 299] {
                    check(
                        &index,
                        &queries,
                        k,
                        &format!("{name}, {bits} bits, {dim}, k {k}"),
                    );
                }
            }
        }
    }
}

/// Rows whose codes follow what the integers of the query lose, as closely as rows can: the bound
/// is nearly reached. A hundred and thirty rows that lose set the score to beat; one row that gains, and so has
/// the higher score, has an integer product that is lower by up to nearly twice the loss.
#[test]
fn rows_made_of_the_error_of_the_query() {
    for (bits, dim) in [(1, 1032), (2, 1028), (4, 1040)] {
        let query = noise(dim, 3);
        let prepared = AsymmetricQuery::new(&query, bits);
        let step = prepared.unit.iter().fold(0f32, |a, q| a.max(q.abs())) / 127.0;
        let lost = |(&q, &n): (&f32, &i8)| q - step * f32::from(n);
        let pairs = prepared.unit.iter().zip(&prepared.quantised.values);
        let mut error: Vec<f32> = pairs.map(lost).collect();
        // What is left of the query in it would drown the loss: take it out.
        let along: f32 = prepared.unit.iter().zip(&error).map(|(q, e)| q * e).sum();
        error
            .iter_mut()
            .zip(&prepared.unit)
            .for_each(|(e, q)| *e -= along * q);
        let norm = error.iter().map(|e| e * e).sum::<f32>().sqrt();
        let row = |gain: f32, share: f32| -> Vec<f32> {
            let pairs = prepared.unit.iter().zip(&error);
            pairs
                .map(|(q, e)| share * norm * q + gain * e / norm)
                .collect()
        };
        let (_, portable) = runnable().next().unwrap();
        let score = |rows: &[f32]| {
            let found = naive(&index(dim, bits, rows), portable, &query, usize::MAX);
            let mut scores = vec![0.0; found.len()];
            let pairs = found.into_iter();
            pairs.for_each(|(row, bits)| scores[row as usize] = f32::from_bits(bits));
            scores
        };
        let loser = row(-1.0, 0.0);
        let to_beat = score(&loser)[0];
        let gainers: Vec<f32> = (-400..400)
            .flat_map(|at| row(1.0, at as f32 / 10.0))
            .collect();
        let scores = score(&gainers);
        let near = |&at: &usize| scores[at] > to_beat && scores[at] < to_beat + 2.0 * norm;
        let edge: Vec<usize> = (0..scores.len()).filter(near).collect();
        assert!(
            edge.len() >= 5,
            "{} rows of {bits} bits at the edge",
            edge.len()
        );
        for at in edge {
            let rows = [loser.repeat(130), gainers[at * dim..][..dim].to_vec()].concat();
            check(
                &index(dim, bits, &rows),
                &query,
                1,
                &format!("{bits} bits, row {at}"),
            );
        }
    }
}

#[test]
fn symmetric_scores_are_equal_at_every_level() {
    for (bits, dim) in [(1, 1032), (2, 508), (4, 272), (8, 256)] {
        let index = index(dim, bits, &noise(dim * 200, 5));
        let queries = noise(dim * 5, 6);
        let (_, portable) = runnable().next().unwrap();
        let expected = index.symmetric(portable, &queries, 30);
        for (level, kernels) in runnable() {
            assert_eq!(
                index.symmetric(kernels, &queries, 30),
                expected,
                "{level} {bits}"
            );
            for (at, query) in queries.chunks(dim).enumerate() {
                let alone = index.symmetric(kernels, query, 30);
                assert_eq!(
                    alone.scores,
                    expected.scores_for_query(at),
                    "{level} {bits}"
                );
                assert_eq!(
                    alone.indices,
                    expected.indices_for_query(at),
                    "{level} {bits}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(64)
    })]

    /// No coordinate of a query is tame: magnitudes span sixty powers of two.
    #[test]
    fn the_scan_never_drops_a_row_of_the_top_k(
        bits in prop::sample::select(vec![1u8, 2, 4]),
        steps in 1usize..20,
        rows in 1usize..260,
        seed in any::<u64>(),
        query in prop::collection::vec((-1.0f32..1.0, -60i32..1), 320),
        k in 1usize..40,
    ) {
        let dim = 16 * steps;
        let query: Vec<f32> = query[..dim].iter().map(|&(x, e)| x * (e as f32).exp2()).collect();
        let index = index(dim, bits, &noise(dim * rows, seed));
        check(&index, &query, k, &format!("{bits} bits, dimension {dim}, {rows} rows"));
    }
}
