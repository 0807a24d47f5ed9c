//! The four file formats: what they hold, how to look into one, how to load and write them.
//!
//! Little-endian, a header, then the rows, then nothing. `docs/formats.md` in the repository
//! lists every field. A file is `InvalidData` unless its length is exactly what its header
//! declares; nothing is allocated before that is proven. Loading also checks the invariant of
//! every row, because searches rely on it. Writing goes to a synced temporary file in the same
//! folder, which then replaces the target, so that a reader never sees half a file.
//!
//! The classes carry the calls: `write`, `write_to`, `load`, `read_from`, `load_from_bytes`.

mod ahead;
mod element;
mod header;
mod invariant;
mod kind;
mod load;
mod methods;
mod probe;
mod stored;
mod write;

pub use crate::limits::{MAX_DIM, MAX_SIGN_BITMAP_DIM, MAX_VECTORS};
pub(crate) use header::Header;
pub use kind::{IndexKind, IndexMetadata, IndexParams, FORMAT_VERSION};
pub(crate) use load::{from_bytes, from_file, from_reader};
pub(crate) use methods::file_methods;
pub use probe::probe_index_metadata;
pub(crate) use stored::Stored;
pub(crate) use write::{to_file, to_writer};

pub(crate) use invariant::{composition, permutation, weight};

/// An `InvalidData` error: the bytes are not what the format demands.
pub(crate) fn invalid(message: String) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, message)
}
