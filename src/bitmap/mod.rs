//! The index of top coordinates: one bit per coordinate, scored by shared bits.

mod index;
mod search;

pub(crate) use index::check;
pub use index::Bitmap;
