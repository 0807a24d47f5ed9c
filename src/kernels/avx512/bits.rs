//! Population counts with VPOPCNTQ.
//!
//! The naive loop counts a row word by word. Departures from it:
//!
//! 1. Eight rows go together, so that a part of the query is loaded once for all of them and
//!    eight sums are independent.
//! 2. The last part of a row is loaded under a mask; the lanes beyond it are zero in the query
//!    and in the row, and count nothing.
//! 3. The eight sums of eight lanes are folded into one vector by a transposition.
//! 4. The rows that eight does not divide repeat the last row; only their sums are written.

use std::arch::x86_64::*;

/// Rows that go together.
const ROWS: usize = 8;

/// Words of a vector.
const WORDS: usize = 8;

pub(super) fn overlap(query: &[u64], rows: &[u64], out: &mut [u32]) {
    // SAFETY: the table is used only where the level was detected.
    unsafe { count::<false>(query, rows, out) }
}

pub(super) fn hamming(query: &[u64], rows: &[u64], out: &mut [u32]) {
    // SAFETY: as above.
    unsafe { count::<true>(query, rows, out) }
}

#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn count<const DIFFER: bool>(query: &[u64], rows: &[u64], out: &mut [u32]) {
    let words = query.len();
    assert_eq!(rows.len(), words * out.len());
    for (group, out) in out.chunks_mut(ROWS).enumerate() {
        let mut at = [std::ptr::null(); ROWS];
        for (slot, at) in at.iter_mut().enumerate() {
            let row = group * ROWS + slot.min(out.len() - 1);
            *at = rows[row * words..][..words].as_ptr();
        }
        // SAFETY: each pointer is to a whole row of `query.len()` words.
        let counts = unsafe { eight::<DIFFER>(query, at) };
        out.copy_from_slice(&counts[..out.len()]);
    }
}

/// Counts of eight rows.
///
/// # Safety
/// Each of `rows` points to `query.len()` words.
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
unsafe fn eight<const DIFFER: bool>(query: &[u64], rows: [*const u64; ROWS]) -> [u32; ROWS] {
    let mut sums = [_mm512_setzero_si512(); ROWS];
    for at in (0..query.len()).step_by(WORDS) {
        let left = query.len() - at;
        let mask = if left < WORDS { (1 << left) - 1 } else { !0 };
        // SAFETY: the mask keeps both loads within `query.len()` words.
        let wanted = unsafe { _mm512_maskz_loadu_epi64(mask, query.as_ptr().add(at).cast()) };
        for (sum, row) in sums.iter_mut().zip(rows) {
            let row = unsafe { _mm512_maskz_loadu_epi64(mask, row.add(at).cast()) };
            let both = if DIFFER {
                _mm512_xor_si512(wanted, row)
            } else {
                _mm512_and_si512(wanted, row)
            };
            *sum = _mm512_add_epi64(*sum, _mm512_popcnt_epi64(both));
        }
    }
    let counts = _mm512_cvtepi64_epi32(fold(sums));
    let mut out = [0; ROWS];
    // SAFETY: eight u32 are 32 bytes.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), counts) };
    out
}

/// Lane `i` of the result is the sum of the lanes of `sums[i]`.
#[inline]
#[target_feature(enable = "avx512f")]
fn fold(s: [__m512i; ROWS]) -> __m512i {
    let (ab, cd) = (pairs(s[0], s[1]), pairs(s[2], s[3]));
    let (ef, gh) = (pairs(s[4], s[5]), pairs(s[6], s[7]));
    quarters(quarters(ab, cd), quarters(ef, gh))
}

/// Adds neighbouring words: the sums of `a` in the even lanes, of `b` in the odd ones.
#[inline]
#[target_feature(enable = "avx512f")]
fn pairs(a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b))
}

/// Adds neighbouring quarters: those of `a` in the lower half, of `b` in the upper one.
#[inline]
#[target_feature(enable = "avx512f")]
fn quarters(a: __m512i, b: __m512i) -> __m512i {
    let (even, odd) = (
        _mm512_shuffle_i64x2::<0x88>(a, b),
        _mm512_shuffle_i64x2::<0xdd>(a, b),
    );
    _mm512_add_epi64(even, odd)
}
