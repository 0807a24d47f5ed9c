//! Scores of `Rank`, `RankQuant` and the eval scorer are those of the definitions.

mod oracle;

use ordvec::{try_rankquant_eval_search, Rank, RankQuant, SearchResults};
use proptest::prelude::*;

/// Checks every query of a result against `score(query, row)`.
fn check(
    found: &SearchResults,
    (dim, rows, queries): &(usize, Vec<f32>, Vec<f32>),
    k: usize,
    score: impl Fn(&[f32], &[f32]) -> f64,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.nq, queries.len() / dim);
    prop_assert_eq!(found.k, k.min(rows.len() / dim));
    for (index, query) in queries.chunks(*dim).enumerate() {
        let pool = oracle::pool(rows, *dim, |row| score(query, row));
        let (scores, ids) = (
            found.scores_for_query(index),
            found.indices_for_query(index),
        );
        oracle::check_float_row(scores, ids, &pool, k)?;
    }
    Ok(())
}

fn rank_of(dim: usize, rows: &[f32]) -> Rank {
    let mut index = Rank::try_new(dim).unwrap();
    index.try_add(rows).unwrap();
    index
}

fn quant_of(dim: usize, bits: u8, rows: &[f32]) -> RankQuant {
    let mut index = RankQuant::try_new_asymmetric(dim, bits).unwrap();
    index.try_add(rows).unwrap();
    index
}

/// A problem whose dimension suits the width.
fn quant_problem() -> impl Strategy<Value = (u8, (usize, Vec<f32>, Vec<f32>))> {
    prop_oneof![
        (Just(1), oracle::problem(8, 20)),
        (Just(2), oracle::problem(4, 40)),
        (Just(4), oracle::problem(16, 10)),
    ]
}

