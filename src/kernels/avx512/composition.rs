//! Whether packed rows have equally many coordinates in every bucket, with VPOPCNTQ.
//!
//! The portable check (`kernels/portable/composition`) of 4 bits, on eight words at once: four
//! quarters of 64 bytes become one vector per bit position. The end of a row is loaded under a
//! mask; zeros add to no set of positions. 1 and 2 bits are the portable loops, compiled for the
//! level.

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

#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn sixteenths(rows: &[u8], dim: usize) -> Option<usize> {
    let even = expected(dim as u64 / 16);
    for (index, row) in rows.chunks_exact(dim / 2).enumerate() {
        let mut sums = [_mm512_setzero_si512(); SETS];
        for part in row.chunks(PARTS * VECTOR) {
            add(&mut sums, part);
        }
        if sums.map(|sum| _mm512_reduce_add_epi64(sum) as u64) != even {
            return Some(index);
        }
    }
    None
}

/// Adds the sets of at most four vectors of codes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn add(sums: &mut [__m512i; SETS], part: &[u8]) {
    let vector = |index: usize| {
        let bytes = part.get(index * VECTOR..).unwrap_or(&[]);
        let mask = match bytes.len() {
            0..VECTOR => (1 << bytes.len()) - 1,
            _ => !0,
        };
        // SAFETY: the mask keeps the load within `bytes`.
        unsafe { _mm512_maskz_loadu_epi8(mask, bytes.as_ptr().cast()) }
    };
    let [first, second, third, fourth] = [vector(0), vector(1), vector(2), vector(3)];
    let one = _mm512_set1_epi8(0x11);
    let merge = |by: __m128i| {
        let bit = |vector| _mm512_and_si512(_mm512_srl_epi64(vector, by), one);
        let low = _mm512_or_si512(bit(first), _mm512_slli_epi64::<1>(bit(second)));
        let high = _mm512_or_si512(bit(third), _mm512_slli_epi64::<1>(bit(fourth)));
        _mm512_or_si512(low, _mm512_slli_epi64::<2>(high))
    };
    let [a, b, c, d] = [0, 1, 2, 3].map(|by| merge(_mm_cvtsi32_si128(by)));
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
