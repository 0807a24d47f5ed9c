//! The integer scan finds what scoring every row exactly finds, to the last bit, at every level
//! that this machine can run and for corpora and queries made to break its bound.

use super::bound::{step_of, Exact, Query};
use super::Rank;
use crate::kernels::{runnable, Kernels};
use crate::search::Refine;
use proptest::prelude::*;

/// The naive search: every row scored exactly, then sorted.
fn naive(index: &Rank, kernels: &Kernels, query: &[f32], k: usize) -> Vec<(i64, u32)> {
    let query = &Query::new(query);
    let exact = Exact { kernels, query };
    let scores = index
        .ranks
        .chunks(index.dim)
        .map(|row| exact.score(row, 0) + 0.0);
    let mut rows: Vec<(i64, f32)> = (0..).zip(scores).collect();
    rows.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    rows.truncate(k);
    rows.into_iter()
        .map(|(row, score)| (row, score.to_bits()))
        .collect()
}

/// Searches at every level, each query alone and all of them together.
fn check(index: &Rank, queries: &[f32], k: usize, what: &str) {
    for (level, kernels) in runnable() {
        let together = index.asymmetric(kernels, queries, k);
        for (at, query) in queries.chunks(index.dim).enumerate() {
            let expected = naive(index, kernels, query, together.k);
            let alone = index.asymmetric(kernels, query, k);
            for (found, at) in [(&together, at), (&alone, 0)] {
                let scores = found.scores_for_query(at).iter();
                let scores = scores.map(|score| (score + 0.0).to_bits());
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

fn index(dim: usize, rows: &[f32]) -> Rank {
    let mut index = Rank::try_new(dim).unwrap();
    index.try_add(rows).unwrap();
    index
}

/// Queries that a quantisation handles badly, and a plain one.
fn hostile_queries(dim: usize) -> Vec<f32> {
    let plain = noise(dim, 3);
    let mut huge = plain.clone();
    huge[dim / 2] = 1e30;
    let denormal = plain.iter().map(|x| x * 1e-44).collect();
    // All but equal: the range is a few units in the last place.
    let level = (0..dim)
        .map(|i| 1.0 + f32::EPSILON * (i % 3) as f32)
        .collect();
    let negative = plain.iter().map(|x| x - 9.0).collect();
    let (zero, one) = (vec![0.0; dim], vec![-1.0; dim]);
    [plain, huge, denormal, level, negative, zero, one].concat()
}

#[test]
fn hostile_queries_on_rows_that_nearly_tie() {
    for dim in [2, 5, 64, 257] {
        let query = noise(dim, 3);
        let plain = noise(dim * 300, 5);
        // Ever closer to the first query: the bound rises with every row.
        let rising: Vec<f32> = (0..300 * dim)
            .map(|at| plain[at] + query[at % dim] * (at / dim) as f32 / 30.0)
            .collect();
        let twice = [&plain[..dim * 150], &plain[..dim * 150]].concat();
        // The order of the query, but for one pair of neighbours.
        let near: Vec<f32> = (0..300)
            .flat_map(|row| {
                let mut near = query.clone();
                near.swap(row % dim, (row * 7 + 1) % dim);
                near
            })
            .collect();
        let corpora = [
            ("plain", plain),
            ("rising", rising),
            ("twice", twice),
            ("near", near),
        ];
        for (what, rows) in corpora {
            let index = index(dim, &rows);
            for k in [1, 10, 300] {
                check(&index, &hostile_queries(dim), k, what);
            }
        }
    }
}

/// `e_i`, up to rounding.
fn lost(query: &Query) -> impl Iterator<Item = f64> + '_ {
    let (low, step) = step_of(&query.unit);
    let pairs = query.unit.iter().zip(query.values.values());
    pairs.map(move |(&q, &n)| f64::from(q) - low - step * f64::from(n))
}

/// The integer part is below the exact score by at most the bound, and comes near to it: a row
/// in the order of what the query loses loses most.
#[test]
fn the_bound_holds_for_rows_made_of_what_the_query_loses() {
    for dim in [2, 64, 1024, 4096, 65_535] {
        for (query, sign) in [(noise(dim, 3), 1.0), (noise(dim, 9), -1.0)] {
            let query = &Query::new(&query);
            let lost: Vec<f32> = lost(query).map(|error| (sign * error) as f32).collect();
            let rows = index(dim, &[lost, noise(dim, 4)].concat());
            for (level, kernels) in runnable() {
                let exact = Exact { kernels, query };
                for row in rows.ranks.chunks(dim) {
                    let mut product = [0];
                    (kernels.int_rank)(&query.values, row, false, &mut product);
                    let score = exact.score(row, 0);
                    let (found, least) = (product[0], exact.least(score));
                    assert!(found >= least, "{level} {dim}: {found} < {least}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..Default::default() })]

    #[test]
    fn any_problem(
        dim in 2usize..70,
        seed in any::<u64>(),
        levels in 1u32..5,
        k in 0usize..40,
    ) {
        // Few distinct values: ties of ranks by index and of scores by row.
        let steps = 10f32.powi(levels as i32);
        let rows: Vec<f32> = noise(dim * 90, seed).iter().map(|x| (x * steps).round()).collect();
        check(&index(dim, &rows), &noise(dim * 3, seed ^ 1), k, "any");
    }
}