proptest! {
    #![proptest_config(oracle::cases(48))]

    #[test]
    fn rank_symmetric(problem in oracle::problem(1, 150), k in 0usize..30) {
        prop_assume!(problem.0 >= 2);
        let found = rank_of(problem.0, &problem.1).try_search(&problem.2, k).unwrap();
        check(&found, &problem, k, oracle::rank_symmetric)?;
    }

    #[test]
    fn rank_asymmetric(problem in oracle::problem(1, 150), k in 0usize..30) {
        prop_assume!(problem.0 >= 2);
        let found = rank_of(problem.0, &problem.1).try_search_asymmetric(&problem.2, k).unwrap();
        check(&found, &problem, k, oracle::rank_asymmetric)?;
    }

    #[test]
    fn quant_symmetric((bits, problem) in quant_problem(), k in 0usize..30) {
        let found = quant_of(problem.0, bits, &problem.1).try_search(&problem.2, k).unwrap();
        check(&found, &problem, k, |q, row| oracle::quant_symmetric(q, row, bits))?;
    }

    #[test]
    fn quant_asymmetric((bits, problem) in quant_problem(), k in 0usize..30) {
        let index = quant_of(problem.0, bits, &problem.1);
        let found = index.try_search_asymmetric(&problem.2, k).unwrap();
        check(&found, &problem, k, |q, row| oracle::quant_asymmetric(q, row, bits))?;
    }

    #[test]
    fn quant_subset(
        (bits, problem) in quant_problem(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        k in 0usize..50,
    ) {
        let (dim, rows, queries) = &problem;
        let len = rows.len() / dim;
        prop_assume!(len > 0);
        let candidates: Vec<u32> = picks.iter().map(|pick| pick.index(len) as u32).collect();
        let index = quant_of(*dim, bits, rows);
        for query in queries.chunks(*dim) {
            let row = |id: u32| &rows[id as usize * dim..][..*dim];
            let score = |id: &u32| (*id, oracle::quant_asymmetric(query, row(*id), bits));
            let pool: Vec<_> = candidates.iter().map(score).collect();
            let (scores, ids) = index.try_search_asymmetric_subset(query, &candidates, k).unwrap();
            oracle::check_float_row(&scores, &ids, &pool, k)?;
        }
    }

    #[test]
    fn eight_bits_asymmetric(problem in oracle::problem(1, 150), k in 0usize..30) {
        prop_assume!(problem.0 >= 2);
        let index = quant_of(problem.0, 8, &problem.1);
        let found = index.try_search_asymmetric(&problem.2, k).unwrap();
        check(&found, &problem, k, |q, row| oracle::quant_asymmetric(q, row, 8))?;
    }

    #[test]
    fn eval(problem in oracle::problem(1, 80), bits in 1u8..=8, k in 0usize..30) {
        let (dim, rows, queries) = &problem;
        prop_assume!(*dim >= 2);
        let found = try_rankquant_eval_search(rows, queries, *dim, bits, k).unwrap();
        check(&found, &problem, k, |q, row| oracle::quant_symmetric(q, row, bits))?;
    }
}

#[test]
fn eight_bits_symmetric() {
    let problem = (256, oracle::noise(256 * 9, 1), oracle::noise(256 * 2, 2));
    let mut index = RankQuant::try_new(256, 8).unwrap();
    index.try_add(&problem.1).unwrap();
    let found = index.try_search(&problem.2, 9).unwrap();
    check(&found, &problem, 9, |q, row| {
        oracle::quant_symmetric(q, row, 8)
    })
    .unwrap();
}

/// Score of a row that is its own query, and of a row in the reverse order.
#[test]
fn the_error_does_not_grow_with_the_dimension() {
    for dim in [1008, 4096, 65_520] {
        let row: Vec<f32> = (0..dim)
            .map(|i| (i as f32 - (dim - 1) as f32 / 2.0) / 128.0)
            .collect();
        let reverse: Vec<f32> = row.iter().rev().copied().collect();
        let rows = [row.clone(), reverse].concat();
        let rank = rank_of(dim, &rows);
        assert_eq!(rank.try_search(&row, 2).unwrap().scores, [1.0, -1.0]);
        let scores = rank.try_search_asymmetric(&row, 2).unwrap().scores;
        assert!(
            (scores[0] - 1.0).abs() < 1e-6 && (scores[1] + 1.0).abs() < 1e-6,
            "{scores:?}"
        );
        for bits in [1, 2, 4] {
            let quant = quant_of(dim, bits, &rows);
            assert_eq!(quant.try_search(&row, 2).unwrap().scores, [1.0, -1.0]);
            let scores = quant.try_search_asymmetric(&row, 2).unwrap().scores;
            assert!((scores[0] + scores[1]).abs() < 1e-5, "{scores:?}");
        }
    }
}

/// Worked by hand: dimension 4, two bits, so the codes are the ranks 0..4 and the centred codes
/// are -1.5, -0.5, 0.5, 1.5 with norm sqrt(5).
#[test]
fn golden_scores() {
    let rows = [0.0, 1.0, 2.0, 3.0, 3.0, 2.0, 1.0, 0.0, 1.0, 0.0, 3.0, 2.0];
    let index = quant_of(4, 2, &rows);
    let found = index.try_search(&rows[..4], 3).unwrap();
    assert_eq!(found.indices, [0, 2, 1]);
    // Row 2: (-1.5 * -0.5) * 2 + (0.5 * 1.5) * 2 = 3, over 5.
    assert_eq!(found.scores, [1.0, 0.6, -1.0]);

    let found = index
        .try_search_asymmetric(&[3.0, 0.0, 4.0, 0.0], 3)
        .unwrap();
    assert_eq!(found.indices, [2, 1, 0]);
    // The unit query is (0.6, 0, 0.8, 0): row 2 gives 0.6 * -0.5 + 0.8 * 1.5 = 0.9.
    let expected = [0.9, 0.5, -0.5].map(|dot: f32| dot / 5f32.sqrt());
    for (score, expected) in found.scores.iter().zip(expected) {
        assert!((score - expected).abs() < 1e-6, "{score} {expected}");
    }
}
