//! Searches over all rows.

use super::bound::Quantised;
use super::index::{Bucketer, RankQuant};
use super::scan::scan;
use super::symmetric::Cosine;
use crate::error::{Error, Result};
use crate::kernels::{self, CodePlanes, IntQueries, Kernels, QueryPlanes};
use crate::primitives::{centre, rankquant_norm_squared};
use crate::query::normalise_into;
use crate::search::{prepare, scan_rows, Refine, Rows, SearchResults, Spread, Task};
use crate::validate;

/// A float query, ready for the kernels, and what turns a raw sum into a score.
#[derive(Clone, Debug, Default)]
pub(super) struct AsymmetricQuery {
    unit: Vec<f32>,
    pub(super) planes: QueryPlanes,
    /// Empty for 8 bits, which have no integer scan.
    pub(super) quantised: Quantised,
    /// `centre * sum_i q_i`, which the raw codes add to every row.
    offset: f64,
    /// `1 / rankquant_norm(dim, bits)`.
    scale: f64,
}

impl AsymmetricQuery {
    /// Prepares a finite query, reusing the buffers.
    pub(super) fn fill(&mut self, query: &[f32], bits: u8) {
        normalise_into(query, &mut self.unit);
        self.planes.fill(&self.unit, bits);
        if bits < 8 {
            self.quantised.fill(&self.unit, bits);
        }
        self.offset = centre(bits) * self.unit.iter().map(|&q| f64::from(q)).sum::<f64>();
        self.scale = 1.0 / rankquant_norm_squared(query.len(), bits).sqrt();
    }

    /// Forgets the query and keeps the buffers.
    pub(super) fn clear(&mut self) {
        self.unit.clear();
        self.planes.fill(&[], 8);
        self.quantised.values.clear();
    }

    fn new(query: &[f32], bits: u8) -> Self {
        let mut prepared = Self::default();
        prepared.fill(query, bits);
        prepared
    }

    /// The score of a row whose raw sum is `dot`.
    pub(super) fn score(&self, dot: f64) -> f32 {
        ((dot - self.offset) * self.scale) as f32
    }
}

/// A query with the kernels that score a row exactly.
pub(super) struct Exact<'a> {
    pub(super) kernels: &'a Kernels,
    pub(super) query: &'a AsymmetricQuery,
}

impl Refine<u8> for Exact<'_> {
    type Product = i32;
    const LEAST: i32 = i32::MIN;

    fn least(&self, score: f32) -> i32 {
        self.query.quantised.least(score)
    }

    fn score(&self, row: &[u8], _: i32) -> f32 {
        let mut dot = [0.0];
        (self.kernels.float_code)(&self.query.planes, row, &mut dot);
        self.query.score(dot[0])
    }
}

impl RankQuant {
    /// Cosine of each query's centred buckets with those of every row; the best `k` rows.
    ///
    /// `queries` holds row-major queries. Queries are searched in parallel.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`]; [`Error::Unsupported`] for an
    /// index of [`RankQuant::new_asymmetric`] whose dimension is not a multiple of 256.
    pub fn try_search(&self, queries: &[f32], k: usize) -> Result<SearchResults> {
        if !self.symmetric_supported() {
            return Err(Error::Unsupported {
                reason: "the symmetric search with bits 8 needs a dimension that is a multiple \
                         of 256; use search_asymmetric",
            });
        }
        validate::rows(queries, self.dim)?;
        Ok(self.symmetric(kernels::active()?, queries, k))
    }

    /// [`RankQuant::search`] of proven queries with given kernels.
    pub(super) fn symmetric(&self, kernels: &Kernels, queries: &[f32], k: usize) -> SearchResults {
        let codes = prepare(queries, self.dim, |query| {
            Bucketer::default().codes(query, self.bits).to_vec()
        });
        let cosine = Cosine::new(self.dim, self.bits);
        if self.bits == 8 {
            return self.symmetric_of_bytes(kernels, &codes, cosine, k);
        }
        self.spread(codes.len(), k).results(|task: Task, best| {
            let queries = self.integers(codes[task.queries.clone()].iter().map(|codes| {
                // Codes of at most four bits: the cast keeps them.
                codes.iter().map(|&code| code as i8).collect()
            }));
            let refine = vec![cosine; task.queries.len()];
            scan(kernels, &self.packed(), task.rows, &queries, &refine, best);
        })
    }

