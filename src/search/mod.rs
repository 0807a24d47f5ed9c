//! What searches return and how rows are chosen: score descending, then row id ascending.

mod candidates;
mod counted;
mod helpers;
mod refine;
mod results;
mod scan;
mod select;
mod spread;

pub use candidates::CandidateBatch;
pub(crate) use counted::{Counted, MOST};
pub use helpers::with_pool;
pub(crate) use refine::{offer, Refine, Rows};
pub use results::SearchResults;
pub(crate) use scan::scan_rows;
pub(crate) use select::{Select, Selector};
pub(crate) use spread::{blocks, prepare, Spread, Task};
