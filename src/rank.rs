//! The index of full ranks: two bytes per coordinate, Spearman and asymmetric scores; and the
//! free functions on ranks and buckets.

mod bound;

use self::bound::{Exact, Query};
use crate::error::{Error, Result};
use crate::kernels::rank_ints::middle;
use crate::kernels::{self, Kernels, RankInts};
use crate::limits::{MAX_DIM, MIN_DIM};
use crate::primitives::{rank_norm_squared, Ranker};
use crate::rank_io::{self, Header, IndexKind, IndexParams, Stored};
use crate::rows;
use crate::rows::debug_parameters;
use crate::search::{blocks, offer, prepare, scan_rows, Rows, SearchResults, Spread, Task};
use crate::validate;
use rayon::prelude::*;
use std::io;

pub use crate::panicking::{
    bucket_centre, bucket_ranks, pack_buckets, rank_to_bucket, rank_transform, rank_transform_into,
    rankquant_bytes_per_vec, rankquant_norm, unpack_buckets,
};
pub use crate::primitives::{
    rank_norm, try_bucket_centre, try_bucket_ranks, try_pack_buckets, try_rank_to_bucket,
    try_rank_transform, try_rank_transform_into, try_rankquant_bytes_per_vec, try_rankquant_norm,
    try_unpack_buckets,
};

/// Rows of the integer scan that go together: enough to hide a kernel call, few enough for a near
/// cache, where the further queries of a task find them.
const BLOCK: usize = 128;

/// Vectors stored as the ranks of their coordinates, `2 * dim` bytes each.
#[derive(Clone, PartialEq)]
pub struct Rank {
    dim: usize,
    ranks: Vec<u16>,
}

debug_parameters!(Rank: dim);

/// The dimension rule, for constructors and files.
pub(crate) fn check(dim: usize) -> Result<()> {
    if (MIN_DIM..=MAX_DIM).contains(&dim) {
        return Ok(());
    }
    Err(Error::dim(dim, format!("from {MIN_DIM} to {MAX_DIM}")))
}

impl Rank {
    /// An empty index.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless `dim` is 2 to [`MAX_DIM`].
    pub fn try_new(dim: usize) -> Result<Self> {
        check(dim)?;
        Ok(Self {
            dim,
            ranks: Vec::new(),
        })
    }

