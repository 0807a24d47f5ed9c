//! Scoring consecutive rows for the queries of a task, one query of a block at a time.

use super::select::{Score, Select};
use super::spread::blocks;
use crate::rows;
use std::ops::Range;

/// Rows scored per kernel call: enough to hide the call, few enough for the stack and, for all
/// but the widest rows, for a near cache, where the further queries of the task find them.
const BLOCK: usize = 128;

/// Offers the rows of each part, each `width` elements long, to the selection of every query.
///
/// `kernel` fills a raw score of query `i` for each row that it is given; `finish` makes it a
/// score of that query.
pub(crate) fn scan_rows<T, R: Copy + Default, S: Score + Default>(
    values: &[T],
    width: usize,
    parts: impl Iterator<Item = Range<usize>>,
    kernel: impl Fn(usize, &[T], &mut [R]),
    finish: impl Fn(usize, R) -> S,
    best: &mut [Select<'_, S>],
) {
    let mut raw = [R::default(); BLOCK];
    let mut scores = [S::default(); BLOCK];
    for block in parts.flat_map(|part| blocks(part, BLOCK)) {
        let (first, len) = (block.start, block.len());
        let rows = rows::of(values, width, block);
        for (query, best) in best.iter_mut().enumerate() {
            kernel(query, rows, &mut raw[..len]);
            let pairs = scores.iter_mut().zip(&raw[..len]);
            pairs.for_each(|(score, &raw)| *score = finish(query, raw));
            best.push_run(&scores[..len], first);
        }
    }
}
