//! What every row of a file must satisfy. Searches and norms rely on it.
//!
//! A check is given consecutive rows; `first` is the number of the first of them in the file.

use super::invalid;
use crate::{kernels, rows};
use std::io;

/// Each row is a permutation of `[0, dim)`.
///
/// A row is one if and only if its `dim` ranks leave no value of `[0, dim)` out. Each row marks
/// its ranks with its own number, so that the marks need not be cleared between rows.
pub(crate) fn permutation(rows: &[u16], first: usize, dim: usize) -> io::Result<()> {
    let mut marks = vec![0u8; 1 << 16];
    let marks: &mut [u8; 1 << 16] = marks.as_mut_slice().try_into().expect("as long as that");
    for (index, row) in rows.chunks_exact(dim).enumerate() {
        let mark = (index % 255) as u8 + 1;
        if mark == 1 && index > 0 {
            marks.fill(0);
        }
        row.iter().for_each(|&rank| marks[usize::from(rank)] = mark);
        // No early exit, so that it vectorises.
        if !marks[..dim].iter().fold(true, |all, &m| all & (m == mark)) {
            return Err(not_a_permutation(row, first + index));
        }
    }
    Ok(())
}

/// Names the first rank of a bad row that is out of range or occurred before.
fn not_a_permutation(row: &[u16], index: usize) -> io::Error {
    let dim = row.len();
    let mut seen = vec![false; dim];
    let bad = row
        .iter()
        .find(|&&rank| {
            usize::from(rank) >= dim || std::mem::replace(&mut seen[usize::from(rank)], true)
        })
        .copied()
        .unwrap_or_default();
    invalid(format!(
        "row {index} is not a permutation of 0..{dim}: rank {bad} is out of range \
         or occurs twice"
    ))
}

/// Each packed row has `dim / 2^bits` coordinates in every bucket.
pub(crate) fn composition(rows: &[u8], first: usize, dim: usize, bits: u8) -> io::Result<()> {
    // The result does not depend on the level, so a cap that names none is left to the searches.
    let Some(index) = (kernels::any().uneven)(rows, dim, bits) else {
        return Ok(());
    };
    let counts = bucket_counts(rows::row(rows, dim * usize::from(bits) / 8, index), bits);
    let expected = dim >> bits;
    let bucket = counts[..1 << bits]
        .iter()
        .position(|&count| count != expected)
        .unwrap_or_default();
    Err(invalid(format!(
        "row {} breaks the constant composition: bucket {bucket} has {} coordinates, \
         expected {expected}",
        first + index,
        counts[bucket]
    )))
}

/// Coordinates in each bucket, for widths of at most four bits.
fn bucket_counts(row: &[u8], bits: u8) -> [usize; 16] {
    let mut counts = [0; 16];
    for byte in row {
        for position in 0..8 / bits {
            counts[usize::from(byte >> (position * bits) & ((1 << bits) - 1))] += 1;
        }
    }
    counts
}

/// Each row of `words` words has exactly `n_top` bits set.
pub(crate) fn weight(rows: &[u64], first: usize, words: usize, n_top: usize) -> io::Result<()> {
    for (index, row) in rows.chunks_exact(words).enumerate() {
        let found: usize = row.iter().map(|word| word.count_ones() as usize).sum();
        if found != n_top {
            return Err(invalid(format!(
                "row {} has {found} bits set, expected n_top {n_top}",
                first + index
            )));
        }
    }
    Ok(())
}
