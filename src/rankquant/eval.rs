//! A scorer of any width, to judge what a width would give before storage for it exists.

use super::index::Bucketer;
use crate::error::{Error, Result};
use crate::kernels::{self, CodePlanes};
use crate::limits::{MAX_DIM, MIN_DIM};
use crate::primitives::{bucket_bits, centre};
use crate::search::{prepare, scan_rows, SearchResults, Spread, Task};
use crate::validate;
use rayon::prelude::*;

/// Cosine of centred bucket codes of any width from 1 to 8 bits, for evaluation only.
///
/// `corpus` and `queries` are row-major with `dim` columns. Nothing is packed, and the norms
/// are those of the rows themselves, so `dim` need not be a multiple of `2^bits`; where it is,
/// the score is that of [`crate::RankQuant::search`]. The best `k` rows of each query.
///
/// # Errors
/// [`Error::InvalidParameter`], [`Error::InvalidParameter`] unless `dim` is 2 to [`MAX_DIM`], [`Error::InvalidLength`],
/// [`Error::NotFinite`], [`Error::TooManyVectors`], [`Error::SimdCap`].
pub fn try_rankquant_eval_search(
    corpus: &[f32],
    queries: &[f32],
    dim: usize,
    bits: u8,
    k: usize,
) -> Result<SearchResults> {
    bucket_bits(bits)?;
    if !(MIN_DIM..=MAX_DIM).contains(&dim) {
        return Err(Error::dim(dim, format!("from {MIN_DIM} to {MAX_DIM}")));
    }
    let len = validate::room(0, validate::rows(corpus, dim)?)?;
    validate::rows(queries, dim)?;
    let kernel = kernels::active()?.code_code;
    let codes: Vec<u8> = corpus
        .par_chunks(dim)
        .map_init(Bucketer::default, |bucketer, row| {
            bucketer.codes(row, bits).to_vec()
        })
        .flatten_iter()
        .collect();
    // Every row is the same multiset of codes, so sum and norm are those of any row.
    let finish = Finish::new(dim, bits);
    let prepared = prepare(queries, dim, |query| {
        let mut planes = CodePlanes::default();
        planes.fill(Bucketer::default().codes(query, bits), 8);
        planes
    });
    let spread = Spread {
        nq: prepared.len(),
        len,
        row_bytes: dim,
        k: k.min(len),
    };
    Ok(spread.results(|task: Task, best| {
        let of_task = &prepared[task.queries];
        let raw = |query: usize, rows: &[u8], out: &mut [u64]| kernel(&of_task[query], rows, out);
        let score = |_, dot| finish.score(dot);
        scan_rows(&codes, dim, task.rows, raw, score, best);
    }))
}

/// Turns a product of raw codes into a cosine of centred ones.
struct Finish {
    /// `centre * (sum of both rows) - dim * centre^2`.
    middle: f64,
    /// 1 over the squared norm of a centred row.
    scale: f64,
}

impl Finish {
    fn new(dim: usize, bits: u8) -> Self {
        let centre = centre(bits);
        let codes = || (0..dim).map(|rank| ((rank << bits) / dim) as f64);
        let sum: f64 = codes().sum();
        let norm_squared: f64 = codes().map(|code| (code - centre).powi(2)).sum();
        Self {
            middle: centre * 2.0 * sum - dim as f64 * centre * centre,
            scale: 1.0 / norm_squared,
        }
    }

    fn score(&self, dot: u64) -> f32 {
        ((dot as f64 - self.middle) * self.scale) as f32
    }
}
