//! Opening files that a manifest names: regular files only, so that a pipe cannot block the
//! verifier and a device cannot feed it for ever.

use std::fs::{self, File};
use std::io;
use std::path::Path;

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

/// The open file and its length. Looks before opening (opening a pipe waits for a writer) and
/// again at the handle (the name may have been exchanged in between).
pub(crate) fn open_regular(path: &Path) -> Result<(File, u64), OpenFailure> {
    if !fs::metadata(path).map_err(classify)?.is_file() {
        return Err(OpenFailure::NotRegular);
    }
    let file = File::open(path).map_err(classify)?;
    let metadata = file.metadata().map_err(classify)?;
    if !metadata.is_file() {
        return Err(OpenFailure::NotRegular);
    }
    Ok((file, metadata.len()))
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
    let (file, size) = open_regular(path).map_err(|failure| role.open_issue(path, &failure))?;
    let limit = limit.unwrap_or(u64::MAX);
    let digest = match size <= limit {
        true => digest_bounded(file, limit).map_err(|source| role.read_issue(path, &source))?,
        false => None,
    };
    digest.ok_or_else(|| role.too_large_issue(path, limit))
}
