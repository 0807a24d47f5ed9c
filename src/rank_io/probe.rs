//! Looking into a file without loading it.

use super::header;
use super::kind::IndexMetadata;
use super::load::open;
use std::io;
use std::path::Path;

/// Reads the header and the length of an index file.
///
/// The rows are neither read nor checked: only loading proves their invariant.
///
/// # Errors
/// `InvalidData` that names what is wrong (magic, version, bits, dimension, n_top, vector count,
/// length), `InvalidInput` for something that is not a regular file, and what the operating
/// system says.
pub fn probe_index_metadata(path: impl AsRef<Path>) -> io::Result<IndexMetadata> {
    header::read(&mut open(path.as_ref())?).map(|header| header.metadata())
}
