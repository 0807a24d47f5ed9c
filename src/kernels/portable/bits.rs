//! Population counts over rows of 64-bit words.

/// Set bits that row and query share.
#[inline(always)]
pub(in crate::kernels) fn overlap(query: &[u64], rows: &[u64], out: &mut [u32]) {
    count(query, rows, out, |a, b| a & b);
}

/// Bits in which row and query differ.
#[inline(always)]
pub(in crate::kernels) fn hamming(query: &[u64], rows: &[u64], out: &mut [u32]) {
    count(query, rows, out, |a, b| a ^ b);
}

#[inline(always)]
fn count(query: &[u64], rows: &[u64], out: &mut [u32], combine: impl Fn(u64, u64) -> u64) {
    for (row, out) in rows.chunks_exact(query.len()).zip(out) {
        *out = query
            .iter()
            .zip(row)
            .map(|(&q, &r)| combine(q, r).count_ones())
            .sum();
    }
}
