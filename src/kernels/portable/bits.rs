//! Population counts over rows of 64-bit words.

/// Bit `i % 64` of word `i / 64` is set where `values[i]` is above zero.
pub(super) fn signs(values: &[f32], out: &mut [u64]) {
    for (values, word) in values.chunks_exact(64).zip(out) {
        *word = values
            .iter()
            .rev()
            .fold(0, |word, &value| word << 1 | u64::from(value > 0.0));
    }
}

/// Set bits that row and query share.
pub(super) fn overlap(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    count(queries, rows, words, out, |a, b| a & b);
}

/// Bits that are equal in row and query.
pub(super) fn agreement(queries: &[u64], rows: &[u64], words: usize, out: &mut [u32]) {
    count(queries, rows, words, out, |a, b| !(a ^ b));
}

#[inline(always)]
fn count(
    queries: &[u64],
    rows: &[u64],
    words: usize,
    out: &mut [u32],
    combine: impl Fn(u64, u64) -> u64,
) {
    let queries = queries.chunks_exact(words);
    let per_query = (out.len() / queries.len().max(1)).max(1);
    for (query, out) in queries.zip(out.chunks_exact_mut(per_query)) {
        for (row, out) in rows.chunks_exact(words).zip(out) {
            let pairs = query.iter().zip(row);
            *out = pairs.map(|(&q, &r)| combine(q, r).count_ones()).sum();
        }
    }
}
