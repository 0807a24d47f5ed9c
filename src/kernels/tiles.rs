//! A batch of integer queries as a product of two byte matrices, walked in tiles.
//!
//! A level gives the two parts that differ: how a packed row becomes one byte per code, in the
//! order of the planes, and how [`GROUP`] queries meet the few rows of a tile.

use super::ints::GROUP;
use super::{IntQueries, IntScratch};

/// Scores every query with every row. `unpack` fills as many bytes as a query has, zeros after
/// the codes; `tile` is given `GROUP` queries and `ROWS` unpacked rows back to back and returns
/// `[query][row]`. What a tile says of rows that are not there is dropped.
pub(super) fn tiles<const ROWS: usize>(
    query: &IntQueries,
    rows: &[u8],
    scratch: &mut IntScratch,
    out: &mut [i32],
    unpack: impl Fn(&[u8], &mut [u8]),
    tile: impl Fn(&[i8], &[u8]) -> [[i32; ROWS]; GROUP],
) {
    let (stride, width) = (query.stride(), query.width());
    let len = rows.len() / width;
    assert_eq!(out.len(), len * query.count());
    let needed = len.next_multiple_of(ROWS) * stride;
    if scratch.len() < needed {
        scratch.resize(needed, 0);
    }
    let unpacked = scratch.chunks_exact_mut(stride);
    rows.chunks_exact(width)
        .zip(unpacked)
        .for_each(|(row, to)| unpack(row, to));
    for (first, queries) in query.values().chunks_exact(GROUP * stride).enumerate() {
        for (index, rows) in scratch[..needed].chunks_exact(ROWS * stride).enumerate() {
            let (at, there) = (index * ROWS, ROWS.min(len - index * ROWS));
            for (slot, dots) in (first * GROUP..query.count()).zip(tile(queries, rows)) {
                out[slot * len + at..][..there].copy_from_slice(&dots[..there]);
            }
        }
    }
}
