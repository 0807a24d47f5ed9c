//! The set of the largest coordinates of a vector, as bits.

use crate::order;

/// Which of equal coordinates belong to the set where not all of them fit.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ties {
    /// Those of lower index.
    LowIndex,
    /// Those of higher index: they have the higher ranks.
    HighIndex,
}

/// The selection with its buffer, so that many rows allocate once.
#[derive(Default)]
pub(crate) struct TopSet {
    keys: Vec<u64>,
}

impl TopSet {
    /// Sets in `bits`, which are all clear, the bits of the `n_top` largest coordinates of `v`.
    ///
    /// `0 < n_top < v.len()`, and `bits` holds `v.len()` bits.
    pub(crate) fn mark(&mut self, v: &[f32], n_top: usize, ties: Ties, bits: &mut [u64]) {
        let flip = if ties == Ties::LowIndex { 0xffff } else { 0 };
        let keyed = v
            .iter()
            .zip(0u64..)
            .map(|(&x, i)| u64::from(order::key(x)) << 16 | (i ^ flip));
        self.keys.clear();
        self.keys.extend(keyed);
        let edge = v.len() - n_top;
        self.keys.select_nth_unstable(edge);
        for key in &self.keys[edge..] {
            let index = (key ^ flip) & 0xffff;
            bits[index as usize / 64] |= 1 << (index % 64);
        }
    }
}
