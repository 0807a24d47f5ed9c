//! SHA-256 of bytes, of files, and of a stream that is read for another purpose.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{ManifestError, ReportIssue};
use crate::files::{open_regular, OpenFailure};

/// Large enough that system calls do not matter, small enough for any stack owner's heap.
const CHUNK_BYTES: usize = 128 << 10;

/// What `hash` says about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileHash {
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
pub fn sha256_file(path: impl AsRef<Path>) -> Result<FileHash, ManifestError> {
    let path = path.as_ref();
    let file = open(path)?;
    let mut reader = HashingReader::new(file);
    reader
        .drain()
        .map_err(|source| ManifestError::io(path, source))?;
    Ok(reader.finish())
}

/// SHA-256 and size of the regular file at `path`, if it has at most `max_bytes`. `code` and
/// `context` (such as "vocabulary") are the caller's, for the refusal of a longer file.
///
/// # Errors
/// [`ManifestError::Io`] as for [`sha256_file`], [`ManifestError::Rejected`] with `code` when the
/// file is longer.
pub fn sha256_file_bounded(
    path: impl AsRef<Path>,
    max_bytes: u64,
    code: &'static str,
    context: &'static str,
) -> Result<FileHash, ManifestError> {
    let path = path.as_ref();
    let digest = digest_bounded(open(path)?, max_bytes);
    digest
        .map_err(|source| ManifestError::io(path, source))?
        .ok_or_else(|| {
            let path = path.display();
            let message = format!("expected a {context} of at most {max_bytes} bytes at {path}");
            ReportIssue::new(code, message).into()
        })
}

fn open(path: &Path) -> Result<File, ManifestError> {
    let opened = open_regular(path).map(|(file, _)| file);
    opened.map_err(|failure| {
        let source = match failure {
            OpenFailure::Missing(source) | OpenFailure::Unreadable(source) => source,
            OpenFailure::NotRegular => {
                io::Error::new(io::ErrorKind::InvalidInput, "expected a regular file")
            }
        };
        ManifestError::io(path, source)
    })
}

/// The digest of all of `source`, or `None` once it proves longer than `limit` bytes.
pub(crate) fn digest_bounded(source: impl Read, limit: u64) -> io::Result<Option<FileHash>> {
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

    pub(crate) fn finish(self) -> FileHash {
        FileHash {
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
