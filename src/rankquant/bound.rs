//! A float query as small integers, and the proof of what they lose.
//!
//! The unit query is `q_i = s n_i + e_i` with `n_i` an integer of at most 127 and `s` the largest
//! `|q_i|` over 127. A row has codes `c_i` whose mean is `centre` and whose centred norm is
//! `norm`, the same for every row, because each bucket has equally many coordinates (every row
//! that `add` makes or a loader accepts does). So
//!
//! ```text
//! score = sum_i q_i (c_i - centre) / norm
//!       = s (sum_i n_i c_i - centre sum_i n_i) / norm + sum_i (e_i - mean e) (c_i - centre) / norm
//! ```
//!
//! where `mean e` may be put in because the centred codes add up to 0. By Cauchy and Schwarz the
//! last term is at most `|e - mean e|`. The integer sum is exact, so a row whose integer part
//! plus that bound stays below a score cannot reach it. The float scorer rounds: within a block
//! a lane adds `16 P` products, `P = 8 / bits`, which moves a score by at most
//! `(16 P + 2) 2^-24 sum_i |q_i| c_i / norm`, and `sum_i |q_i| c_i <= |c|`, at most 1.91 norms.
//! That is below 1.2e-5 for every width; [`ROUNDING`] is more than twice as much.

use crate::lanes;
use crate::primitives::{centre, rankquant_norm_squared};

/// What the float scorer may add to a score by rounding.
const ROUNDING: f64 = 3e-5;

/// 1.5 * 2^23.
const SHIFT: f32 = 12_582_912.0;

/// The integers of a unit query and the map from scores to integer sums.
#[derive(Clone, Debug, Default)]
pub(super) struct Quantised {
    /// `n_i`.
    pub(super) values: Vec<i8>,
    /// `norm / s`.
    per_score: f64,
    /// `centre sum_i n_i`.
    offset: f64,
    /// The most by which a score passes its integer part.
    error: f64,
}

impl Quantised {
    /// Quantises a unit query, reusing the buffer.
    pub(super) fn fill(&mut self, unit: &[f32], bits: u8) {
        let (least, most) = lanes::extremes(unit);
        let largest = most.max(-least);
        // Any step suits a query of zeros: all its integers are 0.
        let step = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        let inverse = 1.0 / step;
        self.values.clear();
        // Adding this leaves the rounded number in the low bits, two's complement. It is at most
        // 127: the rounding of the inverse adds far less than a half.
        let shifted = |q: f32| q * inverse + SHIFT;
        let integers = unit.iter().map(|&q| shifted(q).to_bits() as u8 as i8);
        self.values.extend(integers);
        let total: i64 = self.values.iter().map(|&n| i64::from(n)).sum();
        let error = |q: f32| {
            let rounded = shifted(q) - SHIFT; // the same integer, exact
            f64::from(q) - f64::from(step) * f64::from(rounded)
        };
        let sum = lanes::sum(unit, |&q| error(q));
        let squares = lanes::sum(unit, |&q| error(q) * error(q));
        let spread = (squares - sum * sum / unit.len() as f64).max(0.0).sqrt();
        self.error = spread * (1.0 + 1e-6) + ROUNDING;
        self.offset = centre(bits) * total as f64;
        self.per_score = rankquant_norm_squared(unit.len(), bits).sqrt() / f64::from(step);
    }

    /// The least integer sum of a row whose score can be `score` or more. One less than computed,
    /// for the rounding of this very formula.
    pub(super) fn least(&self, score: f32) -> i32 {
        let least = (f64::from(score) - self.error) * self.per_score + self.offset;
        least.floor() as i32 - 1
    }
}
