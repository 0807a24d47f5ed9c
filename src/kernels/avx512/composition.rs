//! Whether packed rows have equally many coordinates in every bucket, with VPOPCNTQ.
//!
//! The portable check (`kernels/portable/composition`) of 4 bits, on eight words at once: four
//! quarters of 64 bytes become one vector per bit position. The end of a row is loaded under a
//! mask; zeros add to no set of positions. 1 and 2 bits are the portable loops, compiled for the
//! level.

use super::bits::pairs;
use super::ints::first;
use crate::kernels::portable::composition::{self, expected, SETS};
use std::arch::x86_64::*;

/// Bytes of a vector.
const VECTOR: usize = 64;

/// Vectors that become one vector per position.
const PARTS: usize = 4;

pub(super) fn uneven(rows: &[u8], dim: usize, bits: u8) -> Option<usize> {
    // SAFETY: the table is used only where the level was detected.
    unsafe {
        match bits {
            4 => sixteenths(rows, dim),
            _ => few(rows, dim, bits),
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,popcnt")]
fn few(rows: &[u8], dim: usize, bits: u8) -> Option<usize> {
    composition::uneven(rows, dim, bits)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
fn sixteenths(rows: &[u8], dim: usize) -> Option<usize> {
    let even = expected(dim as u64 / 16);
    // SAFETY: the array is one such vector long.
    let even = unsafe { _mm256_loadu_epi64(even.as_ptr().cast()) };
    for (index, row) in rows.chunks_exact(dim / 2).enumerate() {
        let mut sums = [_mm512_setzero_si512(); SETS];
        let (parts, rest) = row.as_chunks::<{ PARTS * VECTOR }>();
        for part in parts {
            // SAFETY: a part is four vectors.
            let vector = |at| unsafe { _mm512_loadu_epi8(part.as_ptr().add(at * VECTOR).cast()) };
            add(&mut sums, [vector(0), vector(1), vector(2), vector(3)]);
        }
        if !rest.is_empty() {
            add(&mut sums, cut_short(rest));
        }
        if _mm256_cmpneq_epi64_mask(totals(sums), even) != 0 {
            return Some(index);
        }
    }
    None
}

/// Less than four vectors, then zeros.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn cut_short(rest: &[u8]) -> [__m512i; PARTS] {
    let vector = |index: usize| {
        let bytes = rest.get(index * VECTOR..).unwrap_or(&[]);
        // SAFETY: the mask keeps the load within `bytes`.
        unsafe { _mm512_maskz_loadu_epi8(first(bytes.len()), bytes.as_ptr().cast()) }
    };
    [vector(0), vector(1), vector(2), vector(3)]
}

/// Adds the sets of four vectors of codes.
#[inline]
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn add(sums: &mut [__m512i; SETS], vectors: [__m512i; PARTS]) {
    let [a, b, c, d] = transposed(vectors);
    let count = |of| _mm512_popcnt_epi64(of);
    let four = |of: __m512i, none: __m512i| {
        let (a, b) = (_mm512_and_si512(a, of), _mm512_and_si512(b, of));
        let low = _mm512_add_epi64(none, _mm512_slli_epi64::<16>(count(a)));
        let both = count(_mm512_and_si512(a, b));
        let high = _mm512_add_epi64(count(b), _mm512_slli_epi64::<16>(both));
        _mm512_add_epi64(low, _mm512_slli_epi64::<32>(high))
    };
    let cd = _mm512_and_si512(c, d);
    let counts = [
        four(_mm512_set1_epi64(-1), _mm512_setzero_si512()),
        four(c, count(c)),
        four(d, count(d)),
        four(cd, count(cd)),
    ];
    for (sum, counts) in sums.iter_mut().zip(counts) {
        *sum = _mm512_add_epi64(*sum, counts);
    }
}

/// Vector `p` of the result holds bit `p` of each half byte of all four vectors, in the same order
/// for every `p`: a transposition of the bits of four half bytes, first by pairs, then by halves.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(parts: [__m512i; PARTS]) -> [__m512i; PARTS] {
    let [first, second, third, fourth] = parts;
    let single = |a, b| exchanged::<1>(_mm512_set1_epi8(0x55), a, b);
    let double = |a, b| exchanged::<2>(_mm512_set1_epi8(0x33), a, b);
    let (low, high) = (single(first, second), single(third, fourth));
    let (even, odd) = (double(low[0], high[0]), double(low[1], high[1]));
    [even[0], odd[0], even[1], odd[1]]
}

/// The bits `lower` and those `BY` above them: the lower ones of both vectors, then the upper ones.
#[inline]
#[target_feature(enable = "avx512f")]
fn exchanged<const BY: u32>(lower: __m512i, a: __m512i, b: __m512i) -> [__m512i; 2] {
    /// Bits of the second where the first is set, else of the third.
    const SELECT: i32 = 0xca;
    [
        _mm512_ternarylogic_epi64::<SELECT>(lower, a, _mm512_slli_epi64::<BY>(b)),
        _mm512_ternarylogic_epi64::<SELECT>(lower, _mm512_srli_epi64::<BY>(a), b),
    ]
}

/// The sums of the lanes of each.
#[inline]
#[target_feature(enable = "avx512f")]
fn totals(sums: [__m512i; SETS]) -> __m256i {
    let halves = |x| _mm256_add_epi64(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64::<1>(x));
    let [low, high] = [pairs(sums[0], sums[1]), pairs(sums[2], sums[3])].map(halves);
    _mm256_add_epi64(
        _mm256_permute2x128_si256::<0x20>(low, high),
        _mm256_permute2x128_si256::<0x31>(low, high),
    )
}
