//! Whether packed rows have equally many coordinates in every bucket.
//!
//! The naive check counts each code of a row. Departures from it:
//!
//! 1. A row is even if and only if, for every set of bit positions within a code, the number of
//!    coordinates that have all of those bits set is `dim / 2^(size of the set)`: the counts of the
//!    codes follow from these by inclusion and exclusion. They are population counts of one, three
//!    or fifteen masks per word.
//! 2. With 4 bits a mask of one word has sixteen of 64 bits in use, so four words are first turned
//!    into four whole words, one per bit position.
//! 3. The fifteen totals of a row are at most `dim`, which fits in 16 bits: four of them share a
//!    word.

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

/// Whether each half byte of `row` occurs `times` times. A row is a whole number of words, because
/// sixteen divides its dimension.
#[inline(always)]
fn sixteenths(row: &[u8], times: usize) -> bool {
    let (words, _) = row.as_chunks::<8>();
    let quarter = words.len() / 4;
    let (first, rest) = words.split_at(quarter);
    let (second, rest) = rest.split_at(quarter);
    let (third, rest) = rest.split_at(quarter);
    let (fourth, rest) = rest.split_at(quarter);
    // Zeros fill up the last words: they add to no set.
    let mut last = [0; 4];
    let words = last.iter_mut().zip(rest);
    words.for_each(|(word, &bytes)| *word = u64::from_le_bytes(bytes));
    let mut sums = sets(last);
    for at in 0..quarter {
        let counts = sets([first, second, third, fourth].map(|part| u64::from_le_bytes(part[at])));
        (0..SETS).for_each(|set| sums[set] += counts[set]);
    }
    sums == expected(times as u64)
}

/// Words that hold the fifteen counts.
pub(in crate::kernels) const SETS: usize = 4;

/// The counts of the sets of bit positions over 64 codes: that of set `s` (bit `p` of `s` for
/// position `p`) in the 16 bits at `s % 4` of word `s / 4`. Set 0 is left out.
#[inline(always)]
fn sets(words: [u64; 4]) -> [u64; SETS] {
    let [a, b, c, d] = transposed(words);
    let count = |word: u64| u64::from(word.count_ones());
    let four = |of: u64, none: u64| {
        none | count(a & of) << 16 | count(b & of) << 32 | count(a & b & of) << 48
    };
    [
        four(!0, 0),
        four(c, count(c)),
        four(d, count(d)),
        four(c & d, count(c & d)),
    ]
}

/// Word `p` of the result holds bit `p` of each half byte of all four words, in the same order for
/// every `p`: a transposition of the bits of four half bytes, first by pairs, then by halves.
#[inline(always)]
fn transposed(words: [u64; 4]) -> [u64; 4] {
    let [first, second, third, fourth] = words;
    let single = |a, b| exchanged::<1>(0x5555_5555_5555_5555, a, b);
    let double = |a, b| exchanged::<2>(0x3333_3333_3333_3333, a, b);
    let (low, high) = (single(first, second), single(third, fourth));
    let (even, odd) = (double(low[0], high[0]), double(low[1], high[1]));
    [even[0], odd[0], even[1], odd[1]]
}

/// The bits `lower` and those `BY` above them: the lower ones of both words, then the upper ones.
#[inline(always)]
fn exchanged<const BY: u32>(lower: u64, a: u64, b: u64) -> [u64; 2] {
    let differs = (a >> BY ^ b) & lower;
    [a ^ differs << BY, b ^ differs]
}

/// What [`sets`] adds up to for a row in which every code occurs `times` times.
#[inline(always)]
pub(in crate::kernels) fn expected(times: u64) -> [u64; SETS] {
    let sets = |first: u64, high: u64| first | high << 16 | high << 32 | (high / 2) << 48;
    [
        sets(0, 8 * times),
        sets(8 * times, 4 * times),
        sets(8 * times, 4 * times),
        sets(4 * times, 2 * times),
    ]
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
