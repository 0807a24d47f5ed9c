//! Opening files that a manifest names: regular files only, so that a pipe cannot block the
//! verifier and a device cannot feed it for ever.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::codes;
use crate::error::Issue;
use crate::hash::{digest_bounded, FileDigest};

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

/// The codes that one role of file fails with.
#[derive(Debug)]
pub(crate) struct FileCodes {
    pub(crate) label: &'static str,
    pub(crate) missing: &'static str,
    pub(crate) not_regular: &'static str,
    pub(crate) unreadable: &'static str,
    pub(crate) too_large: &'static str,
    pub(crate) limit_name: &'static str,
    pub(crate) digest_mismatch: &'static str,
}

pub(crate) const ARTIFACT: FileCodes = FileCodes {
    label: "index",
    missing: codes::ARTIFACT_MISSING,
    not_regular: codes::ARTIFACT_NOT_REGULAR_FILE,
    unreadable: codes::ARTIFACT_UNREADABLE,
    too_large: codes::INDEX_FILE_TOO_LARGE,
    limit_name: "max_index_bytes",
    digest_mismatch: codes::ARTIFACT_DIGEST_MISMATCH,
};

pub(crate) const AUXILIARY: FileCodes = FileCodes {
    label: "sidecar",
    missing: codes::AUXILIARY_MISSING,
    not_regular: codes::AUXILIARY_NOT_REGULAR_FILE,
    unreadable: codes::AUXILIARY_UNREADABLE,
    too_large: codes::AUXILIARY_FILE_TOO_LARGE,
    limit_name: "max_auxiliary_artifact_bytes",
    digest_mismatch: codes::AUXILIARY_DIGEST_MISMATCH,
};

/// A row map is bounded by rows and line length together, so it needs no size of its own.
pub(crate) const ROW_MAP: FileCodes = FileCodes {
    label: "row map",
    missing: codes::ROW_MAP_MISSING,
    not_regular: codes::ROW_MAP_NOT_REGULAR_FILE,
    unreadable: codes::ROW_MAP_UNREADABLE,
    too_large: codes::ROW_MAP_TOO_MANY_ROWS,
    limit_name: "max_row_map_rows",
    digest_mismatch: codes::ROW_MAP_DIGEST_MISMATCH,
};

impl FileCodes {
    pub(crate) fn open_issue(&self, path: &Path, failure: &OpenFailure) -> Issue {
        let (code, found) = match failure {
            OpenFailure::Missing(_) => (self.missing, "nothing there".to_owned()),
            OpenFailure::NotRegular => (self.not_regular, "another kind of file".to_owned()),
            OpenFailure::Unreadable(source) => (self.unreadable, source.to_string()),
        };
        let label = self.label;
        Issue::new(
            code,
            format!(
                "expected a readable regular file as {label} at {}, found {found}",
                path.display()
            ),
        )
    }

    pub(crate) fn read_issue(&self, path: &Path, source: &io::Error) -> Issue {
        Issue::new(
            self.unreadable,
            format!("{} {}: {source}", self.label, path.display()),
        )
    }

    pub(crate) fn digest_issue(&self, declared: &str, found: &str) -> Issue {
        Issue::new(
            self.digest_mismatch,
            format!(
                "expected {} sha256 {declared}, found {found}; create the manifest anew if the \
                 file was meant to change",
                self.label
            ),
        )
    }
}

/// Size and SHA-256 of the file at `path`, reading no more than `limit` bytes and one.
pub(crate) fn observe(
    path: &Path,
    role: &FileCodes,
    limit: Option<u64>,
) -> Result<FileDigest, Issue> {
    let (file, size) = open_regular(path).map_err(|failure| role.open_issue(path, &failure))?;
    let limit = limit.unwrap_or(u64::MAX);
    let digest = match size <= limit {
        true => digest_bounded(file, limit).map_err(|source| role.read_issue(path, &source))?,
        false => None,
    };
    digest.ok_or_else(|| {
        Issue::new(
            role.too_large,
            format!(
                "expected {} {} to have at most {limit} bytes, found more; raise {} if intended",
                role.label,
                path.display(),
                role.limit_name
            ),
        )
    })
}
