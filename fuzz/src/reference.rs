//! The definitions, the slow way in f64. Nothing here calls the crate.

/// Positions by value, equal values by position.
fn order(v: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..v.len()).collect();
    // A stable sort; the values are finite, so they compare, and 0.0 equals -0.0.
    order.sort_by(|&i, &j| v[i].partial_cmp(&v[j]).expect("finite"));
    order
}

/// Rank of each coordinate.
pub fn ranks(v: &[f32]) -> Vec<usize> {
    let mut ranks = vec![0; v.len()];
    for (rank, at) in order(v).into_iter().enumerate() {
        ranks[at] = rank;
    }
    ranks
}

/// Bucket of each coordinate.
pub fn buckets(v: &[f32], bits: u8) -> Vec<usize> {
    ranks(v)
        .iter()
        .map(|rank| (rank << bits) / v.len())
        .collect()
}

/// Values less the middle of `0..levels`.
pub fn centred(values: &[usize], levels: usize) -> Vec<f64> {
    let middle = (levels as f64 - 1.0) / 2.0;
    values.iter().map(|&value| value as f64 - middle).collect()
}

pub fn wide(v: &[f32]) -> Vec<f64> {
    v.iter().map(|&x| f64::from(x)).collect()
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Cosine, 0 where a norm is 0.
pub fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let norms = dot(a, a).sqrt() * dot(b, b).sqrt();
    if norms > 0.0 {
        dot(a, b) / norms
    } else {
        0.0
    }
}

/// Whether each coordinate of a stored row is among its `n_top` largest, by rank.
pub fn row_top(v: &[f32], n_top: usize) -> Vec<bool> {
    ranks(v)
        .iter()
        .map(|&rank| rank + n_top >= v.len())
        .collect()
}

/// The same of a query, where equal coordinates go by ascending position.
pub fn query_top(v: &[f32], n_top: usize) -> Vec<bool> {
    let negated: Vec<f32> = v.iter().map(|x| -x).collect();
    ranks(&negated).iter().map(|&rank| rank < n_top).collect()
}

/// Whether each coordinate is positive.
pub fn signs(v: &[f32]) -> Vec<bool> {
    v.iter().map(|&x| x > 0.0).collect()
}
