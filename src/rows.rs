//! Operations on rows stored back to back.

/// Rows scored per kernel call: enough to hide the call, few enough for the stack.
pub(crate) const BLOCK: usize = 128;

/// Removes row `idx` by moving the last row into its place; gives the id that the moved row had.
///
/// The caller has proven that row `idx` exists.
pub(crate) fn swap_remove<T: Copy>(rows: &mut Vec<T>, width: usize, idx: usize) -> usize {
    let last = rows.len() / width - 1;
    rows.copy_within(last * width.., idx * width);
    rows.truncate(last * width);
    last
}

/// Row `idx`.
pub(crate) fn row<T>(rows: &[T], width: usize, idx: usize) -> &[T] {
    &rows[idx * width..(idx + 1) * width]
}

/// Scores all rows in blocks: `kernel` fills a block of raw scores, `offer` takes it with the id
/// of its first row.
pub(crate) fn scan<T, S: Copy + Default>(
    rows: &[T],
    width: usize,
    kernel: impl Fn(&[T], &mut [S]),
    mut offer: impl FnMut(&[S], usize),
) {
    let mut scores = [S::default(); BLOCK];
    for (block, rows) in rows.chunks(BLOCK * width).enumerate() {
        let scores = &mut scores[..rows.len() / width];
        kernel(rows, scores);
        offer(scores, block * BLOCK);
    }
}
