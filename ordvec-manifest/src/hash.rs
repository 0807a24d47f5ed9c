//! SHA-256 of bytes, of files, and of a stream that is read for another purpose.

use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::ManifestError;
use crate::files::{open_regular, OpenFailure};

/// Large enough that system calls do not matter, small enough for any stack owner's heap.
const CHUNK_BYTES: usize = 128 << 10;

/// What `hash` says about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDigest {
    /// Lower-case hexadecimal, 64 digits.
    pub sha256: String,
    /// Bytes read.
    pub size_bytes: u64,
}

/// Lower-case hexadecimal SHA-256 of `bytes`.
pub fn sha256_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 and size of the regular file at `path`, streamed.
///
/// # Errors
/// [`ManifestError::Io`] when the file is missing, unreadable or not a regular file.
pub fn sha256_file(path: &Path) -> Result<FileDigest, ManifestError> {
    let (file, _) = open_regular(path).map_err(|failure| {
        let source = match failure {
            OpenFailure::Missing(source) | OpenFailure::Unreadable(source) => source,
            OpenFailure::NotRegular => {
                io::Error::new(io::ErrorKind::InvalidInput, "expected a regular file")
            }
        };
        ManifestError::io(path, source)
    })?;
    let mut reader = HashingReader::new(file);
    reader
        .drain()
        .map_err(|source| ManifestError::io(path, source))?;
    Ok(reader.finish())
}

/// The digest of all of `source`, or `None` once it proves longer than `limit` bytes.
pub(crate) fn digest_bounded(source: impl Read, limit: u64) -> io::Result<Option<FileDigest>> {
    let mut reader = HashingReader::new(source.take(limit.saturating_add(1)));
    reader.drain()?;
    Ok(Some(reader.finish()).filter(|digest| digest.size_bytes <= limit))
}

/// Hashes and counts whatever is read through it.
pub(crate) struct HashingReader<R> {
    source: R,
    state: Sha256,
    size_bytes: u64,
}

impl<R: Read> HashingReader<R> {
    pub(crate) fn new(source: R) -> Self {
        HashingReader {
            source,
            state: Sha256::new(),
            size_bytes: 0,
        }
    }

    fn drain(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match self.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(source) if source.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(source),
            }
        }
    }

    pub(crate) fn finish(self) -> FileDigest {
        FileDigest {
            sha256: hex(&self.state.finalize()),
            size_bytes: self.size_bytes,
        }
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.state.update(&buffer[..count]);
        self.size_bytes += count as u64;
        Ok(count)
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS[usize::from(nibble)] as char;
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
