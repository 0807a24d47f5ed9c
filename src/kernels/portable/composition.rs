//! Whether packed rows have equally many coordinates in every bucket.
//!
//! The naive check counts each code of a row. Departures from it:
//!
//! 1. With 1 or 2 bits, a row is even if and only if, for every set of bit positions within a
//!    code, the number of coordinates that have all of those bits set is `dim / 2^(size of the
//!    set)`: the counts of the codes follow from these by inclusion and exclusion. They are
//!    population counts of one or three masks per word.
//! 2. With 4 bits there would be fifteen masks. Instead each code but the last is counted by
//!    comparison, in bytes side by side.

/// The first row that is not even. `bits` is 1, 2 or 4.
#[inline(always)]
pub(in crate::kernels) fn uneven(rows: &[u8], dim: usize, bits: u8) -> Option<usize> {
    // Plain loops: what a method of the standard library is handed may not be inlined, and is then
    // not compiled for the level.
    for (index, row) in rows.chunks_exact(dim * usize::from(bits) / 8).enumerate() {
        let even = match bits {
            1 => sums(row, |word| [word]) == [dim as u32 / 2],
            2 => sums(row, two) == [dim as u32 / 2, dim as u32 / 2, dim as u32 / 4],
            _ => sixteenths(row, dim / 16),
        };
        if !even {
            return Some(index);
        }
    }
    None
}

/// Whether each half byte occurs `times` times. The last one does if the others do.
#[inline(always)]
fn sixteenths(row: &[u8], times: usize) -> bool {
    for code in 0..15 {
        if occurrences(row, code) != times {
            return false;
        }
    }
    true
}

/// Bytes compared side by side.
const LANES: usize = 64;

/// Chunks whose counts, at most two a byte, fit in a byte.
const CHUNKS: usize = 127;

/// Half bytes of `row` that are `code`.
#[inline(always)]
fn occurrences(row: &[u8], code: u8) -> usize {
    let times = |byte: u8| u8::from(byte & 15 == code) + u8::from(byte >> 4 == code);
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut total: usize = rest.iter().map(|&byte| usize::from(times(byte))).sum();
    for chunks in chunks.chunks(CHUNKS) {
        let mut counts = [0u8; LANES];
        for chunk in chunks {
            for (count, &byte) in counts.iter_mut().zip(chunk) {
                *count += times(byte);
            }
        }
        total += counts
            .iter()
            .map(|&count| usize::from(count))
            .sum::<usize>();
    }
    total
}

#[inline(always)]
fn two(word: u64) -> [u64; 3] {
    let low = |by: u32| word >> by & 0x5555_5555_5555_5555;
    [low(0), low(1), low(0) & low(1)]
}

/// Set bits of each mask of all words of a row, the last word filled up with zeros.
#[inline(always)]
fn sums<const N: usize>(row: &[u8], masks: impl Fn(u64) -> [u64; N]) -> [u32; N] {
    let mut sums = [0u64; N];
    let mut add = |word: [u8; 8]| {
        for (sum, mask) in sums.iter_mut().zip(masks(u64::from_le_bytes(word))) {
            *sum += u64::from(mask.count_ones());
        }
    };
    let (words, rest) = row.as_chunks();
    words.iter().for_each(|&word| add(word));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    add(last);
    sums.map(|sum| sum as u32)
}
