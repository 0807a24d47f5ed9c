//! The free functions that define the representation: ranks, buckets, packing, norms.
//!
//! The index classes are these functions plus storage; a caller can rebuild every stored byte
//! and every score from them.

mod bits;
mod bucket;
mod norm;
mod pack;
mod ranks;
mod sort;

pub(crate) use bits::bucket_bits;
pub(crate) use bucket::centre;
pub use bucket::{try_bucket_centre, try_bucket_ranks, try_rank_to_bucket};
pub use norm::{rank_norm, try_rankquant_norm};
pub(crate) use norm::{rank_norm_squared, rankquant_norm_squared};
pub(crate) use pack::pack_into;
pub use pack::{try_pack_buckets, try_rankquant_bytes_per_vec, try_unpack_buckets};
pub(crate) use ranks::Ranker;
pub use ranks::{try_rank_transform, try_rank_transform_into};
