//! Searches against the definitions, and against each other.

use crate::input::Input;
use crate::reference::{buckets, centred, cosine, dot, query_top, ranks, row_top, signs, wide};
use ordvec::{
    Bitmap, OrdvecError, Rank, RankQuant, SearchResults, SignBitmap, SubsetScratch,
    TwoStageCandidatePolicy,
};

/// How far a float score may be from its definition.
const TOLERANCE: f64 = 1e-4;

/// Score of a row for a query, by definition.
type Score<'a> = &'a dyn Fn(&[f32], &[f32]) -> f64;

/// A corpus, queries, and how many results to ask for.
struct Problem {
    dim: usize,
    rows: Vec<f32>,
    queries: Vec<f32>,
    k: usize,
    candidates: Vec<u32>,
}

impl Problem {
    fn read(input: &mut Input, dim: usize) -> Self {
        let (rows, nq) = (input.up_to(20), input.up_to(3));
        Self {
            dim,
            rows: input.finite(rows * dim),
            queries: input.finite(nq * dim),
            k: input.k(rows),
            // One in a few names a row that does not exist.
            candidates: (0..input.up_to(8))
                .map(|_| u32::from(input.byte()) % (rows as u32 + 1))
                .collect(),
        }
    }

    fn len(&self) -> usize {
        self.rows.len() / self.dim
    }

    fn queries(&self) -> impl Iterator<Item = &[f32]> {
        self.queries.chunks(self.dim)
    }

    /// Score of every row for one query.
    fn scores(&self, query: &[f32], score: Score) -> Vec<f64> {
        self.rows
            .chunks(self.dim)
            .map(|row| score(query, row))
            .collect()
    }

    fn missing(&self) -> bool {
        self.candidates.iter().any(|&id| id as usize >= self.len())
    }
}

pub fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.up_to(3) {
        0 => {
            let dim = 2 + input.up_to(60);
            rank(&Problem::read(&mut input, dim));
        }
        1 => {
            let bits = input.pick(&[1, 2, 4, 8]);
            let dim = match bits {
                8 => 2 + input.up_to(60),
                _ => (1usize << bits).max(usize::from(8 / bits)) * (1 + input.up_to(5)),
            };
            rank_quant(&Problem::read(&mut input, dim), bits);
        }
        2 => {
            let dim = 64 * (1 + input.up_to(2));
            let n_top = 1 + input.up_to(dim - 2);
            bitmap(&Problem::read(&mut input, dim), n_top);
        }
        _ => {
            let dim = 64 * (1 + input.up_to(2));
            let policy = TwoStageCandidatePolicy {
                min_candidates: input.up_to(20),
                k_multiplier: input.up_to(4),
                max_candidates: input.pick(&[None, Some(0), Some(3), Some(usize::MAX)]),
            };
            sign_bitmap(&Problem::read(&mut input, dim), policy);
        }
    }
}

fn rank(problem: &Problem) {
    let mut index = Rank::try_new(problem.dim).expect("allowed");
    index.try_add(&problem.rows).expect("finite");
    let levels = problem.dim;
    let row_of = |row: &[f32]| centred(&ranks(row), levels);
    full(problem, &|q, k| index.try_search(q, k), &|query, row| {
        cosine(&row_of(query), &row_of(row))
    });
    full(
        problem,
        &|q, k| index.try_search_asymmetric(q, k),
        &|query, row| cosine(&wide(query), &row_of(row)),
    );
}

fn rank_quant(problem: &Problem, bits: u8) {
    let mut index = RankQuant::try_new_asymmetric(problem.dim, bits).expect("allowed");
    index.try_add(&problem.rows).expect("finite");
    let row_of = |row: &[f32]| centred(&buckets(row, bits), 1 << bits);
    let norm = (problem.dim as f64 * (4f64.powi(bits.into()) - 1.0) / 12.0).sqrt();
    let asymmetric = |query: &[f32], row: &[f32]| {
        let query = wide(query);
        match dot(&query, &query).sqrt() {
            0.0 => 0.0,
            length => dot(&query, &row_of(row)) / length / norm,
        }
    };
    full(
        problem,
        &|q, k| index.try_search_asymmetric(q, k),
        &asymmetric,
    );
    if index.symmetric_supported() {
        full(problem, &|q, k| index.try_search(q, k), &|query, row| {
            cosine(&row_of(query), &row_of(row))
        });
    }
    let one = |query: &[f32], k| index.try_search_asymmetric_subset(query, &problem.candidates, k);
    subset(problem, &one, &asymmetric);
    serial(problem, &index);
}

