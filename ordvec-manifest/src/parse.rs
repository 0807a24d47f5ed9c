//! From manifest bytes to a typed document: everything that can be refused without looking
//! at another file.
//!
//! Sections are taken out of the JSON object one by one; whatever is left over is unknown
//! and refused, so a manifest of a later schema can never be half understood.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::codes;
use crate::error::ReportIssue;
use crate::json::parse_strict;
use crate::limits::ResourceLimits;
use crate::schema::{IndexManifest, RowIdentity, SCHEMA_VERSION};
use crate::v1::{V1Origin, V1_SCHEMA_VERSION};

pub(crate) fn check_manifest_size(size: u64, limit: u64) -> Result<(), ReportIssue> {
    if size <= limit {
        return Ok(());
    }
    Err(ReportIssue::new(
        codes::MANIFEST_FILE_TOO_LARGE,
        format!("expected at most {limit} bytes, found more; raise max_manifest_bytes if intended"),
    ))
}

/// The document in `bytes`, and when it is of schema v1 what only that schema says.
pub(crate) fn parse_document(
    bytes: &[u8],
    limits: &ResourceLimits,
) -> Result<(IndexManifest, Option<V1Origin>), ReportIssue> {
    let Value::Object(mut sections) = parse_strict(bytes)? else {
        return Err(ReportIssue::new(
            codes::MANIFEST_JSON_INVALID,
            "expected a JSON object at the top level",
        ));
    };
    let version = schema_version(&sections)?;
    let v1 = match version {
        V1_SCHEMA_VERSION => Some(V1Origin::split(&mut sections)?),
        _ => None,
    };
    sections.remove("schema_version");
    let manifest = IndexManifest {
        schema_version: version.to_owned(),
        artifact: required(&mut sections, "artifact")?,
        embedding: required(&mut sections, "embedding")?,
        row_identity: row_identity(&mut sections)?,
        auxiliary_artifacts: bounded(&mut sections, "auxiliary_artifacts", |count| {
            check_auxiliary_count(count, limits)
        })?,
        calibration: optional(&mut sections, "calibration")?,
        encoder_distortion: optional(&mut sections, "encoder_distortion")?,
        attestations: bounded(&mut sections, "attestations", |count| {
            check_attestation_count(count, limits)
        })?,
        extensions: optional(&mut sections, "extensions")?,
    };
    check_nothing_left(&sections)?;
    Ok((manifest, v1))
}

fn schema_version(sections: &Map<String, Value>) -> Result<&'static str, ReportIssue> {
    let found = sections.get("schema_version");
    match found.and_then(Value::as_str) {
        Some(SCHEMA_VERSION) => return Ok(SCHEMA_VERSION),
        Some(V1_SCHEMA_VERSION) => return Ok(V1_SCHEMA_VERSION),
        _ => {}
    }
    let found = found.map_or("none".to_owned(), Value::to_string);
    Err(unsupported_version(&found))
}

fn unsupported_version(found: &str) -> ReportIssue {
    ReportIssue::new(
        codes::SCHEMA_VERSION_UNSUPPORTED,
        format!(
            "expected schema_version {SCHEMA_VERSION:?}, found {found}; \
             `ordvec-manifest create` writes such a manifest of the same files"
        ),
    )
}

fn row_identity(sections: &mut Map<String, Value>) -> Result<RowIdentity, ReportIssue> {
    if let Some(section) = sections.get("row_identity") {
        check_word(
            (section, "kind", &["row_id_identity", "jsonl"]),
            codes::ROW_IDENTITY_KIND_UNSUPPORTED,
        )?;
        check_word(
            (section, "id_kind", &["uuid"]),
            codes::ROW_IDENTITY_ID_KIND_UNSUPPORTED,
        )?;
        if section.get("db").is_some() {
            return Err(ReportIssue::new(
                codes::ROW_IDENTITY_DB_UNSUPPORTED,
                "expected no member db in row_identity: nothing could verify it",
            ));
        }
    }
    required(sections, "row_identity")
}

