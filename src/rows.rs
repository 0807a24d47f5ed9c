//! Operations on rows stored back to back.

use std::ops::Range;

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

/// The rows `range`, which exist.
pub(crate) fn of<T>(rows: &[T], width: usize, range: Range<usize>) -> &[T] {
    &rows[range.start * width..range.end * width]
}

/// Debug output of an index: its parameters and the number of its rows, as in a Python `repr`. The
/// rows themselves would be gigabytes in a log.
macro_rules! debug_parameters {
    ($index:ident: $($parameter:ident),+) => {
        impl std::fmt::Debug for $index {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut shown = out.debug_struct(stringify!($index));
                $(shown.field(stringify!($parameter), &self.$parameter);)+
                shown.field("n", &self.len()).finish()
            }
        }
    };
}

pub(crate) use debug_parameters;
