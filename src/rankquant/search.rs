//! Searches over all rows.

use super::index::{Bucketer, RankQuant};
use crate::error::{Error, Result};
use crate::kernels::{self, CodePlanes, QueryPlanes};
use crate::primitives::{centre, rankquant_norm_squared};
use crate::query::normalise_into;
use crate::search::{best_rows, collect_rows, SearchResults};
use crate::validate;

/// A float query, ready for the kernels, and what turns a raw sum into a score.
#[derive(Clone, Debug, Default)]
pub(super) struct AsymmetricQuery {
    unit: Vec<f32>,
    pub(super) planes: QueryPlanes,
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
        self.offset = centre(bits) * self.unit.iter().map(|&q| f64::from(q)).sum::<f64>();
        self.scale = 1.0 / rankquant_norm_squared(query.len(), bits).sqrt();
    }

    /// Forgets the query and keeps the buffers.
    pub(super) fn clear(&mut self) {
        self.unit.clear();
        self.planes.fill(&[], 8);
    }

    /// The score of a row whose raw sum is `dot`.
    pub(super) fn score(&self, dot: f64) -> f32 {
        ((dot - self.offset) * self.scale) as f32
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
        let kernel = kernels::active()?.code_code;
        let (middle, scale) = self.symmetric_finish();
        let finish = |dot: u64| ((dot as f64 - middle) * scale) as f32;
        collect_rows(
            queries,
            self.dim,
            k.min(self.len()),
            |query, scores, indices| {
                let mut planes = CodePlanes::default();
                planes.fill(Bucketer::default().codes(query, self.bits), self.bits);
                let raw = |rows: &[u8], out: &mut [u64]| kernel(&planes, rows, out);
                best_rows(
                    &self.packed,
                    self.bytes_per_vec(),
                    raw,
                    finish,
                    scores,
                    indices,
                );
                Ok(())
            },
        )
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
        let kernel = kernels::active()?.float_code;
        collect_rows(
            queries,
            self.dim,
            k.min(self.len()),
            |query, scores, indices| {
                let mut prepared = AsymmetricQuery::default();
                prepared.fill(query, self.bits);
                let raw = |rows: &[u8], out: &mut [f64]| kernel(&prepared.planes, rows, out);
                let finish = |dot| prepared.score(dot);
                best_rows(
                    &self.packed,
                    self.bytes_per_vec(),
                    raw,
                    finish,
                    scores,
                    indices,
                );
                Ok(())
            },
        )
    }

    /// Whether [`RankQuant::try_search`] can be called: every bucket has equally many coordinates.
    pub fn symmetric_supported(&self) -> bool {
        self.dim.is_multiple_of(1 << self.bits)
    }

    /// What an exact product of two code rows becomes: `(dot - middle) * scale`. Both rows sum to
    /// `dim * centre`, so centring them takes `dim * centre^2` off the product.
    fn symmetric_finish(&self) -> (f64, f64) {
        let centre = centre(self.bits);
        let norm_squared = rankquant_norm_squared(self.dim, self.bits);
        (self.dim as f64 * centre * centre, 1.0 / norm_squared)
    }
}