/// A word of `row_identity` that this release does not know has a code of its own.
fn check_word(
    (section, key, known): (&Value, &str, &[&str]),
    code: &'static str,
) -> Result<(), ReportIssue> {
    match section.get(key) {
        Some(Value::String(word)) if !known.contains(&word.as_str()) => Err(ReportIssue::new(
            code,
            format!("expected row_identity.{key} to be one of {known:?}, found {word:?}"),
        )),
        _ => Ok(()),
    }
}

/// A list whose length `check` accepts before its entries are looked at.
fn bounded<T: DeserializeOwned>(
    sections: &mut Map<String, Value>,
    name: &str,
    check: impl FnOnce(usize) -> Result<(), ReportIssue>,
) -> Result<Vec<T>, ReportIssue> {
    if let Some(Value::Array(entries)) = sections.get(name) {
        check(entries.len())?;
    }
    optional(sections, name)
}

/// What parsing enforces and a document built in code may break.
pub(crate) fn check_envelope(
    manifest: &IndexManifest,
    limits: &ResourceLimits,
) -> Result<(), ReportIssue> {
    let version = &manifest.schema_version;
    if ![SCHEMA_VERSION, V1_SCHEMA_VERSION].contains(&version.as_str()) {
        return Err(unsupported_version(&format!("{version:?}")));
    }
    check_auxiliary_count(manifest.auxiliary_artifacts.len(), limits)?;
    check_attestation_count(manifest.attestations.len(), limits)
}

pub(crate) fn check_auxiliary_count(
    count: usize,
    limits: &ResourceLimits,
) -> Result<(), ReportIssue> {
    let code = codes::AUXILIARY_ARTIFACT_COUNT_LIMIT_EXCEEDED;
    let bound = ("max_auxiliary_artifacts", limits.max_auxiliary_artifacts);
    check_count(code, "sidecars", count, bound)
}

pub(crate) fn check_attestation_count(
    count: usize,
    limits: &ResourceLimits,
) -> Result<(), ReportIssue> {
    let code = codes::ATTESTATION_COUNT_LIMIT_EXCEEDED;
    let bound = ("max_attestations", limits.max_attestations);
    check_count(code, "attestations", count, bound)
}

fn check_count(
    code: &'static str,
    things: &str,
    count: usize,
    (name, limit): (&str, u64),
) -> Result<(), ReportIssue> {
    if count as u64 <= limit {
        return Ok(());
    }
    let message =
        format!("expected at most {limit} {things}, found {count}; raise {name} if intended");
    Err(ReportIssue::new(code, message))
}

fn required<T: DeserializeOwned>(
    sections: &mut Map<String, Value>,
    name: &str,
) -> Result<T, ReportIssue> {
    let section = sections
        .remove(name)
        .ok_or_else(|| schema_invalid(name, "the section is missing"))?;
    serde_json::from_value(section).map_err(|err| schema_invalid(name, &err.to_string()))
}

fn optional<T: DeserializeOwned + Default>(
    sections: &mut Map<String, Value>,
    name: &str,
) -> Result<T, ReportIssue> {
    if sections.contains_key(name) {
        return required(sections, name);
    }
    Ok(T::default())
}

fn schema_invalid(section: &str, problem: &str) -> ReportIssue {
    ReportIssue::new(
        codes::MANIFEST_SCHEMA_INVALID,
        format!("{section}: {problem}"),
    )
}

fn check_nothing_left(sections: &Map<String, Value>) -> Result<(), ReportIssue> {
    let mut names: Vec<&String> = sections.keys().collect();
    names.sort();
    let Some(name) = names.first() else {
        return Ok(());
    };
    Err(ReportIssue::new(
        codes::SECTION_UNKNOWN,
        format!("expected only sections of {SCHEMA_VERSION}, found {name:?}"),
    ))
}
