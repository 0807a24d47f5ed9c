//! Float queries of the asymmetric searches.

use crate::lanes;

/// Writes `query / |query|` to `unit`, of equal length.
///
/// The norm is formed in f64, where the square of no f32 overflows or vanishes. A query of norm
/// zero becomes all zeros, so every row scores 0 and the order is by row id.
pub(crate) fn normalise_into(query: &[f32], unit: &mut Vec<f32>) {
    let norm = lanes::sum(query, |&q| f64::from(q) * f64::from(q)).sqrt();
    let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
    unit.clear();
    unit.extend(query.iter().map(|&q| (f64::from(q) * scale) as f32));
}
