//! What a person or a script reads. Text from a manifest is printed escaped: a document must
//! not be able to move a terminal's cursor. Output that cannot be written is an error, so that
//! a verdict which nobody received does not exit 0.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ordvec_manifest::{
    FileHash, IndexManifest, ManifestDocument, ManifestError, VerificationReport,
};
use serde::Serialize;

/// Write `text` and a newline to standard output.
pub(super) fn line(text: &str) -> Result<(), ManifestError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|source| ManifestError::Io {
            path: PathBuf::from("standard output"),
            source,
        })
}

pub(super) fn json(value: &impl Serialize) -> Result<(), ManifestError> {
    line(&serde_json::to_string_pretty(value).expect("reports hold only JSON types"))
}

/// Where a file is and what it holds.
pub(super) fn digest(path: &Path, digest: &FileHash) -> Result<(), ManifestError> {
    json(&serde_json::json!({
        "path": path.to_string_lossy(),
        "sha256": digest.sha256,
        "size_bytes": digest.size_bytes,
    }))
}

/// The manifest's path and the verdict on standard output, the issues on standard error.
pub(super) fn report(manifest: &Path, report: &VerificationReport) -> Result<(), ManifestError> {
    for issue in &report.errors {
        eprintln!("error: {issue}");
    }
    for issue in &report.warnings {
        eprintln!("warning: {issue}");
    }
    let verdict = if report.ok { "verified" } else { "failed" };
    line(&format!("{}\n{verdict}", manifest.display()))
}

pub(super) fn summary(loaded: &ManifestDocument) -> Result<(), ManifestError> {
    let document = &loaded.manifest;
    let artifact = &document.artifact;
    let mut text = String::new();
    let mut row = |label: &str, value: String| {
        writeln!(text, "{label:<14}{value}").expect("writing to a string succeeds");
    };
    if let Some(path) = &loaded.source_path {
        row("manifest", path.display().to_string());
    }
    row("sha256", loaded.sha256.clone());
    row("schema", document.schema_version.clone());
    row("index", format!("{:?}", artifact.path));
    row("index sha256", format!("{:?}", artifact.sha256));
    row(
        "format",
        format!("{:?}, version {}", artifact.params, artifact.format_version),
    );
    row(
        "vectors",
        format!(
            "{} x {} ({} bytes each, file {} bytes)",
            artifact.vector_count, artifact.dim, artifact.bytes_per_vec, artifact.file_size_bytes
        ),
    );
    row("embedding", format!("{:?}", document.embedding.model));
    row("row identity", format!("{:?}", document.row_identity));
    for entry in &document.auxiliary_artifacts {
        let need = if entry.required {
            "required"
        } else {
            "optional"
        };
        row(
            "sidecar",
            format!("{:?} {:?} ({need})", entry.name, entry.path),
        );
    }
    sections(&mut text, document);
    line(text.trim_end())
}

/// The sections that only some manifests have.
fn sections(text: &mut String, document: &IndexManifest) {
    let mut row = |label: &str, value: String| {
        writeln!(text, "{label:<14}{value}").expect("writing to a string succeeds");
    };
    if let Some(section) = &document.calibration {
        let (over, null) = (section.ordinalization.label(), section.null_model.label());
        row(
            "calibration",
            format!("{:?}: {null} over {over}", section.profile_id),
        );
    }
    if let Some(section) = &document.encoder_distortion {
        let (id, evidence) = (&section.profile_id, section.evidence.kind.label());
        row("distortion", format!("{id:?}: {evidence}"));
    }
    if !document.attestations.is_empty() {
        row("attestations", document.attestations.len().to_string());
    }
}
