//! A filter before a selection of integer scores of ascending rows: it knows the exact score that
//! a row must pass, because it counts how many rows have each score.
//!
//! A selection alone learns its bound only when its buffer is full. Where many of the rows are
//! chosen, most of its time goes into rows that a better bound would have turned away.

use super::select::Select;
use crate::kernels::Passing;

/// Scores looked at between two changes of the bound.
const BLOCK: usize = 128;

/// Largest score for which counting pays.
pub(crate) const MOST: usize = 1 << 12;

/// The filter of one query.
pub(crate) struct Counted {
    m: usize,
    /// Rows of this score or more are kept, at least `m` of them once there were as many.
    least: u32,
    /// Rows of at least that score, so far.
    above: usize,
    /// Rows of each score.
    counts: Vec<u32>,
    kept: Vec<(u32, u32)>,
}

impl Counted {
    /// A filter for the best `m > 0` rows, whose scores are at most `most`.
    pub(crate) fn new(m: usize, most: usize) -> Self {
        Self {
            m,
            least: 0,
            above: 0,
            counts: vec![0; most + 1],
            // At most `m - 1 + BLOCK` are of the least score or better.
            kept: Vec::with_capacity(2 * (m + BLOCK)),
        }
    }

    /// Looks at consecutive rows, the first of them `first`. Calls are in ascending order.
    pub(crate) fn offer(&mut self, passing: Passing, scores: &[u32], first: usize) {
        for (block, scores) in scores.chunks(BLOCK).enumerate() {
            let mut good = [0; BLOCK];
            let count = passing(scores, self.pass(), &mut good[..scores.len()]);
            self.take(scores, &good[..count], first + block * BLOCK);
        }
    }

    /// What a row must score: one of the least score comes after `m` rows of that score or more.
    fn pass(&self) -> u32 {
        self.least + u32::from(self.above >= self.m)
    }

    /// Keeps the rows at the positions `good`.
    fn take(&mut self, scores: &[u32], good: &[u32], first: usize) {
        if self.kept.len() + good.len() > self.kept.capacity() {
            self.kept.retain(|&(score, _)| score >= self.least);
        }
        self.kept.extend(good.iter().map(|&at| {
            let score = scores[at as usize];
            self.counts[score as usize] += 1;
            (score, first as u32 + at)
        }));
        self.above += good.len();
        // Without those of the least score there are enough: they are out.
        while self.above - self.counts[self.least as usize] as usize >= self.m {
            self.above -= self.counts[self.least as usize] as usize;
            self.least += 1;
        }
    }

    /// Offers what was kept to the selection, best first. The counts give every row its place,
    /// so the selection has nothing left to sort.
    pub(crate) fn finish(mut self, best: &mut Select<'_, u32>) {
        let mut place = 0;
        for count in self.counts[self.least as usize..].iter_mut().rev() {
            place += std::mem::replace(count, place);
        }
        let mut ordered = vec![(0, 0); self.above];
        for &(score, row) in self.kept.iter().filter(|&&(score, _)| score >= self.least) {
            let place = &mut self.counts[score as usize];
            ordered[*place as usize] = (score, row);
            *place += 1;
        }
        let chosen = ordered.iter().take(self.m);
        chosen.for_each(|&(score, row)| best.push(score, row));
    }
}

#[cfg(test)]
mod tests {
    use super::super::select::Selector;
    use super::Counted;

    /// The filter changes nothing: with it and without it the selection is the same.
    #[test]
    fn the_selection_is_that_of_all_rows() {
        let passing = crate::kernels::any().passing;
        let mut state = 7u32;
        let mut step = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        for limit in [1, 2, 30, 1000] {
            for order in 0..3 {
                let mut scores: Vec<u32> = (0..3000).map(|_| step() % limit).collect();
                match order {
                    0 => scores.sort_unstable(),
                    1 => scores.sort_unstable_by(|a, b| b.cmp(a)),
                    _ => {}
                }
                for m in [1, 2, 31, 500, 2999, 3000, 4000] {
                    let (mut plain, mut filtered) = (Selector::default(), Selector::default());
                    let (mut all, mut some) = (plain.start(m), filtered.start(m));
                    all.push_run(&scores, 5);
                    let mut filter = Counted::new(m, 1000);
                    for (block, scores) in scores.chunks(100).enumerate() {
                        filter.offer(passing, scores, 5 + 100 * block);
                    }
                    filter.finish(&mut some);
                    let expected: Vec<_> = all.finish().collect();
                    assert_eq!(some.finish().collect::<Vec<_>>(), expected, "{limit} {m}");
                }
            }
        }
    }
}
