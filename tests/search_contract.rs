//! What every search promises whatever the scores: order, shapes, ties, batching.

mod oracle;

use ordvec::{try_rankquant_eval_search, Bitmap, Rank, RankQuant, SearchResults, SignBitmap};

const DIM: usize = 64;

/// Every search over all rows, by name, of indexes with the same rows.
struct Indexes {
    rank: Rank,
    quant: [RankQuant; 3],
    bitmap: Bitmap,
    sign: SignBitmap,
    rows: Vec<f32>,
}

impl Indexes {
    fn new(rows: &[f32]) -> Self {
        let mut indexes = Self {
            rank: Rank::try_new(DIM).unwrap(),
            quant: [1, 2, 4].map(|bits| RankQuant::try_new(DIM, bits).unwrap()),
            bitmap: Bitmap::try_new(DIM, 16).unwrap(),
            sign: SignBitmap::try_new(DIM).unwrap(),
            rows: rows.to_vec(),
        };
        indexes.rank.try_add(rows).unwrap();
        indexes
            .quant
            .iter_mut()
            .for_each(|index| index.try_add(rows).unwrap());
        indexes.bitmap.try_add(rows).unwrap();
        indexes.sign.try_add(rows).unwrap();
        indexes
    }

    fn search(&self, queries: &[f32], k: usize) -> Vec<(String, SearchResults)> {
        let mut found = vec![
            ("rank".to_owned(), self.rank.try_search(queries, k).unwrap()),
            (
                "rank asymmetric".to_owned(),
                self.rank.try_search_asymmetric(queries, k).unwrap(),
            ),
            (
                "bitmap".to_owned(),
                self.bitmap.try_search(queries, k).unwrap(),
            ),
        ];
        for index in &self.quant {
            let name = |call| format!("{call} of {} bits", index.bits());
            found.push((name("search"), index.try_search(queries, k).unwrap()));
            found.push((
                name("asymmetric"),
                index.try_search_asymmetric(queries, k).unwrap(),
            ));
        }
        for bits in 1..=8 {
            let eval = try_rankquant_eval_search(&self.rows, queries, DIM, bits, k).unwrap();
            found.push((format!("eval of {bits} bits"), eval));
        }
        found
    }
}

#[test]
fn equal_rows_are_answered_by_ascending_id() {
    let indexes = Indexes::new(&oracle::noise(DIM, 5).repeat(300));
    let query = oracle::noise(DIM, 6);
    for (name, found) in indexes.search(&query, 280) {
        assert_eq!(found.indices, (0..280).collect::<Vec<i64>>(), "{name}");
        assert!(
            found.scores.iter().all(|&score| score == found.scores[0]),
            "{name}"
        );
    }
    let ids: Vec<u32> = (0..280).collect();
    assert_eq!(
        indexes.bitmap.try_top_m_candidates(&query, 280).unwrap(),
        ids
    );
    assert_eq!(indexes.sign.try_top_m_candidates(&query, 280).unwrap(), ids);
}

#[test]
fn a_better_row_goes_before_equal_ones() {
    let query = oracle::noise(DIM, 6);
    let mut rows = oracle::noise(DIM, 5).repeat(300);
    rows[260 * DIM..261 * DIM].copy_from_slice(&query);
    for (name, found) in Indexes::new(&rows).search(&query, 3) {
        assert_eq!(found.indices, [260, 0, 1], "{name}");
    }
}

#[test]
fn batched_equals_single_to_the_last_bit() {
    let indexes = Indexes::new(&oracle::noise(DIM * 333, 7));
    let queries = oracle::noise(DIM * 9, 8);
    let batched = indexes.search(&queries, 20);
    for (at, query) in queries.chunks(DIM).enumerate() {
        for ((name, batch), (_, single)) in batched.iter().zip(indexes.search(query, 20)) {
            assert_eq!(batch.indices_for_query(at), single.indices, "{name}");
            let bits = |scores: &[f32]| scores.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
            assert_eq!(
                bits(batch.scores_for_query(at)),
                bits(&single.scores),
                "{name}"
            );
        }
    }
}

