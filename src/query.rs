//! Float queries of the asymmetric searches.
//!
//! To prepare one takes as long as to score tens of rows, so its sums are formed in lanes.

/// Writes `query / |query|` to `unit`, of equal length.
///
/// The norm is formed in f64, where the square of no f32 overflows or vanishes. A query of norm
/// zero becomes all zeros, so every row scores 0 and the order is by row id.
pub(crate) fn normalise_into(query: &[f32], unit: &mut Vec<f32>) {
    let squares = lanes(query, 0.0, |sum, &q| sum + f64::from(q) * f64::from(q));
    let norm = squares.iter().sum::<f64>().sqrt();
    let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
    unit.clear();
    unit.extend(query.iter().map(|&q| (f64::from(q) * scale) as f32));
}

/// Folds of every [`LANES`]-th value, each from `start`. A single one would wait for every step
/// before the next.
pub(crate) fn lanes<T, A: Copy>(values: &[T], start: A, step: impl Fn(A, &T) -> A) -> [A; LANES] {
    let mut lanes = [start; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = step(*lane, value);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane = step(*lane, value);
    }
    lanes
}

/// Folds that go on side by side.
pub(crate) const LANES: usize = 16;