fn bitmap(problem: &Problem, n_top: usize) {
    let mut index = Bitmap::try_new(problem.dim, n_top).expect("allowed");
    index.try_add(&problem.rows).expect("finite");
    let shared = |query: &[f32], row: &[f32]| {
        agreeing(&query_top(query, n_top), &row_top(row, n_top), |a, b| {
            a && b
        })
    };
    full(problem, &|q, k| index.try_search(q, k), &shared);
    let one = |query: &[f32], k| index.try_search_subset(query, &problem.candidates, k);
    subset(problem, &one, &shared);
    for query in problem.queries() {
        let bits = index.try_build_query_bitmap_fp32(query).expect("finite");
        let mut out = vec![9; problem.candidates.len()];
        let done = index.try_body_overlap_scores_subset(&bits, &problem.candidates, &mut out);
        assert_eq!(done.is_err(), problem.missing());
        let scores = problem.scores(query, &shared);
        let pairs = problem.candidates.iter().zip(&out);
        assert!(
            done.is_err()
                || pairs
                    .clone()
                    .all(|(&id, &n)| scores[id as usize] == f64::from(n))
        );
    }
    let lists = index
        .try_top_m_candidates_batched(&problem.queries, problem.k)
        .expect("finite");
    let csr = index.try_top_m_candidates_batched_serial_csr(&problem.queries, problem.k);
    lists_agree(problem, &lists, &csr.expect("finite"), &shared);
}

fn sign_bitmap(problem: &Problem, policy: TwoStageCandidatePolicy) {
    let mut index = SignBitmap::try_new(problem.dim).expect("allowed");
    index.try_add(&problem.rows).expect("finite");
    let agree = |query: &[f32], row: &[f32]| agreeing(&signs(query), &signs(row), |a, b| a == b);
    let flat = index
        .try_score_all_batched_flat(&problem.queries)
        .expect("finite");
    let expected: Vec<f64> = problem
        .queries()
        .flat_map(|query| problem.scores(query, &agree))
        .collect();
    assert!(flat.iter().map(|&score| f64::from(score)).eq(expected));
    let lists = index
        .try_top_m_candidates_batched(&problem.queries, problem.k)
        .expect("finite");
    let csr = index.try_top_m_candidates_batched_serial_csr(&problem.queries, problem.k);
    lists_agree(problem, &lists, &csr.expect("finite"), &agree);
    two_stages(problem, &index, policy);
}

/// Both stages at once are the stages one after the other.
fn two_stages(problem: &Problem, signs: &SignBitmap, policy: TwoStageCandidatePolicy) {
    let mut quant = RankQuant::try_new(problem.dim, 2).expect("allowed");
    quant.try_add(&problem.rows).expect("finite");
    for query in problem.queries() {
        let count = policy.candidate_count(problem.k, problem.len());
        assert!(count <= problem.len());
        let candidates = signs.try_top_m_candidates(query, count).expect("finite");
        let staged = quant.try_search_asymmetric_subset(query, &candidates, problem.k);
        let at_once = quant.try_search_with_sign_probe_with_policy(signs, query, problem.k, policy);
        assert_eq!(at_once, staged);
        assert!(at_once.is_ok());
    }
}

fn agreeing(a: &[bool], b: &[bool], agree: impl Fn(bool, bool) -> bool) -> f64 {
    a.iter().zip(b).filter(|&(&a, &b)| agree(a, b)).count() as f64
}

type Batch<'a> = &'a dyn Fn(&[f32], usize) -> Result<SearchResults, OrdvecError>;

/// A search of all rows: shape, order, scores; each query alone gives the same bits.
fn full(problem: &Problem, search: Batch, score: Score) {
    let found = search(&problem.queries, problem.k).expect("finite");
    let nq = problem.queries.len() / problem.dim;
    assert_eq!((found.nq, found.k), (nq, problem.k.min(problem.len())));
    for (at, query) in problem.queries().enumerate() {
        let (scores, ids) = (found.scores_for_query(at), found.indices_for_query(at));
        let pool: Vec<(i64, f64)> = (0..).zip(problem.scores(query, score)).collect();
        best_of(&pool, scores, ids, problem.k);
        let alone = search(query, problem.k).expect("finite");
        assert_eq!(
            (alone.scores.as_slice(), alone.indices.as_slice()),
            (scores, ids)
        );
    }
}

