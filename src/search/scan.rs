//! Scoring all rows of an index for one query.

use super::select::Selector;

/// Rows scored per kernel call: enough to hide the call, few enough for the stack.
pub(crate) const BLOCK: usize = 128;

/// The best rows of `rows`, each `width` elements long, into the columns of a result row.
///
/// `kernel` fills a raw score for every row that it is given; `finish` makes it a score. The
/// length of `scores` is the `k` of the selection.
pub(crate) fn best_rows<T, S: Copy + Default>(
    rows: &[T],
    width: usize,
    kernel: impl Fn(&[T], &mut [S]),
    finish: impl Fn(S) -> f32,
    scores: &mut [f32],
    indices: &mut [i64],
) {
    let mut selector = Selector::default();
    let mut best = selector.start(scores.len());
    let mut raw = [S::default(); BLOCK];
    for (block, rows) in rows.chunks(BLOCK * width).enumerate() {
        let raw = &mut raw[..rows.len() / width];
        kernel(rows, raw);
        for (offset, &raw) in raw.iter().enumerate() {
            best.push(finish(raw), (block * BLOCK + offset) as u32);
        }
    }
    best.finish_into(scores, indices);
}
