//! From manifest bytes to a typed document: everything that can be refused without looking
//! at another file.
//!
//! Sections are taken out of the JSON object one by one; whatever is left over is unknown
//! and refused, so a manifest of a later schema can never be half understood.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::codes;
use crate::error::{Issue, ManifestError};
use crate::files::{open_regular, OpenFailure};
use crate::hash::sha256_bytes;
use crate::json::parse_strict;
use crate::limits::ResourceLimits;
use crate::schema::{ManifestDocument, RowIdentity, SCHEMA_VERSION};

/// Sections that schema v2 names and this release refuses: it has no verifier for them yet.
const UNSUPPORTED_SECTIONS: [&str; 3] = ["calibration", "encoder_distortion", "attestations"];

/// How to load a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Only `max_manifest_bytes` and `max_auxiliary_artifacts` matter here.
    pub limits: ResourceLimits,
}

/// A manifest that was read and understood, but not yet compared with any file.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadedManifest {
    /// Where it was read from, as given.
    pub path: PathBuf,
    /// SHA-256 of its bytes: the address of the bundle.
    pub sha256: String,
    /// Whether the bytes are those that `create` writes for this document.
    pub is_canonical: bool,
    /// The document.
    pub document: ManifestDocument,
}

/// Read and parse the manifest at `path`, within the bounds of `options`.
///
/// # Errors
/// [`ManifestError::Io`] when the file cannot be read, [`ManifestError::Rejected`] when it is
/// too large, not JSON, or not of schema v2.
pub fn load_manifest_file_with_options(
    path: &Path,
    options: &LoadOptions,
) -> Result<LoadedManifest, ManifestError> {
    let bytes = read_bounded(path, options.limits.max_manifest_bytes)?;
    let document = parse_document(&bytes, &options.limits)?;
    Ok(LoadedManifest {
        path: path.to_path_buf(),
        sha256: sha256_bytes(&bytes),
        is_canonical: document.to_bytes() == bytes,
        document,
    })
}

fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, ManifestError> {
    let (file, _) = open_regular(path).map_err(|failure| match failure {
        OpenFailure::NotRegular => Issue::new(
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

pub(crate) fn check_manifest_size(size: u64, limit: u64) -> Result<(), Issue> {
    if size <= limit {
        return Ok(());
    }
    Err(Issue::new(
        codes::MANIFEST_FILE_TOO_LARGE,
        format!("expected at most {limit} bytes, found more; raise max_manifest_bytes if intended"),
    ))
}

pub(crate) fn parse_document(
    bytes: &[u8],
    limits: &ResourceLimits,
) -> Result<ManifestDocument, Issue> {
    let Value::Object(mut sections) = parse_strict(bytes)? else {
        return Err(Issue::new(
            codes::MANIFEST_JSON_INVALID,
            "expected a JSON object at the top level",
        ));
    };
    check_schema_version(sections.remove("schema_version"))?;
    let document = ManifestDocument {
        schema_version: SCHEMA_VERSION.to_owned(),
        artifact: required(&mut sections, "artifact")?,
        embedding: required(&mut sections, "embedding")?,
        row_identity: row_identity(&mut sections)?,
        auxiliary_artifacts: auxiliary(&mut sections, limits.max_auxiliary_artifacts)?,
        extensions: optional(&mut sections, "extensions")?,
    };
    check_nothing_left(&sections)?;
    Ok(document)
}

fn check_schema_version(found: Option<Value>) -> Result<(), Issue> {
    if found.as_ref().and_then(Value::as_str) == Some(SCHEMA_VERSION) {
        return Ok(());
    }
    let found = found.map_or("none".to_owned(), |value| value.to_string());
    Err(Issue::new(
        codes::SCHEMA_VERSION_UNSUPPORTED,
        format!("expected schema_version {SCHEMA_VERSION:?}, found {found}"),
    ))
}

fn row_identity(sections: &mut Map<String, Value>) -> Result<RowIdentity, Issue> {
    if let Some(section) = sections.get("row_identity") {
        check_word(section, "kind", &["row_id_identity", "jsonl"])?;
        check_word(section, "id_kind", &["uuid"])?;
    }
    required(sections, "row_identity")
}

/// A word of `row_identity` that this release does not know has a code of its own.
fn check_word(section: &Value, key: &str, known: &[&str]) -> Result<(), Issue> {
    match section.get(key) {
        Some(Value::String(word)) if !known.contains(&word.as_str()) => Err(Issue::new(
            codes::ROW_IDENTITY_KIND_UNSUPPORTED,
            format!("expected row_identity.{key} to be one of {known:?}, found {word:?}"),
        )),
        _ => Ok(()),
    }
}

fn auxiliary<T: DeserializeOwned>(
    sections: &mut Map<String, Value>,
    limit: u64,
) -> Result<Vec<T>, Issue> {
    if let Some(Value::Array(entries)) = sections.get("auxiliary_artifacts") {
        check_auxiliary_count(entries.len(), limit)?;
    }
    optional(sections, "auxiliary_artifacts")
}

pub(crate) fn check_auxiliary_count(count: usize, limit: u64) -> Result<(), Issue> {
    if count as u64 <= limit {
        return Ok(());
    }
    Err(Issue::new(
        codes::AUXILIARY_TOO_MANY,
        format!(
            "expected at most {limit} sidecars, found {count}; \
             raise max_auxiliary_artifacts if intended"
        ),
    ))
}

fn required<T: DeserializeOwned>(
    sections: &mut Map<String, Value>,
    name: &str,
) -> Result<T, Issue> {
    let section = sections
        .remove(name)
        .ok_or_else(|| schema_invalid(name, "the section is missing"))?;
    serde_json::from_value(section).map_err(|err| schema_invalid(name, &err.to_string()))
}

fn optional<T: DeserializeOwned + Default>(
    sections: &mut Map<String, Value>,
    name: &str,
) -> Result<T, Issue> {
    if sections.contains_key(name) {
        return required(sections, name);
    }
    Ok(T::default())
}

fn schema_invalid(section: &str, problem: &str) -> Issue {
    Issue::new(
        codes::MANIFEST_SCHEMA_INVALID,
        format!("{section}: {problem}"),
    )
}

fn check_nothing_left(sections: &Map<String, Value>) -> Result<(), Issue> {
    let mut names: Vec<&String> = sections.keys().collect();
    names.sort();
    let Some(name) = names.first() else {
        return Ok(());
    };
    if UNSUPPORTED_SECTIONS.contains(&name.as_str()) {
        return Err(Issue::new(
            codes::SECTION_UNSUPPORTED,
            format!("this release cannot verify the section {name:?} and refuses the manifest"),
        ));
    }
    Err(Issue::new(
        codes::SECTION_UNKNOWN,
        format!("expected only sections of {SCHEMA_VERSION}, found {name:?}"),
    ))
}
