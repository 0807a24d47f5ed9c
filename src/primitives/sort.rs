//! The order of the coordinates of a vector.
//!
//! The naive way sorts (value, index) pairs by comparison. Departures from it:
//!
//! 1. A value is mapped to 16 bits by its place between the smallest and the largest one. The map
//!    keeps the order: subtraction, product and rounding are monotonic. Values that differ may
//!    meet in one place.
//! 2. Two counting passes of eight bits sort the places. They are stable, so that equal places
//!    keep the order of their indices.
//! 3. The few runs of one place are put in order by value, then index.
//! 4. A short vector, and one whose range gives no map, is sorted by comparison. So is a long run
//!    of one place, where values crowd and places tell little.

use crate::lanes::extremes;
use crate::order;

/// The sort with its buffers. An element is a place above an index: both have 16 bits.
#[derive(Default)]
pub(crate) struct Sorter {
    items: Vec<u32>,
    other: Vec<u32>,
    keys: Vec<u64>,
}

/// Values below which the counting passes do not pay.
const SHORT: usize = 64;

/// Longest run of one place that is put in order by insertion; longer ones are sorted.
const RUN: usize = 16;

impl Sorter {
    /// Elements whose low 16 bits are the indices of `v`, ascending by value, then by index. `v`
    /// is finite and has at most 65,536 values. 0.0 and -0.0 are equal.
    pub(crate) fn sort(&mut self, v: &[f32]) -> &[u32] {
        self.items.clear();
        match scale(v) {
            Some((low, scale)) if v.len() >= SHORT => self.count(v, low, scale),
            _ => self.compare(v),
        }
        &self.items
    }

    fn compare(&mut self, v: &[f32]) {
        self.keys.clear();
        let keyed = v.iter().zip(0u64..);
        // The index in the low bits makes an unstable sort give the stable order.
        self.keys
            .extend(keyed.map(|(&x, i)| u64::from(order::key(x)) << 16 | i));
        self.keys.sort_unstable();
        self.items.clear();
        let indices = self.keys.iter().map(|&key| key as u32 & 0xffff);
        self.items.extend(indices);
    }

    fn count(&mut self, v: &[f32], low: f32, scale: f32) {
        // Adding 2^23 leaves the rounded number in the low bits; a cast would not vectorise.
        let place = |x: f32| ((x - low) * scale + 8_388_608.0).to_bits() & 0xffff;
        let placed = v.iter().zip(0u32..).map(|(&x, i)| place(x) << 16 | i);
        self.items.extend(placed);
        self.other.resize(v.len(), 0);
        let (mut first, mut second) = ([0u32; 256], [0u32; 256]);
        for item in &self.items {
            first[(item >> 16 & 0xff) as usize] += 1;
            second[(item >> 24) as usize] += 1;
        }
        scatter(&self.items, &mut self.other, &mut first, 16);
        scatter(&self.other, &mut self.items, &mut second, 24);
        self.mend(v);
    }

    /// Orders the runs of one place by value.
    fn mend(&mut self, v: &[f32]) {
        let mut at = 1;
        while at < self.items.len() {
            if self.items[at] >> 16 != self.items[at - 1] >> 16 {
                at += 1;
                continue;
            }
            let place = self.items[at] >> 16;
            let rest = &self.items[at - 1..];
            let run = rest.iter().take_while(|&&item| item >> 16 == place).count();
            let run_of = &mut self.items[at - 1..at - 1 + run];
            if run > RUN {
                let value = |item: u32| order::key(v[usize::from(item as u16)]);
                run_of.sort_unstable_by_key(|&item| (value(item), item));
            } else {
                insert(run_of, v);
            }
            at += run;
        }
    }
}

/// Sorts a short run by insertion. It is in the order of the indices, and equal values stay so.
fn insert(run: &mut [u32], v: &[f32]) {
    let value = |item: u32| v[usize::from(item as u16)];
    for end in 1..run.len() {
        let mut at = end;
        while at > 0 && value(run[at]) < value(run[at - 1]) {
            run.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Smallest value and places per unit; `None` where that is no map to places.
fn scale(v: &[f32]) -> Option<(f32, f32)> {
    let (low, high) = extremes(v);
    let scale = PLACES / (high - low);
    // Not finite: the values are equal, or nearly. Zero: the range overflows.
    (scale.is_finite() && scale > 0.0).then_some((low, scale))
}

/// Number of places: below 2^16 by more than the rounding of the map.
const PLACES: f32 = 65_000.0;

/// One stable counting pass by the eight bits at `shift`. `counts` are those of `from`.
fn scatter(from: &[u32], to: &mut [u32], counts: &mut [u32; 256], shift: u32) {
    let mut start = 0;
    for count in counts.iter_mut() {
        start += std::mem::replace(count, start);
    }
    for &item in from {
        let slot = &mut counts[(item >> shift & 0xff) as usize];
        to[*slot as usize] = item;
        *slot += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Sorter, SHORT};
    use proptest::prelude::*;

    fn naive(v: &[f32]) -> Vec<u32> {
        let mut order: Vec<u32> = (0..v.len() as u32).collect();
        order.sort_by(|&a, &b| v[a as usize].partial_cmp(&v[b as usize]).unwrap());
        order
    }

    fn check(v: &[f32], sorter: &mut Sorter) {
        let found: Vec<u32> = sorter.sort(v).iter().map(|item| item & 0xffff).collect();
        assert_eq!(found, naive(v), "{v:?}");
    }

    /// One outlier sends all other values to one place; a range that overflows has no map.
    #[test]
    fn values_that_crowd() {
        let mut sorter = Sorter::default();
        let wave = |i: usize| (i as f32 * 12.9).sin();
        for d in [SHORT, 300, 65_535] {
            let plain: Vec<f32> = (0..d).map(wave).collect();
            for (at, outlier) in [(0, 1e30), (d / 2, -f32::MAX), (d - 1, f32::MAX)] {
                let mut v = plain.clone();
                v[at] = outlier;
                check(&v, &mut sorter);
                v[d / 3] = -outlier;
                check(&v, &mut sorter);
            }
            check(&plain, &mut sorter);
            check(&vec![-0.5; d], &mut sorter);
            let few: Vec<f32> = (0..d).map(|i| [0.0, -0.0, 1e-45, -1e-45][i % 4]).collect();
            check(&few, &mut sorter);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn any_finite_values(v in prop::collection::vec(
            prop_oneof![
                4 => -1.0f32..1.0,
                2 => prop::sample::select(vec![0.0f32, -0.0, 0.5, 0.5000001, 1e-45]),
                1 => prop::num::f32::NORMAL,
            ],
            0..400,
        )) {
            check(&v, &mut Sorter::default());
        }
    }
}
