//! What searches return and how rows are chosen: score descending, then row id ascending.

mod candidates;
mod results;
mod scan;
mod select;

pub use candidates::CandidateBatch;
pub(crate) use results::collect_rows;
pub use results::SearchResults;
pub(crate) use scan::{best_rows, BLOCK};
pub(crate) use select::{Select, Selector};
