//! The free functions that define the representation: ranks, buckets, packing, norms.
//!
//! The index classes are these functions plus storage; a caller can rebuild every stored byte
//! and every score from them.

mod bits;
mod bucket;
mod norm;
mod pack;
mod ranks;

pub(crate) use bits::bucket_bits;
pub use bucket::{bucket_centre, bucket_ranks, rank_to_bucket};
pub(crate) use bucket::{bucket_of, centre};
pub use norm::{rank_norm, rankquant_norm};
pub(crate) use norm::{rank_norm_squared, rankquant_norm_squared};
pub(crate) use pack::pack_into;
pub use pack::{pack_buckets, rankquant_bytes_per_vec, unpack_buckets};
pub use ranks::rank_transform;
pub(crate) use ranks::Ranker;
