//! Exact scores of those rows alone whose integer products could be good enough.

use super::select::Select;
use std::cmp::Ordering;

/// Products looked at together.
const RUN: usize = 32;

/// Most products of a call.
const MOST: usize = 128;

/// What makes an integer product a score of a row of `T`.
pub(crate) trait Refine<T> {
    /// The product.
    type Product: Copy + PartialOrd;
    /// No product is less.
    const LEAST: Self::Product;
    /// The least product with which a row can score `score` or more.
    fn least(&self, score: f32) -> Self::Product;
    /// The score of a row with that product.
    fn score(&self, row: &[T], product: Self::Product) -> f32;
}

/// The rows of an index, each `width` elements long.
pub(crate) struct Rows<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) width: usize,
}

/// Offers the rows whose products could be good enough, at most [`MOST`] of them. `id` is the id of
/// the row at a position.
pub(crate) fn offer<T, R: Refine<T>>(
    rows: &Rows<'_, T>,
    products: &[R::Product],
    id: impl Fn(usize) -> usize,
    refine: &R,
    best: &mut Select<'_, f32>,
) {
    let push = |at: usize, best: &mut Select<'_, f32>| {
        let id = id(at);
        let row = crate::rows::row(rows.values, rows.width, id);
        best.push(refine.score(row, products[at]), id as u32);
    };
    let least_of = |best: &Select<'_, f32>| best.bound().map_or(R::LEAST, |b| refine.least(b));
    if best.bound().is_none() {
        return begin(products, least_of, push, best);
    }
    let mut least = least_of(best);
    for (run, products) in products.chunks(RUN).enumerate() {
        // No early exit, so that it vectorises. Almost always no row of the run is any good.
        if !products
            .iter()
            .fold(false, |any, &product| any | (product >= least))
        {
            continue;
        }
        for (at, &product) in products.iter().enumerate() {
            if product >= least {
                push(run * RUN + at, best);
            }
        }
        least = least_of(best);
    }
}

/// Offers rows while there is no bound. The best products come first: the scores of those rows
/// give a bound that turns most of the others away.
fn begin<P: Copy + PartialOrd>(
    products: &[P],
    least_of: impl Fn(&Select<'_, f32>) -> P,
    push: impl Fn(usize, &mut Select<'_, f32>),
    best: &mut Select<'_, f32>,
) {
    let mut order: [u8; MOST] = std::array::from_fn(|at| at as u8);
    let (order, k) = (&mut order[..products.len()], best.k());
    if k < order.len() {
        let product = |at: &u8| products[usize::from(*at)];
        let descending = |a: &u8, b: &u8| product(b).partial_cmp(&product(a));
        order.select_nth_unstable_by(k, |a, b| descending(a, b).unwrap_or(Ordering::Equal));
    }
    let mut least = least_of(best);
    for (count, &at) in order.iter().enumerate() {
        if count == k {
            best.settle();
            least = least_of(best);
        }
        if products[usize::from(at)] >= least {
            push(at.into(), best);
        }
    }
}