type One<'a> = &'a dyn Fn(&[f32], usize) -> Result<(Vec<f32>, Vec<i64>), OrdvecError>;

/// A search of the candidates, which may name a row twice or one that does not exist.
fn subset(problem: &Problem, search: One, score: Score) {
    for query in problem.queries() {
        match search(query, problem.k) {
            Err(error) => assert!(problem.missing(), "{error}"),
            Ok((scores, ids)) => {
                assert!(!problem.missing());
                let all = problem.scores(query, score);
                let pool = problem
                    .candidates
                    .iter()
                    .map(|&id| (i64::from(id), all[id as usize]));
                best_of(&pool.collect::<Vec<_>>(), &scores, &ids, problem.k);
            }
        }
    }
}

/// `scores` and `ids` are the best `k` of `pool`: in order, each from the pool, none passed over.
fn best_of(pool: &[(i64, f64)], scores: &[f32], ids: &[i64], k: usize) {
    assert_eq!(
        (scores.len(), ids.len()),
        (k.min(pool.len()), k.min(pool.len()))
    );
    let mut left = pool.to_vec();
    for (&score, &id) in scores.iter().zip(ids) {
        let at = left
            .iter()
            .position(|&(row, _)| row == id)
            .expect("a row of the pool, once");
        let (_, expected) = left.swap_remove(at);
        assert!(
            (f64::from(score) - expected).abs() < TOLERANCE,
            "{score} {expected}"
        );
    }
    for (score, id) in scores.windows(2).zip(ids.windows(2)) {
        assert!(
            score[0] > score[1] || (score[0] == score[1] && id[0] <= id[1]),
            "order"
        );
    }
    if let Some(&worst) = scores.last() {
        assert!(left
            .iter()
            .all(|&(_, score)| score < f64::from(worst) + TOLERANCE));
    }
}

/// The candidate lists of integer scores, both ways, are exactly the best rows.
fn lists_agree(problem: &Problem, lists: &[Vec<u32>], csr: &ordvec::CandidateBatch, score: Score) {
    assert_eq!(csr.query_count(), lists.len());
    for (at, query) in problem.queries().enumerate() {
        let scores = problem.scores(query, score);
        let mut expected: Vec<u32> = (0..problem.len() as u32).collect();
        expected.sort_by(|&a, &b| {
            scores[b as usize]
                .total_cmp(&scores[a as usize])
                .then(a.cmp(&b))
        });
        expected.truncate(problem.k);
        assert_eq!(lists[at], expected);
        assert_eq!(csr.candidates_for_query(at), Some(expected.as_slice()));
    }
}

/// The batched second stage is the subset search of each query, padded.
fn serial(problem: &Problem, index: &RankQuant) {
    let nq = problem.queries.len() / problem.dim;
    let shared = problem.candidates.len();
    // All queries have the same candidates; the last one has none where there are several.
    let spans: Vec<usize> = (0..nq)
        .map(|q| if q > 0 && q + 1 == nq { 0 } else { shared })
        .collect();
    let mut offsets = vec![0];
    spans
        .iter()
        .for_each(|span| offsets.push(offsets[offsets.len() - 1] + span));
    let all = problem.candidates.repeat(offsets[nq] / shared.max(1));
    let k = problem.k.min(problem.len());
    let (mut scores, mut ids) = (vec![5.0; nq * k], vec![5; nq * k]);
    let done = index.try_search_asymmetric_subset_batched_serial_into(
        &problem.queries,
        &offsets,
        &all,
        problem.k,
        &mut SubsetScratch::new(),
        &mut scores,
        &mut ids,
    );
    if done.is_err() {
        assert!(
            problem.missing() && ids.iter().all(|&id| id == 5),
            "a refused call wrote"
        );
        return;
    }
    for (at, query) in problem.queries().enumerate() {
        let given = &all[offsets[at]..offsets[at + 1]];
        let (mut expected, mut rows) = index
            .try_search_asymmetric_subset(query, given, k)
            .expect("proven above");
        expected.resize(k, f32::NEG_INFINITY);
        rows.resize(k, -1);
        let here = at * k..(at + 1) * k;
        assert_eq!(
            (&scores[here.clone()], &ids[here]),
            (&expected[..], &rows[..])
        );
    }
}
