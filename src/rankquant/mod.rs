//! The index of bucketed ranks: `bits` bits per coordinate.
//!
//! Every row has `dim / 2^bits` coordinates in each bucket, so all rows have one norm, and the
//! sum of the raw codes differs from that of the centred codes by a constant of the query.
//! Kernels work on raw codes; the constant is taken off when a score is finished.

mod bound;
mod eval;
mod index;
mod params;
mod scan;
mod search;
mod serial;
mod subset;
mod symmetric;
mod two_stage;

pub use eval::try_rankquant_eval_search;
pub use index::{RankQuant, RankQuantCapability};
pub(crate) use params::check_stored;
pub use serial::SubsetScratch;
pub use two_stage::TwoStageCandidatePolicy;
