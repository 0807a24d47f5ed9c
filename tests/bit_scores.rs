//! Popcount scores of `Bitmap` and `SignBitmap` are exact, and every call agrees on them.

mod oracle;

use ordvec::{Bitmap, SignBitmap};
use proptest::prelude::*;

type Problem = (usize, Vec<f32>, Vec<f32>);

fn bitmap_of(dim: usize, n_top: usize, rows: &[f32]) -> Bitmap {
    let mut index = Bitmap::try_new(dim, n_top).unwrap();
    index.try_add(rows).unwrap();
    index
}

fn sign_of(dim: usize, rows: &[f32]) -> SignBitmap {
    let mut index = SignBitmap::try_new(dim).unwrap();
    index.try_add(rows).unwrap();
    index
}

fn scores((dim, rows, _): &Problem, score: impl Fn(&[f32]) -> u32) -> Vec<u32> {
    rows.chunks(*dim).map(score).collect()
}

proptest! {
    #![proptest_config(oracle::cases(32))]

    #[test]
    fn bitmap(problem in oracle::problem(64, 4), part in 1usize..64, m in 0usize..30, batch in 1usize..4) {
        let (dim, rows, queries) = &problem;
        let n_top = part * dim / 64;
        let index = bitmap_of(*dim, n_top, rows);
        let found = index.try_search(queries, m).unwrap();
        let lists = index.try_top_m_candidates_batched(queries, m).unwrap();
        let chunked = index.try_top_m_candidates_batched_chunked(queries, m, batch).unwrap();
        let serial = index.try_top_m_candidates_batched_serial_csr(queries, m).unwrap();
        prop_assert_eq!(lists.len(), queries.len() / dim);
        prop_assert_eq!(serial.query_count(), lists.len());
        prop_assert_eq!(&lists, &chunked);
        for (at, query) in queries.chunks(*dim).enumerate() {
            let expected = scores(&problem, |row| oracle::overlap(query, row, n_top));
            let ids = oracle::best(&expected, m);
            prop_assert_eq!(&lists[at], &ids);
            prop_assert_eq!(serial.candidates_for_query(at).unwrap(), &ids);
            prop_assert_eq!(&index.try_top_m_candidates(query, m).unwrap(), &ids);
            let wide: Vec<i64> = ids.iter().map(|&id| id.into()).collect();
            prop_assert_eq!(found.indices_for_query(at), &wide);
            let best: Vec<f32> = ids.iter().map(|&id| expected[id as usize] as f32).collect();
            prop_assert_eq!(found.scores_for_query(at), &best);
        }
    }

    #[test]
    fn bitmap_subset(problem in oracle::problem(64, 3), picks in prop::collection::vec(any::<prop::sample::Index>(), 0..30), k in 0usize..40) {
        let (dim, rows, queries) = &problem;
        let len = rows.len() / dim;
        prop_assume!(len > 0);
        let index = bitmap_of(*dim, 16, rows);
        let candidates: Vec<u32> = picks.iter().map(|pick| pick.index(len) as u32).collect();
        for query in queries.chunks(*dim) {
            let all = scores(&problem, |row| oracle::overlap(query, row, 16));
            let (found, ids) = index.try_search_subset(query, &candidates, k).unwrap();
            let mut expected: Vec<(i64, f32)> =
                candidates.iter().map(|&id| (i64::from(id), all[id as usize] as f32)).collect();
            expected.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            expected.truncate(k);
            prop_assert_eq!(ids.into_iter().zip(found).collect::<Vec<_>>(), expected);

            let bits = index.try_build_query_bitmap_fp32(query).unwrap();
            let mut out = vec![u32::MAX; candidates.len()];
            index.try_body_overlap_scores_subset(&bits, &candidates, &mut out).unwrap();
            let expected: Vec<u32> = candidates.iter().map(|&id| all[id as usize]).collect();
            prop_assert_eq!(out, expected);
        }
    }

    #[test]
    fn sign(problem in oracle::problem(64, 4), m in 0usize..30) {
        let (dim, rows, queries) = &problem;
        let index = sign_of(*dim, rows);
        let lists = index.try_top_m_candidates_batched(queries, m).unwrap();
        let serial = index.try_top_m_candidates_batched_serial_csr(queries, m).unwrap();
        let all = index.try_score_all_batched(queries).unwrap();
        prop_assert_eq!(index.try_score_all_batched_flat(queries).unwrap(), all.concat());
        prop_assert_eq!(all.len(), queries.len() / dim);
        for (at, query) in queries.chunks(*dim).enumerate() {
            let expected = scores(&problem, |row| oracle::agreement(query, row));
            let ids = oracle::best(&expected, m);
            prop_assert_eq!(&all[at], &expected);
            prop_assert_eq!(&index.try_score_all(query).unwrap(), &expected);
            prop_assert_eq!(&lists[at], &ids);
            prop_assert_eq!(serial.candidates_for_query(at).unwrap(), &ids);
            prop_assert_eq!(&index.try_top_m_candidates(query, m).unwrap(), &ids);
        }
    }
}

/// More rows than a block and more queries than a tile, so that both are crossed.
#[test]
fn blocks_and_tiles_do_not_show() {
    let (rows, queries) = (oracle::noise(64 * 300, 3), oracle::noise(64 * 35, 4));
    let problem = (64, rows, queries);
    let index = sign_of(64, &problem.1);
    let serial = index
        .try_top_m_candidates_batched_serial_csr(&problem.2, 200)
        .unwrap();
    let lists = index.try_top_m_candidates_batched(&problem.2, 200).unwrap();
    for (at, query) in problem.2.chunks(64).enumerate() {
        let ids = oracle::best(&scores(&problem, |row| oracle::agreement(query, row)), 200);
        assert_eq!(lists[at], ids);
        assert_eq!(serial.candidates_for_query(at).unwrap(), ids);
    }
    assert_eq!(serial.offsets.len(), 36);
    assert_eq!(serial.candidates_for_query(35), None);
}

#[test]
fn a_sign_bit_is_set_only_above_zero() {
    let index = SignBitmap::try_new(64).unwrap();
    let mut v = vec![0.0; 64];
    v[..6].copy_from_slice(&[0.0, -0.0, 1.0, -1.0, 1e-45, -1e-45]);
    v[63] = f32::MAX;
    assert_eq!(
        index.try_build_query_bitmap(&v).unwrap(),
        [1 << 2 | 1 << 4 | 1 << 63]
    );
}

#[test]
fn ties_at_the_edge_of_the_top_set() {
    let mut index = Bitmap::try_new(64, 16).unwrap();
    index.try_add(&[0.0; 64]).unwrap();
    let mut file = Vec::new();
    index.write_to(&mut file).unwrap();
    assert_eq!(
        file[17..],
        [0, 0, 0, 0, 0, 0, 0xff, 0xff],
        "a row keeps the higher indices"
    );
    let query = index.try_build_query_bitmap_fp32(&[0.0; 64]).unwrap();
    assert_eq!(query, [0xffff], "a query keeps the lower indices");
}

#[test]
fn the_widest_sign_row() {
    let dim = ordvec::MAX_SIGN_BITMAP_DIM;
    let index = sign_of(dim, &vec![1.0; dim]);
    assert_eq!(index.try_score_all(&vec![-1.0; dim]).unwrap(), [0]);
    assert_eq!(index.try_score_all(&vec![1.0; dim]).unwrap(), [dim as u32]);
}