    /// `sum_i q_i centre(code_i) / norm` of each L2-normalised query with every row; the best
    /// `k` rows.
    ///
    /// A query of norm zero scores 0 with every row.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_search_asymmetric(&self, queries: &[f32], k: usize) -> Result<SearchResults> {
        validate::rows(queries, self.dim)?;
        Ok(self.asymmetric(kernels::active()?, queries, k))
    }

    /// [`RankQuant::search_asymmetric`] of proven queries with given kernels.
    pub(super) fn asymmetric(&self, kernels: &Kernels, queries: &[f32], k: usize) -> SearchResults {
        let bits = self.bits;
        let prepared = prepare(queries, self.dim, |query| AsymmetricQuery::new(query, bits));
        if bits == 8 {
            return self.asymmetric_of_bytes(kernels, &prepared, k);
        }
        self.spread(prepared.len(), k).results(|task: Task, best| {
            let of_task = &prepared[task.queries];
            let values = of_task.iter().map(|query| query.quantised.values.clone());
            let exact = |query| Exact { kernels, query };
            let refine: Vec<_> = of_task.iter().map(exact).collect();
            let queries = self.integers(values);
            scan(kernels, &self.packed(), task.rows, &queries, &refine, best);
        })
    }

    /// Whether [`RankQuant::try_search`] can be called: every bucket has equally many coordinates.
    pub fn symmetric_supported(&self) -> bool {
        self.dim.is_multiple_of(1 << self.bits)
    }

    pub(super) fn packed(&self) -> Rows<'_, u8> {
        Rows {
            values: &self.packed,
            width: self.bytes_per_vec(),
        }
    }

    fn spread(&self, nq: usize, k: usize) -> Spread {
        Spread {
            nq,
            len: self.len(),
            row_bytes: self.bytes_per_vec(),
            k: k.min(self.len()),
        }
    }

    fn integers(&self, values: impl ExactSizeIterator<Item = Vec<i8>>) -> IntQueries {
        let mut queries = IntQueries::default();
        queries.start(self.dim, self.bits, values.len());
        values
            .enumerate()
            .for_each(|(index, values)| queries.set(index, &values));
        queries
    }

    /// The symmetric search with 8 bits, which has no integer scan.
    fn symmetric_of_bytes(
        &self,
        kernels: &Kernels,
        codes: &[Vec<u8>],
        cosine: Cosine,
        k: usize,
    ) -> SearchResults {
        let planes_of = |codes: &Vec<u8>| {
            let mut planes = CodePlanes::default();
            planes.fill(codes, 8);
            planes
        };
        self.spread(codes.len(), k).results(|task: Task, best| {
            let planes: Vec<_> = codes[task.queries].iter().map(planes_of).collect();
            let raw = |query: usize, rows: &[u8], out: &mut [u64]| {
                (kernels.code_code)(&planes[query], rows, out)
            };
            let finish = |_, product| cosine.of(product);
            scan_rows(&self.packed, self.dim, task.rows, raw, finish, best);
        })
    }

    /// The asymmetric search with 8 bits, which has no integer scan: a row need not have equally
    /// many coordinates in every bucket.
    fn asymmetric_of_bytes(
        &self,
        kernels: &Kernels,
        prepared: &[AsymmetricQuery],
        k: usize,
    ) -> SearchResults {
        self.spread(prepared.len(), k).results(|task: Task, best| {
            let of_task = &prepared[task.queries];
            let raw = |query: usize, rows: &[u8], out: &mut [f64]| {
                (kernels.float_code)(&of_task[query].planes, rows, out)
            };
            let finish = |query: usize, dot| of_task[query].score(dot);
            scan_rows(&self.packed, self.dim, task.rows, raw, finish, best);
        })
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