    /// Adds row-major vectors. Row ids continue from [`Rank::len`].
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::TooManyVectors`]; the index is then as
    /// it was.
    pub fn try_add(&mut self, vectors: &[f32]) -> Result<()> {
        let more = validate::rows(vectors, self.dim)?;
        validate::room(self.len(), more)?;
        let start = self.ranks.len();
        self.ranks.resize(start + vectors.len(), 0);
        let outputs = self.ranks[start..].par_chunks_exact_mut(self.dim);
        vectors
            .par_chunks_exact(self.dim)
            .zip(outputs)
            .for_each_init(Ranker::default, |ranker, (vector, ranks)| {
                ranker.rank(vector, ranks)
            });
        Ok(())
    }

    /// Spearman's rank correlation of each query with every row; the best `k` rows.
    ///
    /// `queries` holds row-major queries. Queries are searched in parallel.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_search(&self, queries: &[f32], k: usize) -> Result<SearchResults> {
        let kernel = self.prepare(queries)?.int_rank;
        let (shift, scale) = self.spearman();
        let finish = |_, dot: i64| ((dot as f64 - shift) * scale) as f32;
        let middle = middle(self.dim);
        let prepared = prepare(queries, self.dim, |query| {
            let mut ranks = vec![0; self.dim];
            Ranker::default().rank(query, &mut ranks);
            let centred = |&rank: &u16| rank.wrapping_sub(middle) as i16;
            RankInts::new(ranks.iter().map(centred).collect())
        });
        Ok(self.spread(prepared.len(), k).results(|task: Task, best| {
            let of_task = &prepared[task.queries];
            let raw = |query: usize, rows: &[u16], out: &mut [i64]| {
                kernel(&of_task[query], rows, query > 0, out)
            };
            scan_rows(&self.ranks, self.dim, task.rows, raw, finish, best);
        }))
    }

    /// Cosine of each float query with the centred ranks of every row; the best `k` rows.
    ///
    /// The score is `sum_i q_i (r_i - (dim - 1) / 2) / (|q| rank_norm(dim))`. A query of norm
    /// zero scores 0 with every row.
    ///
    /// # Errors
    /// [`Error::InvalidLength`], [`Error::NotFinite`], [`Error::SimdCap`].
    pub fn try_search_asymmetric(&self, queries: &[f32], k: usize) -> Result<SearchResults> {
        let kernels = self.prepare(queries)?;
        Ok(self.asymmetric(kernels, queries, k))
    }

    /// [`Rank::try_search_asymmetric`] of proven queries with given kernels.
    ///
    /// An integer product of every row comes first; only a row whose product is high enough to be
    /// among the best is scored exactly.
    fn asymmetric(&self, kernels: &Kernels, queries: &[f32], k: usize) -> SearchResults {
        let prepared = prepare(queries, self.dim, Query::new);
        let of_index = Rows {
            values: &self.ranks,
            width: self.dim,
        };
        self.spread(prepared.len(), k).results(|task: Task, best| {
            let mut products = [0; BLOCK];
            for block in task.rows.flat_map(|part| blocks(part, BLOCK)) {
                let products = &mut products[..block.len()];
                let first = block.start;
                let ranks = rows::of(&self.ranks, self.dim, block);
                let queries = prepared[task.queries.clone()].iter();
                for (at, (query, best)) in queries.zip(best.iter_mut()).enumerate() {
                    (kernels.int_rank)(&query.values, ranks, at > 0, products);
                    let exact = Exact { kernels, query };
                    offer(&of_index, products, |at| first + at, &exact, best);
                }
            }
        })
    }

    /// Removes row `idx`. The last row takes its id; the id it had is returned.
    ///
    /// # Errors
    /// [`Error::RowOutOfRange`].
    pub fn try_swap_remove(&mut self, idx: usize) -> Result<usize> {
        validate::row_id(idx, self.len())?;
        Ok(rows::swap_remove(&mut self.ranks, self.dim, idx))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ranks.len() / self.dim
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ranks.is_empty()
    }

    /// Coordinates of a vector.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Bytes of a stored row.
    pub fn bytes_per_vec(&self) -> usize {
        2 * self.dim
    }

    /// Bytes of all stored rows.
    pub fn byte_size(&self) -> usize {
        2 * self.ranks.len()
    }

    fn prepare(&self, queries: &[f32]) -> Result<&'static Kernels> {
        validate::rows(queries, self.dim)?;
        kernels::active()
    }

    fn spread(&self, nq: usize, k: usize) -> Spread {
        Spread {
            nq,
            len: self.len(),
            row_bytes: self.bytes_per_vec(),
            k: k.min(self.len()),
        }
    }

    /// What an exact product of two rank vectors, both less the kernels' middle, becomes:
    /// `(dot - shift) * scale`. That middle is the mean rank or half a rank above it.
    fn spearman(&self) -> (f64, f64) {
        let d = self.dim as f64;
        let off = f64::from(middle(self.dim)) - (d - 1.0) / 2.0;
        (d * off * off, 1.0 / rank_norm_squared(self.dim))
    }
}

impl Stored for Rank {
    type Element = u16;
    const KIND: IndexKind = IndexKind::Rank;

    fn header(&self) -> io::Result<Header> {
        Ok(Header {
            params: IndexParams::Rank,
            dim: self.dim,
            rows: self.len(),
        })
    }

    fn rows(&self) -> &[u16] {
        &self.ranks
    }

    fn check_rows(header: &Header, first: usize, rows: &[u16]) -> io::Result<()> {
        rank_io::permutation(rows, first, header.dim)
    }

    fn from_rows(header: &Header, ranks: Vec<u16>) -> Self {
        Self {
            dim: header.dim,
            ranks,
        }
    }
}

rank_io::file_methods!(Rank);

#[cfg(test)]
#[path = "rank/tests.rs"]
mod tests;
