//! The extension module `ordvec._ordvec`: the core crate's primitives and index classes, for
//! NumPy arrays.
//!
//! Every call converts and copies its arguments (module `convert`), then works without the GIL,
//! what the core does in parallel on a pool of this process (module `threads`), then hands the
//! result buffers to NumPy (module `output`). `SignBitmap.add` alone reads the caller's array where
//! it is, with the GIL, in less time than a copy takes. Large buffers are backed by large pages
//! (module `memory`). Only the core's `try_` calls are used, which refuse bad values with an error
//! and never with a panic; module `errors` says which exception each becomes. PyO3's borrow flag
//! makes a change that overlaps a search a `RuntimeError`.

use pyo3::prelude::*;

mod bitmap;
mod convert;
mod errors;
mod memory;
mod output;
mod primitives;
mod rank;
mod rankquant;
mod sign_bitmap;
mod simd;
mod threads;

#[global_allocator]
static ALLOCATOR: memory::LargePages = memory::LargePages;

#[pymodule]
fn _ordvec(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("MAX_DIM", ordvec::MAX_DIM)?;
    module.add("MAX_SIGN_BITMAP_DIM", ordvec::MAX_SIGN_BITMAP_DIM)?;
    module.add("MAX_VECTORS", ordvec::MAX_VECTORS)?;
    module.add_class::<rank::Rank>()?;
    module.add_class::<rankquant::RankQuant>()?;
    module.add_class::<bitmap::Bitmap>()?;
    module.add_class::<sign_bitmap::SignBitmap>()?;
    primitives::register(module)?;
    simd::register(module)
}
