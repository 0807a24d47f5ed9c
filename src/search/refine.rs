//! Exact scores of those rows alone whose integer products could be good enough.

use super::select::Select;

/// Products looked at together.
const RUN: usize = 32;

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

/// Offers the rows whose products could be good enough. `id` is the id of the row at a position.
pub(crate) fn offer<T, R: Refine<T>>(
    rows: &Rows<'_, T>,
    products: &[R::Product],
    id: impl Fn(usize) -> usize,
    refine: &R,
    best: &mut Select<'_, f32>,
) {
    let least_of = |best: &Select<'_, f32>| best.bound().map_or(R::LEAST, |b| refine.least(b));
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
                let id = id(run * RUN + at);
                let row = crate::rows::row(rows.values, rows.width, id);
                best.push(refine.score(row, product), id as u32);
            }
        }
        least = least_of(best);
    }
}
