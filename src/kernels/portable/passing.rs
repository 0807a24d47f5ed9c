//! Which of many scores are good enough.

/// Scores looked at together.
const RUN: usize = 32;

/// Writes the positions of the scores of at least `least` to the beginning of `out`, which is as
/// long as `scores`, in ascending order; how many there are.
#[inline(always)]
pub(in crate::kernels) fn passing(scores: &[u32], least: u32, out: &mut [u32]) -> usize {
    let mut count = 0;
    for (run, scores) in scores.chunks(RUN).enumerate() {
        // No early exit, so that it vectorises. Almost always no score of the run is good enough.
        if !scores.iter().fold(false, |any, &s| any | (s >= least)) {
            continue;
        }
        // No branch on a score: which ones are good enough cannot be predicted.
        for (at, &score) in scores.iter().enumerate() {
            out[count] = (run * RUN + at) as u32;
            count += usize::from(score >= least);
        }
    }
    count
}
