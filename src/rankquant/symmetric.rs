//! The score of two bucketed vectors, from the exact product of their codes.

use crate::primitives::{centre, rankquant_norm_squared};
use crate::search::Refine;

/// What a product of two code rows becomes: `(product - middle) * scale`. Both rows sum to
/// `dim * centre`, so centring them takes `dim * centre^2` off the product.
#[derive(Clone, Copy)]
pub(super) struct Cosine {
    middle: f64,
    scale: f64,
}

impl Cosine {
    pub(super) fn new(dim: usize, bits: u8) -> Self {
        let centre = centre(bits);
        Self {
            middle: dim as f64 * centre * centre,
            scale: 1.0 / rankquant_norm_squared(dim, bits),
        }
    }

    pub(super) fn of(self, product: u64) -> f32 {
        ((product as f64 - self.middle) * self.scale) as f32
    }
}

impl Refine<u8> for Cosine {
    type Product = i32;
    const LEAST: i32 = i32::MIN;

    /// A product is an integer and a score its rounding: one less makes up for both roundings.
    fn least(&self, score: f32) -> i32 {
        // The score may be half an f32 step above what made it.
        let exact = f64::from(score) - f64::from(f32::EPSILON);
        (exact / self.scale + self.middle).floor() as i32 - 1
    }

    fn score(&self, _: &[u8], product: i32) -> f32 {
        self.of(product as u64)
    }
}
