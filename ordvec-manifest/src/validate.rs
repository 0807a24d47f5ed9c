//! Rules that a document must keep by itself, before any file is looked at.

use std::collections::BTreeSet;

use crate::codes;
use crate::error::Issue;
use crate::schema::{ManifestDocument, RowIdentity};

/// Longest name of a sidecar or model, in bytes.
const MAX_NAME_BYTES: usize = 256;

/// Every rule that `document` breaks, in the order of its sections.
pub(crate) fn check_document(document: &ManifestDocument) -> Vec<Issue> {
    let mut issues = Vec::new();
    issues.extend(check_digest("artifact", &document.artifact.sha256).err());
    issues.extend(check_params(document).err());
    issues.extend(check_embedding(document));
    issues.extend(check_row_identity(document));
    issues.extend(check_auxiliary(document));
    issues
}

fn check_digest(owner: &str, sha256: &str) -> Result<(), Issue> {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if sha256.len() == 64 && sha256.bytes().all(digit) {
        return Ok(());
    }
    Err(Issue::new(
        codes::DIGEST_MALFORMED,
        format!("{owner}: expected 64 lower-case hexadecimal digits as sha256, found {sha256:?}"),
    ))
}

fn check_params(document: &ManifestDocument) -> Result<(), Issue> {
    let (kind, params) = (document.artifact.kind, document.artifact.params);
    if params.kind() == kind {
        return Ok(());
    }
    Err(Issue::new(
        codes::ARTIFACT_PARAMS_MISMATCH,
        format!("expected params of kind {kind:?}, found {params:?}"),
    ))
}

fn check_embedding(document: &ManifestDocument) -> Vec<Issue> {
    let mut issues = Vec::new();
    let embedding = &document.embedding;
    if let Err(problem) = check_name(&embedding.model) {
        issues.push(Issue::new(
            codes::EMBEDDING_MODEL_INVALID,
            format!("embedding.model: {problem}"),
        ));
    }
    if embedding.dim != document.artifact.dim {
        issues.push(Issue::new(
            codes::EMBEDDING_DIM_MISMATCH,
            format!(
                "expected embedding.dim to be artifact.dim {}, found {}",
                document.artifact.dim, embedding.dim
            ),
        ));
    }
    issues
}

fn check_row_identity(document: &ManifestDocument) -> Vec<Issue> {
    let mut issues = Vec::new();
    if let RowIdentity::Jsonl { sha256, .. } = &document.row_identity {
        issues.extend(check_digest("row_identity", sha256).err());
    }
    let rows = document.row_identity.row_count();
    if rows != document.artifact.vector_count {
        issues.push(Issue::new(
            codes::ROW_COUNT_MISMATCH,
            format!(
                "expected row_identity.row_count to be artifact.vector_count {}, found {rows}",
                document.artifact.vector_count
            ),
        ));
    }
    issues
}

fn check_auxiliary(document: &ManifestDocument) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut names = BTreeSet::new();
    for entry in &document.auxiliary_artifacts {
        if let Err(problem) = check_name(&entry.name) {
            issues.push(Issue::new(
                codes::AUXILIARY_NAME_INVALID,
                format!("sidecar name: {problem}"),
            ));
        }
        if !names.insert(&entry.name) {
            issues.push(Issue::new(
                codes::AUXILIARY_NAME_DUPLICATE,
                format!(
                    "expected each sidecar name once, found {:?} again",
                    entry.name
                ),
            ));
        }
        issues.extend(check_digest(&format!("sidecar {:?}", entry.name), &entry.sha256).err());
    }
    issues
}

/// A name is shown in terminals and logs: no control characters, and not endless.
fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > MAX_NAME_BYTES {
        return Err(format!(
            "expected 1 to {MAX_NAME_BYTES} bytes, found {}",
            name.len()
        ));
    }
    if name.chars().any(char::is_control) {
        return Err(format!("expected no control characters, found {name:?}"));
    }
    Ok(())
}
