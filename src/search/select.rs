//! The best `k` of a stream of scored rows, under the one order of the crate: higher score
//! first, equal scores by ascending row id, NaN below everything.
//!
//! A scored row becomes one `u64` that is smaller the better the row is: the inverted score
//! above, the row id below. Ties then need no code of their own. Keys that beat the current
//! bound go to a buffer; when it is full, a linear-time selection halves it and lowers the
//! bound. The work is linear in the rows and the memory does not depend on their number.

use crate::order;
use std::marker::PhantomData;

/// A score type with an order-preserving map to `u32`.
pub(crate) trait Score: Copy {
    /// Larger for a better score.
    fn to_order(self) -> u32;
    /// Undoes [`Score::to_order`], up to the sign of zero and NaN.
    fn from_order(order: u32) -> Self;
    /// The score as results hold it.
    fn to_f32(self) -> f32;
}

impl Score for u32 {
    fn to_order(self) -> u32 {
        self
    }

    fn from_order(order: u32) -> Self {
        order
    }

    fn to_f32(self) -> f32 {
        self as f32
    }
}

impl Score for f32 {
    fn to_order(self) -> u32 {
        order::key(if self.is_nan() {
            f32::NEG_INFINITY
        } else {
            self
        })
    }

    fn from_order(order: u32) -> Self {
        order::from_key(order)
    }

    fn to_f32(self) -> f32 {
        self
    }
}

/// Smallest number of keys to gather beyond `k` before selecting again.
const SLACK: usize = 64;

/// Scores looked at together when a run of rows is offered.
const RUN: usize = 32;

/// The selector. It can be used again, and then allocates only if it needs more room than
/// ever before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    k: usize,
    full: usize,
    bound: u64,
    keys: Vec<u64>,
}

impl Selector {
    /// Starts a selection of the best `k`.
    pub(crate) fn start<S: Score>(&mut self, k: usize) -> Select<'_, S> {
        self.k = k;
        self.full = k + k.max(SLACK);
        self.bound = if k == 0 { 0 } else { u64::MAX };
        self.keys.clear();
        self.resume()
    }

    fn push(&mut self, key: u64) {
        if key >= self.bound {
            return;
        }
        self.keys.push(key);
        if self.keys.len() == self.full {
            self.settle();
        }
    }

    /// Keeps the best `k > 0`, of which there are as many, and lowers the bound.
    fn settle(&mut self) {
        let (_, &mut worst, _) = self.keys.select_nth_unstable(self.k - 1);
        self.keys.truncate(self.k);
        // A key equal to the bound is a duplicate of a kept one and could not displace it.
        self.bound = worst;
    }

    /// Ends both selections, of the same `k`, and keeps the best of what they kept.
    pub(crate) fn absorb(&mut self, other: &mut Self) {
        let k = self.k;
        let (ours, theirs) = (self.finish(), other.finish());
        let wanted = k.min(ours.len() + theirs.len());
        let mut merged = Vec::with_capacity(wanted);
        let (mut at, mut of_them) = (0, 0);
        while merged.len() < wanted && at < ours.len() && of_them < theirs.len() {
            // No branch on the keys: which selection is next cannot be predicted.
            let (one, other) = (ours[at], theirs[of_them]);
            merged.push(one.min(other));
            at += usize::from(one < other);
            of_them += usize::from(one >= other);
        }
        let rest = ours[at..].iter().chain(&theirs[of_them..]);
        merged.extend(rest.take(wanted - merged.len()));
        self.keys = merged;
    }

    /// Goes on with a selection that was started.
    pub(crate) fn resume<S: Score>(&mut self) -> Select<'_, S> {
        Select {
            selector: self,
            score: PhantomData,
        }
    }

    fn finish(&mut self) -> &[u64] {
        if self.keys.len() > self.k {
            self.keys.select_nth_unstable(self.k - 1);
            self.keys.truncate(self.k);
        }
        self.keys.sort_unstable();
        &self.keys
    }
}

/// A selection that is under way, over scores of one type.
pub(crate) struct Select<'a, S> {
    selector: &'a mut Selector,
    score: PhantomData<S>,
}

impl<S: Score> Select<'_, S> {
    /// Offers a scored row.
    pub(crate) fn push(&mut self, score: S, row: u32) {
        self.selector
            .push(u64::from(!score.to_order()) << 32 | u64::from(row));
    }

    /// Offers consecutive rows, the first of them `first`.
    pub(crate) fn push_run(&mut self, scores: &[S], first: usize) {
        for (run, scores) in scores.chunks(RUN).enumerate() {
            let least = !((self.selector.bound >> 32) as u32);
            // No early exit, so that it vectorises. Almost always no row of the run is any good.
            if !scores
                .iter()
                .fold(false, |any, score| any | (score.to_order() >= least))
            {
                continue;
            }
            for (offset, &score) in scores.iter().enumerate() {
                self.push(score, (first + run * RUN + offset) as u32);
            }
        }
    }

    /// Finds the bound at once, where there are rows enough for one.
    pub(crate) fn settle(&mut self) {
        if self.selector.k > 0 && self.selector.keys.len() >= self.selector.k {
            self.selector.settle();
        }
    }

    /// How many rows are chosen.
    pub(crate) fn k(&self) -> usize {
        self.selector.k
    }

    /// A score that a row must reach to be kept, if there is one yet. It only rises.
    pub(crate) fn bound(&self) -> Option<S> {
        let bound = self.selector.bound;
        (bound != u64::MAX).then(|| S::from_order(!((bound >> 32) as u32)))
    }

    /// Ends the selection and gives the chosen rows, best first.
    pub(crate) fn finish(&mut self) -> impl Iterator<Item = (S, u32)> + '_ {
        let keys = self.selector.finish();
        keys.iter()
            .map(|&key| (S::from_order(!((key >> 32) as u32)), key as u32))
    }

    /// Ends the selection into the columns of a result row, padded with -inf and -1.
    pub(crate) fn finish_into(&mut self, scores: &mut [f32], indices: &mut [i64]) {
        scores.fill(f32::NEG_INFINITY);
        indices.fill(-1);
        for (((score, row), to_score), to_index) in self.finish().zip(scores).zip(indices) {
            *to_score = score.to_f32();
            *to_index = i64::from(row);
        }
    }
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;
