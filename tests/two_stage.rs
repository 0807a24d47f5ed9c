//! Both stages in one call, and how many candidates go from the first to the second.

mod oracle;

use ordvec::{OrdvecError, RankQuant, SignBitmap, TwoStageCandidatePolicy};
use proptest::prelude::*;

fn both(dim: usize, rows: &[f32]) -> (RankQuant, SignBitmap) {
    let (mut quant, mut signs) = (RankQuant::new(dim, 2), SignBitmap::new(dim));
    quant.add(rows);
    signs.add(rows);
    (quant, signs)
}

fn policy(min: usize, multiplier: usize, max: Option<usize>) -> TwoStageCandidatePolicy {
    TwoStageCandidatePolicy {
        min_candidates: min,
        k_multiplier: multiplier,
        max_candidates: max,
    }
}

proptest! {
    #![proptest_config(oracle::cases(48))]

    /// The subset search over the sign candidates is the definition.
    #[test]
    fn composes_the_stages(
        problem in oracle::problem(64, 3),
        k in 0usize..8,
        min in 0usize..20,
        multiplier in 0usize..4,
        max in prop::option::of(0usize..20),
    ) {
        let (dim, rows, queries) = &problem;
        let (quant, signs) = both(*dim, rows);
        let policy = policy(min, multiplier, max);
        for query in queries.chunks(*dim) {
            let count = policy.candidate_count(k, quant.len());
            let candidates = signs.top_m_candidates(query, count);
            prop_assert_eq!(
                quant.try_search_with_sign_probe_with_policy(&signs, query, k, policy),
                Ok(quant.search_asymmetric_subset(query, &candidates, k))
            );
        }
    }
}

/// With as many candidates as rows the first stage decides nothing.
#[test]
fn enough_candidates_give_the_full_search() {
    let rows = oracle::noise(64 * 200, 5);
    let (quant, signs) = both(64, &rows);
    let query = oracle::noise(64, 6);
    let full = quant.search_asymmetric(&query, 10);
    let found = quant.search_with_sign_probe(&signs, &query, 10);
    assert_eq!(found, (full.scores, full.indices));
}

#[test]
fn candidate_counts() {
    let default = TwoStageCandidatePolicy::default();
    assert_eq!(default, policy(256, 32, None));
    for (policy, k, rows, count) in [
        (default, 0, 1000, 0),
        (default, 1, 1000, 256),
        (default, 10, 1000, 320),
        (default, 10, 50, 50),
        (default, usize::MAX, 1000, 1000),
        (policy(0, 0, None), 5, 500, 0),
        (policy(10, 2, Some(3)), 5, 500, 3),
        (policy(100, 4, Some(50)), 40, 500, 50),
        (policy(0, 3, Some(0)), 1, 500, 0),
    ] {
        assert_eq!(
            policy.candidate_count(k, rows),
            count,
            "{policy:?} {k} {rows}"
        );
    }
}

#[test]
fn indexes_of_different_vectors_are_refused() {
    let rows = oracle::noise(64 * 3, 7);
    let (quant, mut signs) = both(64, &rows);
    let query = &rows[..64];
    let name = |signs: &SignBitmap| match quant.try_search_with_sign_probe(signs, query, 1) {
        Err(OrdvecError::InvalidParameter { name, .. }) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(name(&SignBitmap::new(128)), "sign_probe.dim");
    signs.swap_remove(0);
    assert_eq!(name(&signs), "sign_probe.len");
}

/// The allocating second stage against the one with the caller's buffers' rule: a rectangle of
/// `nq * min(k, len)`, padded.
#[test]
fn the_allocating_second_stage_pads() {
    let rows = oracle::noise(64 * 3, 8);
    let (quant, _) = both(64, &rows);
    let queries = &rows[..128];
    let found = quant.search_asymmetric_subset_batched_serial(queries, &[0, 1, 3], &[2, 0, 0], 9);
    assert_eq!((found.nq, found.k), (2, 3));
    assert_eq!(found.indices, [2, -1, -1, 0, 0, -1]);
    assert_eq!(found.scores[1..3], [f32::NEG_INFINITY; 2]);
    let one = quant.search_asymmetric_subset(&queries[..64], &[2], 1);
    assert_eq!(found.scores[..1], one.0);
}
