//! What every row of a file must satisfy. Searches and norms rely on it.

use super::invalid;
use std::io;

/// Each row is a permutation of `[0, dim)`.
pub(crate) fn permutation(rows: &[u16], dim: usize) -> io::Result<()> {
    let mut seen = vec![0u64; dim.div_ceil(64)];
    for (index, row) in rows.chunks_exact(dim).enumerate() {
        seen.fill(0);
        for &rank in row {
            let (word, bit) = (usize::from(rank) / 64, 1 << (rank % 64));
            if usize::from(rank) >= dim || seen[word] & bit != 0 {
                return Err(invalid(format!(
                    "row {index} is not a permutation of 0..{dim}: rank {rank} is out of range \
                     or occurs twice"
                )));
            }
            seen[word] |= bit;
        }
    }
    Ok(())
}

/// Each packed row has `dim / 2^bits` coordinates in every bucket.
pub(crate) fn composition(rows: &[u8], dim: usize, bits: u8) -> io::Result<()> {
    let expected = dim >> bits;
    for (index, row) in rows.chunks_exact(dim * usize::from(bits) / 8).enumerate() {
        let counts = bucket_counts(row, bits);
        if let Some(bucket) = counts[..1 << bits]
            .iter()
            .position(|&count| count != expected)
        {
            return Err(invalid(format!(
                "row {index} breaks the constant composition: bucket {bucket} has {} coordinates, \
                 expected {expected}",
                counts[bucket]
            )));
        }
    }
    Ok(())
}

/// Coordinates in each bucket, for widths of at most four bits.
fn bucket_counts(row: &[u8], bits: u8) -> [usize; 16] {
    let mut bytes = [0u32; 256];
    row.iter().for_each(|&byte| bytes[usize::from(byte)] += 1);
    let mut counts = [0; 16];
    for (byte, &times) in bytes.iter().enumerate() {
        for position in 0..usize::from(8 / bits) {
            counts[byte >> (position * usize::from(bits)) & ((1 << bits) - 1)] += times as usize;
        }
    }
    counts
}

/// Each row of `words` words has exactly `n_top` bits set.
pub(crate) fn weight(rows: &[u64], words: usize, n_top: usize) -> io::Result<()> {
    for (index, row) in rows.chunks_exact(words).enumerate() {
        let found: usize = row.iter().map(|word| word.count_ones() as usize).sum();
        if found != n_top {
            return Err(invalid(format!(
                "row {index} has {found} bits set, expected n_top {n_top}"
            )));
        }
    }
    Ok(())
}
