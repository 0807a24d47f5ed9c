//! Which of many scores are good enough: a comparison gives a mask, and the positions under it
//! are moved together. Of four vectors that hold none or few of them, only the mask is read.

use std::arch::x86_64::*;

/// Scores of a vector.
const LANES: usize = 16;

/// Vectors that are looked at together.
const PARTS: usize = 4;

/// So many positions of a group are faster one by one.
const FEW: u32 = 4;

pub(super) fn passing(scores: &[u32], least: u32, out: &mut [u32]) -> usize {
    // SAFETY: the table is used only where the level was detected.
    unsafe { compressed(scores, least, out) }
}

#[target_feature(enable = "avx512f")]
fn compressed(scores: &[u32], least: u32, out: &mut [u32]) -> usize {
    assert_eq!(scores.len(), out.len());
    let wanted = _mm512_set1_epi32(least as i32);
    let mut count = 0;
    let (groups, rest) = scores.as_chunks::<{ PARTS * LANES }>();
    for (index, group) in groups.iter().enumerate() {
        let good: [__mmask16; PARTS] = std::array::from_fn(|part| {
            // SAFETY: a group has that many vectors.
            let values = unsafe { _mm512_loadu_epi32(group.as_ptr().add(part * LANES).cast()) };
            _mm512_cmpge_epu32_mask(values, wanted)
        });
        let (first, mut all) = (index * PARTS * LANES, together(good));
        if all.count_ones() <= FEW {
            while all != 0 {
                out[count] = first as u32 + all.trailing_zeros();
                count += 1;
                all &= all - 1;
            }
            continue;
        }
        for (part, &good) in good.iter().enumerate() {
            keep(good, first + part * LANES, &mut out[count..]);
            count += good.count_ones() as usize;
        }
    }
    let first = groups.len() * PARTS * LANES;
    for (part, scores) in rest.chunks(LANES).enumerate() {
        let there = !0 >> (LANES - scores.len());
        // SAFETY: the mask keeps the load within `scores`.
        let values = unsafe { _mm512_maskz_loadu_epi32(there, scores.as_ptr().cast()) };
        let good = _mm512_mask_cmpge_epu32_mask(there, values, wanted);
        keep(good, first + part * LANES, &mut out[count..]);
        count += good.count_ones() as usize;
    }
    count
}

/// The masks of a group as one.
fn together(good: [__mmask16; PARTS]) -> u64 {
    let [a, b, c, d] = good.map(u64::from);
    a | b << 16 | c << 32 | d << 48
}

/// Writes the positions under the mask, counted from `first`, to the beginning of `out`.
#[inline]
#[target_feature(enable = "avx512f")]
fn keep(good: __mmask16, first: usize, out: &mut [u32]) {
    let lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    let at = _mm512_add_epi32(lanes, _mm512_set1_epi32(first as i32));
    let together = _mm512_maskz_compress_epi32(good, at);
    let room = out.len().min(LANES);
    let mask = ((1u32 << room) - 1) as __mmask16;
    // SAFETY: the mask keeps the store within `out`.
    unsafe { _mm512_mask_storeu_epi32(out.as_mut_ptr().cast(), mask, together) };
}
