//! Sums and extremes of floats in lanes that go on side by side. The compiler does not reorder
//! floats, so a plain fold waits for each step before the next.

const LANES: usize = 16;

/// Sum of the terms of `values`.
pub(crate) fn sum<T>(values: &[T], term: impl Fn(&T) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks.iter().map(|chunk| chunk.as_slice()).chain([rest]) {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += term(value);
        }
    }
    lanes.iter().sum()
}

/// Smallest and largest value; infinite where there is none.
pub(crate) fn extremes(values: &[f32]) -> (f32, f32) {
    let (mut low, mut high) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut meet = |lane: usize, x: f32| {
        low[lane] = if x < low[lane] { x } else { low[lane] };
        high[lane] = if x > high[lane] { x } else { high[lane] };
    };
    for chunk in chunks {
        (0..LANES).for_each(|lane| meet(lane, chunk[lane]));
    }
    rest.iter().for_each(|&x| meet(0, x));
    let least = low.into_iter().fold(f32::INFINITY, f32::min);
    (least, high.into_iter().fold(f32::NEG_INFINITY, f32::max))
}

#[cfg(test)]
mod tests {
    use super::{extremes, sum, LANES};

    #[test]
    fn every_value_counts_once_wherever_it_stands() {
        for len in [0, 1, LANES - 1, LANES, LANES + 1, 3 * LANES + 5] {
            for at in 0..len {
                let mut values = vec![1.0f32; len];
                values[at] = 7.0;
                assert_eq!(sum(&values, |&x| f64::from(x)), len as f64 + 6.0);
                let least = if len == 1 { 7.0 } else { 1.0 };
                assert_eq!(extremes(&values), (least, 7.0));
                values[at] = -7.0;
                let most = if len == 1 { -7.0 } else { 1.0 };
                assert_eq!(extremes(&values), (-7.0, most));
            }
        }
    }
}
