//! A float query as 16-bit integers, and the proof of what they lose.
//!
//! The unit query is `q_i = low + s n_i + e_i` with `n_i` an integer of 16 bits, `low` the middle of
//! its range and `s` a step (see [`step_of`]). A row has the ranks `r_i`, a permutation of
//! `[0, dim)` with the mean `mean`, so that `low` drops out of
//!
//! ```text
//! score = sum_i q_i (r_i - mean) / norm
//!       = s (sum_i n_i (r_i - middle) - (mean - middle) sum_i n_i) / norm
//!         + sum_i (e_i - mean e) (r_i - mean) / norm
//! ```
//!
//! and `mean e` may be put in; `middle` is the integer that the kernels take from every rank. By
//! Cauchy and Schwarz the last term is at most `|e - mean e|`. The integer sum is exact, so a row
//! whose integer part plus that bound stays below a score cannot reach it. The float scorer rounds:
//! centred ranks are exact, a lane adds 64 products within a block and blocks are added in f64,
//! which moves a score by at most `(64 + 2) 2^-24 sum_i |q_i (r_i - mean)| / norm`, below 4.2e-6 by
//! Cauchy and Schwarz again; [`ROUNDING`] is more than twice as much.

use crate::kernels::rank_ints::{middle, reach, run_for};
use crate::kernels::{Kernels, RankInts};
use crate::lanes;
use crate::primitives::rank_norm_squared;
use crate::query::normalise_into;
use crate::search::Refine;

/// What the float scorer may add to a score by rounding.
const ROUNDING: f64 = 1e-5;

/// 1.5 * 2^52.
const SHIFT: f64 = 6_755_399_441_055_744.0;

/// A float query, ready for the kernels.
pub(super) struct Query {
    pub(super) unit: Vec<f32>,
    /// `n_i`.
    pub(super) values: RankInts,
    /// `norm / s`.
    per_score: f64,
    /// `(mean - middle) sum_i n_i`.
    offset: f64,
    /// The most by which a score passes its integer part.
    error: f64,
    /// `1 / norm`.
    scale: f64,
}

impl Query {
    /// Normalises and quantises a finite query.
    pub(super) fn new(query: &[f32]) -> Self {
        let mut unit = Vec::new();
        normalise_into(query, &mut unit);
        let (low, step) = step_of(&unit);
        let inverse = 1.0 / step;
        // Adding this leaves the rounded number in the low bits, two's complement. It has 16 bits:
        // the rounding of the inverse adds far less than a half.
        let shifted = |&q: &f32| (f64::from(q) - low) * inverse + SHIFT;
        let values: Vec<i16> = unit.iter().map(|q| shifted(q).to_bits() as i16).collect();
        let total: i64 = values.iter().map(|&n| i64::from(n)).sum();
        let (dim, norm) = (unit.len(), rank_norm_squared(unit.len()).sqrt());
        let errors: Vec<f64> = lost(&unit, &values, low, step).collect();
        let (sum, squares) = (lanes::sum(&errors, |e| *e), lanes::sum(&errors, |e| e * e));
        let spread = (squares - sum * sum / dim as f64).max(0.0).sqrt();
        Self {
            per_score: norm / step,
            offset: ((dim - 1) as f64 / 2.0 - f64::from(middle(dim))) * total as f64,
            error: spread * (1.0 + 1e-6) + ROUNDING,
            scale: 1.0 / norm,
            unit,
            values: RankInts::new(values),
        }
    }
}

/// `low` and `s`. The step is the least with which the integers have 16 bits and the products of a
/// run, with ranks as far from the middle as can be, have 32 together.
pub(super) fn step_of(unit: &[f32]) -> (f64, f64) {
    let run = run_for(unit.len());
    let (least, most) = lanes::extremes(unit);
    let (least, most) = (f64::from(least), f64::from(most));
    let low = (least + most) / 2.0;
    let sum = |run: &[f32]| lanes::sum(run, |&q| (f64::from(q) - low).abs());
    let longest = unit.chunks(run).map(sum).fold(0.0, f64::max);
    // Half a step more for each integer that is rounded up.
    let room = f64::from(i32::MAX) / f64::from(reach(unit.len())) - run as f64;
    let step = ((most - low) / f64::from(i16::MAX)).max(longest / room);
    // Any step suits a query of equal values: all its integers are 0.
    (low, if step > 0.0 { step } else { 1.0 })
}

/// `e_i`.
fn lost<'a>(
    unit: &'a [f32],
    values: &'a [i16],
    low: f64,
    step: f64,
) -> impl Iterator<Item = f64> + 'a {
    let pairs = unit.iter().zip(values);
    pairs.map(move |(&q, &n)| f64::from(q) - low - step * f64::from(n))
}

/// A query with the kernels that score a row exactly.
pub(super) struct Exact<'a> {
    pub(super) kernels: &'a Kernels,
    pub(super) query: &'a Query,
}

impl Refine<u16> for Exact<'_> {
    type Product = i64;
    const LEAST: i64 = i64::MIN;

    /// One less than computed, for the rounding of this very formula; what the score itself is
    /// rounded by is far below [`ROUNDING`].
    fn least(&self, score: f32) -> i64 {
        let query = self.query;
        let least = (f64::from(score) - query.error) * query.per_score + query.offset;
        (least.floor() - 1.0) as i64
    }

    fn score(&self, row: &[u16], _: i64) -> f32 {
        let mut dot = [0.0];
        (self.kernels.float_rank)(&self.query.unit, row, &mut dot);
        (dot[0] * self.query.scale) as f32
    }
}