#[test]
fn a_subset_of_all_rows_equals_the_search_to_the_last_bit() {
    let indexes = Indexes::new(&oracle::noise(DIM * 150, 7));
    let query = oracle::noise(DIM, 8);
    let all: Vec<u32> = (0..150).rev().collect();
    for index in &indexes.quant {
        let full = index.try_search_asymmetric(&query, 40).unwrap();
        let subset = index
            .try_search_asymmetric_subset(&query, &all, 40)
            .unwrap();
        assert_eq!(subset, (full.scores, full.indices));
    }
}

#[test]
fn k_is_clamped_to_the_rows() {
    let indexes = Indexes::new(&oracle::noise(DIM * 3, 9));
    for (name, found) in indexes.search(&oracle::noise(DIM * 2, 10), usize::MAX) {
        assert_eq!((found.nq, found.k), (2, 3), "{name}");
        assert_eq!((found.scores.len(), found.indices.len()), (6, 6), "{name}");
    }
}

#[test]
fn nothing_to_search_gives_the_empty_shape() {
    let some = oracle::noise(DIM * 3, 9);
    for (rows, queries, k, nq) in [
        (&some[..], &some[..2 * DIM], 0, 2), // k = 0
        (&[][..], &some[..2 * DIM], 5, 2),   // no rows
        (&some[..], &[][..], 5, 0),          // no queries
    ] {
        let indexes = Indexes::new(rows);
        for (name, found) in indexes.search(queries, k) {
            assert_eq!((found.nq, found.k), (nq, k.min(rows.len() / DIM)), "{name}");
            assert!(
                found.scores.is_empty() && found.indices.is_empty(),
                "{name}"
            );
            assert!(found.scores_for_query(0).is_empty(), "{name}");
        }
        let lists = indexes
            .sign
            .try_top_m_candidates_batched(queries, k)
            .unwrap();
        assert_eq!(lists, vec![Vec::<u32>::new(); nq]);
        let serial = indexes
            .bitmap
            .try_top_m_candidates_batched_serial_csr(queries, k)
            .unwrap();
        assert_eq!(
            (serial.offsets, serial.candidates),
            (vec![0; nq + 1], vec![])
        );
    }
}

#[test]
fn a_query_of_norm_zero_scores_zero_everywhere() {
    let indexes = Indexes::new(&oracle::noise(DIM * 5, 11));
    for zero in [0.0, -0.0] {
        let query = [zero; DIM];
        for found in indexes
            .quant
            .iter()
            .map(|index| index.try_search_asymmetric(&query, 9))
        {
            let found = found.unwrap();
            assert_eq!(
                (found.scores, found.indices),
                (vec![0.0; 5], vec![0, 1, 2, 3, 4])
            );
        }
        let found = indexes.rank.try_search_asymmetric(&query, 9).unwrap();
        assert_eq!(
            (found.scores, found.indices),
            (vec![0.0; 5], vec![0, 1, 2, 3, 4])
        );
    }
}

#[test]
fn extreme_queries_give_finite_scores() {
    let indexes = Indexes::new(&oracle::noise(DIM * 5, 11));
    for value in [f32::MAX, f32::MIN_POSITIVE, 1e-45] {
        let query: Vec<f32> = oracle::noise(DIM, 12)
            .iter()
            .map(|x| x.signum() * value)
            .collect();
        for (name, found) in indexes.search(&query, 5) {
            assert!(
                found.scores.iter().all(|score| score.is_finite()),
                "{name} {value}"
            );
        }
    }
}

#[test]
fn a_subset_keeps_duplicates_and_takes_any_order() {
    let rows = oracle::noise(DIM * 4, 13);
    let indexes = Indexes::new(&rows);
    let (_, ids) = indexes.quant[1]
        .try_search_asymmetric_subset(&rows[..DIM], &[3, 0, 3, 0], 9)
        .unwrap();
    assert_eq!(ids, [0, 0, 3, 3]);
    let (_, ids) = indexes
        .bitmap
        .try_search_subset(&rows[..DIM], &[3, 0, 3, 0], 3)
        .unwrap();
    assert_eq!(ids, [0, 0, 3]);
}

#[test]
fn rows_of_a_result_end_where_it_ends() {
    let found = SearchResults {
        scores: vec![1.0, 0.5],
        indices: vec![4, 2],
        nq: 1,
        k: 2,
    };
    assert_eq!(found.scores_for_query(0), [1.0, 0.5]);
    assert_eq!(found.indices_for_query(0), [4, 2]);
    assert!(found.indices_for_query(1).is_empty());
    assert!(found.scores_for_query(usize::MAX).is_empty());
}
