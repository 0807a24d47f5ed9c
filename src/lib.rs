//! Training-free ordinal and sign quantization for vector retrieval.
//!
//! A vector is replaced by the order of its coordinates ([`Rank`]), by the order in coarse
//! buckets ([`RankQuant`]), by the set of its largest coordinates ([`Bitmap`]) or by its signs
//! ([`SignBitmap`]). Nothing is learnt from the data, so an index can be built row by row and
//! two builds of the same rows are equal to the last byte.
//!
//! ```
//! let mut index = ordvec::RankQuant::new(8, 2)?;
//! index.add(&[
//!     0.1, 0.9, -0.3, 0.5, 0.2, -0.8, 0.7, 0.0, // row 0
//!     -0.1, -0.9, 0.3, -0.5, -0.2, 0.8, -0.7, 0.0, // row 1
//! ])?;
//! let found = index.search_asymmetric(&[0.1, 0.9, -0.3, 0.5, 0.2, -0.8, 0.7, 0.0], 1)?;
//! assert_eq!(found.indices_for_query(0), [0]);
//! # Ok::<(), ordvec::Error>(())
//! ```
//!
//! # The calls
//!
//! Vectors are `&[f32]`, row-major, their length a multiple of the dimension, their values
//! finite. Bad input is an [`Error`] and changes nothing; no call panics on it.
//!
//! - **Primitives** [`rank_transform`], [`rank_to_bucket`], [`bucket_ranks`], [`pack_buckets`],
//!   [`unpack_buckets`], [`rankquant_bytes_per_vec`], [`bucket_centre`], [`rank_norm`],
//!   [`rankquant_norm`], [`rankquant_eval_search`].
//! - **Every index** `new`, `add`, `swap_remove`, `len`, `is_empty`, `dim`, `bytes_per_vec`,
//!   `byte_size`; `write`, `write_to`, `load`, `read_from`, `load_from_bytes` with
//!   [`std::io::Error`].
//! - [`Rank`] `search`, `search_asymmetric`.
//! - [`RankQuant`] `new_asymmetric`, `bits`, `symmetric_supported`, `search`,
//!   `search_asymmetric`, `search_asymmetric_subset`,
//!   `search_asymmetric_subset_batched_serial_into` with [`SubsetScratch`].
//! - [`Bitmap`] `n_top`, `search`, `search_subset`, `top_m_candidates`,
//!   `top_m_candidates_batched`, `top_m_candidates_batched_chunked`,
//!   `top_m_candidates_batched_serial_csr`, `build_query_bitmap_fp32`,
//!   `body_overlap_scores_subset`.
//! - [`SignBitmap`] `top_m_candidates`, `top_m_candidates_batched`,
//!   `top_m_candidates_batched_serial_csr`, `score_all`, `score_all_batched`,
//!   `score_all_batched_flat`, `build_query_bitmap`.
//! - **Results** [`SearchResults`], [`CandidateBatch`].
//! - **Files** [`rank_io`], **instruction sets** [`simd`], **limits** [`MAX_DIM`],
//!   [`MAX_SIGN_BITMAP_DIM`], [`MAX_VECTORS`].
//!
//! # The search contract
//!
//! Results are ordered by score, descending, then by row id, ascending. `k` is clamped to the
//! rows searched; an empty index or `k = 0` gives results of width 0. Integer scores are exact.
//! Float scores differ by less than 1e-4 between kernels. A call over many queries gives each
//! query what a call for it alone gives, to the last bit.
//!
//! # Features
//!
//! `simd-avx2`, `simd-avx512`, `simd-neon` (all default) each compile one instruction set in,
//! see [`simd`]. `serde` derives `Serialize` and `Deserialize` on [`SearchResults`].
//! `experimental` and `test-utils` promise no stability.

#![deny(missing_docs, unsafe_code)]
#![warn(unreachable_pub)]

mod bit_rows;
mod bitmap;
mod error;
mod kernels;
mod limits;
mod order;
mod primitives;
mod query;
mod rank;
pub mod rank_io;
mod rankquant;
mod rows;
mod search;
mod sign_bitmap;
pub mod simd;
mod top_set;
mod validate;

pub use bitmap::Bitmap;
pub use error::{Error, Result};
pub use limits::{MAX_DIM, MAX_SIGN_BITMAP_DIM, MAX_VECTORS, MIN_DIM};
pub use primitives::{
    bucket_centre, bucket_ranks, pack_buckets, rank_norm, rank_to_bucket, rank_transform,
    rankquant_bytes_per_vec, rankquant_norm, unpack_buckets,
};
pub use rank::Rank;
pub use rankquant::{rankquant_eval_search, RankQuant, SubsetScratch};
pub use search::{CandidateBatch, SearchResults};
pub use sign_bitmap::SignBitmap;
