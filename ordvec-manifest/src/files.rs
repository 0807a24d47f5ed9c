//! Opening files that a manifest names: regular files only, so that a pipe cannot block the
//! verifier and a device cannot feed it for ever.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use crate::error::ReportIssue;
use crate::hash::{digest_bounded, FileHash};
use crate::roles::Role;

/// Why a file could not be opened.
#[derive(Debug)]
pub(crate) enum OpenFailure {
    Missing(io::Error),
    NotRegular,
    Unreadable(io::Error),
}

/// Which file it is and in which state, as far as the system tells without reading it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    identity: Identity,
}

/// Device, number, and the time of the last change of either content or name: a file that was
/// put aside and back again has another.
#[cfg(unix)]
type Identity = (u64, u64, i64, i64);
/// Without a number that stays, when the file was made.
#[cfg(not(unix))]
type Identity = Option<SystemTime>;

impl Stamp {
    fn new(metadata: &Metadata) -> Self {
        Stamp {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            identity: identity(metadata),
        }
    }

    /// Whether `path` still names this file in this state.
    pub(crate) fn holds_at(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|now| Stamp::new(&now) == *self)
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    let (seconds, nanoseconds) = (metadata.ctime(), metadata.ctime_nsec());
    (metadata.dev(), metadata.ino(), seconds, nanoseconds)
}

#[cfg(not(unix))]
fn identity(metadata: &Metadata) -> Identity {
    metadata.created().ok()
}

/// The open file and its state. Looks before opening (opening a pipe waits for a writer) and
/// again at the handle (the name may have been exchanged in between).
pub(crate) fn open_regular(path: &Path) -> Result<(File, Stamp), OpenFailure> {
    if !fs::metadata(path).map_err(classify)?.is_file() {
        return Err(OpenFailure::NotRegular);
    }
    let file = File::open(path).map_err(classify)?;
    let metadata = file.metadata().map_err(classify)?;
    if !metadata.is_file() {
        return Err(OpenFailure::NotRegular);
    }
    Ok((file, Stamp::new(&metadata)))
}

fn classify(source: io::Error) -> OpenFailure {
    match source.kind() {
        io::ErrorKind::NotFound => OpenFailure::Missing(source),
        _ => OpenFailure::Unreadable(source),
    }
}

/// Size and SHA-256 of the file at `path`, reading no more than `limit` bytes and one.
pub(crate) fn observe(
    path: &Path,
    role: &Role,
    limit: Option<u64>,
) -> Result<FileHash, ReportIssue> {
    observe_stamped(path, role, limit).map(|(digest, _)| digest)
}

/// The same, and the state of the file before it was read.
pub(crate) fn observe_stamped(
    path: &Path,
    role: &Role,
    limit: Option<u64>,
) -> Result<(FileHash, Stamp), ReportIssue> {
    let (file, stamp) = open_regular(path).map_err(|failure| role.open_issue(path, &failure))?;
    let limit = limit.unwrap_or(u64::MAX);
    let digest = match stamp.size <= limit {
        true => digest_bounded(file, limit).map_err(|source| role.read_issue(path, &source))?,
        false => None,
    };
    let digest = digest.ok_or_else(|| role.too_large_issue(path, limit))?;
    Ok((digest, stamp))
}
