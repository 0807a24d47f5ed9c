//! From a manifest file to a typed document.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::atomic::folder_of;
use crate::codes;
use crate::error::{ManifestError, ReportIssue};
use crate::files::{open_regular, OpenFailure};
use crate::hash::sha256_bytes;
use crate::json::parse_extensions;
use crate::options::VerifyOptions;
use crate::parse::{check_manifest_size, parse_document};
use crate::schema::IndexManifest;
use crate::v1::V1Origin;

/// A manifest that was read and understood, but not yet compared with any file.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestDocument {
    /// The document.
    pub manifest: IndexManifest,
    /// Where it was read from, as given; `None` when it was not read from a file.
    pub source_path: Option<PathBuf>,
    /// The folder that its relative paths start from.
    pub base_dir: PathBuf,
    /// SHA-256 of its bytes: the address of the bundle.
    pub sha256: String,
    /// Whether the bytes are those that `create` writes for this document.
    pub is_canonical: bool,
    /// Present when the manifest is of schema v1.
    pub v1: Option<V1Origin>,
}

impl ManifestDocument {
    /// A document that was not read from a file; its relative paths start from `base_dir`.
    pub fn new(manifest: IndexManifest, base_dir: impl Into<PathBuf>) -> Self {
        ManifestDocument {
            sha256: manifest.sha256(),
            manifest,
            source_path: None,
            base_dir: base_dir.into(),
            is_canonical: true,
            v1: None,
        }
    }

    /// The document as JSON: of schema v1 as it was read, else as `create` would write it.
    pub fn to_value(&self) -> Value {
        match &self.v1 {
            Some(origin) => Value::Object(origin.document.clone()),
            None => {
                serde_json::to_value(&self.manifest).unwrap_or_else(|_| Value::Object(Map::new()))
            }
        }
    }
}

/// Read and parse the manifest at `path` within the default bounds.
///
/// # Errors
/// As for [`load_manifest_file_with_options`].
pub fn load_manifest_file(path: impl AsRef<Path>) -> Result<ManifestDocument, ManifestError> {
    load_manifest_file_with_options(path, &VerifyOptions::default())
}

/// Read and parse the manifest at `path`. Of `options` only `max_manifest_bytes`,
/// `max_auxiliary_artifacts` and `max_attestations` matter here.
///
/// # Errors
/// [`ManifestError::Io`] when the file cannot be read, [`ManifestError::Rejected`] when it is
/// too large, not JSON, or of neither schema v2 nor v1.
pub fn load_manifest_file_with_options(
    path: impl AsRef<Path>,
    options: &VerifyOptions,
) -> Result<ManifestDocument, ManifestError> {
    let path = path.as_ref();
    let bytes = read_bounded(path, options.limits.max_manifest_bytes)?;
    let (manifest, v1) = parse_document(&bytes, &options.limits)?;
    Ok(ManifestDocument {
        source_path: Some(path.to_path_buf()),
        base_dir: folder_of(path).to_path_buf(),
        sha256: sha256_bytes(&bytes),
        is_canonical: v1.is_none() && manifest.to_bytes() == bytes,
        manifest,
        v1,
    })
}

/// The one JSON object in the file at `path`, of at most `max_bytes`: a section for
/// [`CreateManifestOptions`](crate::CreateManifestOptions).
///
/// # Errors
/// [`ManifestError::Io`] when the file cannot be read, [`ManifestError::Rejected`] when it is
/// too large, is no JSON object or names a key twice at any depth.
pub fn read_json_object(
    path: impl AsRef<Path>,
    max_bytes: u64,
) -> Result<Map<String, Value>, ManifestError> {
    parse_extensions(&read_bounded(path.as_ref(), max_bytes)?)
}

fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, ManifestError> {
    let (file, _) = open_regular(path).map_err(|failure| match failure {
        OpenFailure::NotRegular => ReportIssue::new(
            codes::MANIFEST_NOT_REGULAR_FILE,
            format!("expected a regular file at {}", path.display()),
        )
        .into(),
        OpenFailure::Missing(source) | OpenFailure::Unreadable(source) => {
            ManifestError::io(path, source)
        }
    })?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| ManifestError::io(path, source))?;
    check_manifest_size(bytes.len() as u64, limit)?;
    Ok(bytes)
}
