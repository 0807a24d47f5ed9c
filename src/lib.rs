//! Training-free ordinal and sign quantization for vector retrieval.
//!
//! A vector is replaced by the order of its coordinates ([`Rank`]), by the order in coarse
//! buckets ([`RankQuant`]), by the set of its largest coordinates ([`Bitmap`]) or by its signs
//! ([`SignBitmap`]). Nothing is learnt from the data, so an index can be built row by row and
//! two builds of the same rows are equal to the last byte.
//!
//! ```
//! let mut index = ordvec::RankQuant::new(8, 2);
//! index.add(&[
//!     0.1, 0.9, -0.3, 0.5, 0.2, -0.8, 0.7, 0.0, // row 0
//!     -0.1, -0.9, 0.3, -0.5, -0.2, 0.8, -0.7, 0.0, // row 1
//! ]);
//! let found = index.search_asymmetric(&[0.1, 0.9, -0.3, 0.5, 0.2, -0.8, 0.7, 0.0], 1);
//! assert_eq!(found.indices_for_query(0), [0]);
//! ```
//!
//! # The calls
//!
//! Vectors are `&[f32]`, row-major, their length a multiple of the dimension, their values
//! finite. Each call that can refuse its arguments has two forms. The plain one (`new`, `add`,
//! `search`, …) returns its value and panics at the caller's line. The `try_` one (`try_new`,
//! `try_add`, `try_search`, …) returns an [`OrdvecError`] with the same text, and never panics on
//! what it is given; it is the one for arguments that the program has not made itself. A refused
//! call of either form has changed nothing.
//!
//! ```
//! let refused = ordvec::RankQuant::try_new(6, 2).unwrap_err();
//! assert!(refused.to_string().contains("multiple of 4"));
//! ```
//!
//! - **Primitives** [`rank_transform`], [`rank_transform_into`], [`rank_to_bucket`],
//!   [`bucket_ranks`], [`pack_buckets`], [`unpack_buckets`], [`rankquant_bytes_per_vec`],
//!   [`bucket_centre`], [`rank_norm`], [`rankquant_norm`], [`rankquant_eval_search`]; also in
//!   [`rank`].
//! - **Every index** `new`, `add`, `swap_remove`, `len`, `is_empty`, `dim`, `bytes_per_vec`,
//!   `byte_size`; `write`, `write_to`, `load`, `read_from`, `load_from_bytes` with
//!   [`std::io::Error`].
//! - [`Rank`] `search`, `search_asymmetric`.
//! - [`RankQuant`] `validate_params`, `new_asymmetric`, `bits`, `capability`,
//!   `symmetric_supported`, `search`, `search_asymmetric`, `search_asymmetric_subset`,
//!   `search_asymmetric_subset_batched_serial`, the same `_into` with [`SubsetScratch`],
//!   `search_with_sign_probe` with [`TwoStageCandidatePolicy`].
//! - [`Bitmap`] `validate_params`, `n_top`, `search`, `search_subset`, `top_m_candidates`,
//!   `top_m_candidates_batched`, `top_m_candidates_batched_chunked`,
//!   `top_m_candidates_batched_serial_csr`, `build_query_bitmap_fp32`,
//!   `body_overlap_scores_subset`.
//! - [`SignBitmap`] `validate_dim`, `top_m_candidates`, `top_m_candidates_batched`,
//!   `top_m_candidates_batched_serial_csr`, `score_all`, `score_all_batched`,
//!   `score_all_batched_flat`, `build_query_bitmap`.
//! - **Checks** [`validate_flat_vectors_len`], [`validate_candidate_ids`], for callers that check
//!   before they call.
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
//! see [`simd`]. `serde` derives `Serialize` and `Deserialize` on [`SearchResults`]. `early-sync`
//! lets a `write` on Linux send each piece to the disk while the next one is being written, for
//! which it adds `rustix`; the wheels and the C ABI have it. Without it the core needs `rayon` alone.
//! `experimental` and `test-utils` promise no stability.

#![deny(missing_docs, unsafe_code)]
#![warn(unreachable_pub)]

/// The crate's page on crates.io, whose examples run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod bit_rows;
mod bitmap;
mod error;
mod kernels;
mod lanes;
mod limits;
mod order;
mod panicking;
mod primitives;
mod query;
pub mod rank;
pub mod rank_io;
mod rankquant;
mod rows;
mod search;
pub mod sign_bitmap;
pub mod simd;
mod top_set;
mod validate;

pub use bitmap::Bitmap;
pub use error::{OrdvecError, Result};
pub use limits::{MAX_DIM, MAX_SIGN_BITMAP_DIM, MAX_VECTORS, MIN_DIM};
pub use panicking::rankquant_eval_search;
pub use rank::{
    bucket_centre, bucket_ranks, pack_buckets, rank_norm, rank_to_bucket, rank_transform,
    rank_transform_into, rankquant_bytes_per_vec, rankquant_norm, try_bucket_centre,
    try_bucket_ranks, try_pack_buckets, try_rank_to_bucket, try_rank_transform,
    try_rank_transform_into, try_rankquant_bytes_per_vec, try_rankquant_norm, try_unpack_buckets,
    unpack_buckets, Rank,
};
pub use rank_io::{probe_index_metadata, IndexKind, IndexMetadata, IndexParams};
pub use rankquant::{
    try_rankquant_eval_search, RankQuant, RankQuantCapability, SubsetScratch,
    TwoStageCandidatePolicy,
};
#[doc(hidden)] // for the Python extension, which must not use the global pool
pub use search::with_pool;
pub use search::SearchResults;
pub use sign_bitmap::{CandidateBatch, SignBitmap};
pub use validate::{validate_candidate_ids, validate_flat_vectors_len};

/// The name of [`Rank`] before 0.2.
#[deprecated(since = "0.2.0", note = "use `Rank`")]
pub type RankIndex = Rank;
/// The name of [`RankQuant`] before 0.2.
#[deprecated(since = "0.2.0", note = "use `RankQuant`")]
pub type RankQuantIndex = RankQuant;
/// The name of [`Bitmap`] before 0.2.
#[deprecated(since = "0.2.0", note = "use `Bitmap`")]
pub type BitmapIndex = Bitmap;
/// The name of [`SignBitmap`] before 0.2.
#[deprecated(since = "0.2.0", note = "use `SignBitmap`")]
pub type SignBitmapIndex = SignBitmap;
