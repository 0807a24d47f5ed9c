//! The plain free functions.

use super::must;
use crate::primitives;
use crate::rankquant;
use crate::search::SearchResults;

/// Rank of each coordinate: `argsort(argsort(v))`, equal values ranked by ascending index.
///
/// # Panics
/// Where [`crate::try_rank_transform`] refuses the call, with its text.
#[track_caller]
pub fn rank_transform(v: &[f32]) -> Vec<u16> {
    must(primitives::try_rank_transform(v))
}

/// [`rank_transform`] into the caller's buffer, which is as long as `v`.
///
/// # Panics
/// Where [`crate::try_rank_transform_into`] refuses the call, with its text.
#[track_caller]
pub fn rank_transform_into(v: &[f32], out: &mut [u16]) {
    must(primitives::try_rank_transform_into(v, out))
}

/// Bucket of a rank: `floor(rank * 2^bits / d)`.
///
/// # Panics
/// Where [`crate::try_rank_to_bucket`] refuses the call, with its text.
#[track_caller]
pub fn rank_to_bucket(rank: u16, d: usize, bits: u8) -> u8 {
    must(primitives::try_rank_to_bucket(rank, d, bits))
}

/// [`rank_to_bucket`] of every element of a rank vector; `d` is its length.
///
/// # Panics
/// Where [`crate::try_bucket_ranks`] refuses the call, with its text.
#[track_caller]
pub fn bucket_ranks(ranks: &[u16], bits: u8) -> Vec<u8> {
    must(primitives::try_bucket_ranks(ranks, bits))
}

/// Packs bucket codes, highest bits first.
///
/// # Panics
/// Where [`crate::try_pack_buckets`] refuses the call, with its text.
#[track_caller]
pub fn pack_buckets(buckets: &[u8], bits: u8) -> Vec<u8> {
    must(primitives::try_pack_buckets(buckets, bits))
}

/// Undoes [`pack_buckets`] for one row of `d` codes.
///
/// # Panics
/// Where [`crate::try_unpack_buckets`] refuses the call, with its text.
#[track_caller]
pub fn unpack_buckets(packed: &[u8], d: usize, bits: u8) -> Vec<u8> {
    must(primitives::try_unpack_buckets(packed, d, bits))
}

/// Bytes of one packed row: `d * bits / 8`.
///
/// # Panics
/// Where [`crate::try_rankquant_bytes_per_vec`] refuses the call, with its text.
#[track_caller]
pub fn rankquant_bytes_per_vec(d: usize, bits: u8) -> usize {
    must(primitives::try_rankquant_bytes_per_vec(d, bits))
}

/// Bucket number relative to the middle: `bucket - (2^bits - 1) / 2`.
///
/// # Panics
/// Where [`crate::try_bucket_centre`] refuses the call, with its text.
#[track_caller]
pub fn bucket_centre(bucket: u8, bits: u8) -> f32 {
    must(primitives::try_bucket_centre(bucket, bits))
}

/// Euclidean norm of a centred bucket vector: `sqrt(d (2^(2 bits) - 1) / 12)`.
///
/// # Panics
/// Where [`crate::try_rankquant_norm`] refuses the call, with its text.
#[track_caller]
pub fn rankquant_norm(d: usize, bits: u8) -> f32 {
    must(primitives::try_rankquant_norm(d, bits))
}

/// Cosine of centred bucket codes of any width from 1 to 8 bits, for evaluation only.
///
/// # Panics
/// Where [`crate::try_rankquant_eval_search`] refuses the call, with its text.
#[track_caller]
pub fn rankquant_eval_search(
    corpus: &[f32],
    queries: &[f32],
    dim: usize,
    bits: u8,
    k: usize,
) -> SearchResults {
    must(rankquant::try_rankquant_eval_search(
        corpus, queries, dim, bits, k,
    ))
}
