//! What a person or a script reads. All of it is printed here and escaped here: a document or a
//! file name must not be able to move a terminal's cursor or to forge a line. Output that cannot
//! be written is an error, so that a verdict which nobody received does not exit 0.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ordvec_manifest::{
    FileHash, IndexManifest, ManifestDocument, ManifestError, VerificationReport,
};
use serde::Serialize;

/// Write `text` as one line to standard output.
pub(super) fn line(text: &str) -> Result<(), ManifestError> {
    print(&plain(text))
}

/// Write `text` as one line to standard error.
pub(super) fn complaint(text: &str) -> Result<(), ManifestError> {
    let mut err = io::stderr().lock();
    writeln!(err, "{}", plain(text)).map_err(|source| unwritten("standard error", source))
}

pub(super) fn json(value: &impl Serialize) -> Result<(), ManifestError> {
    let text = serde_json::to_string_pretty(value).expect("reports hold only JSON types");
    // Outside strings only newlines are left, inside them only what JSON need not escape.
    let escape = |c: char| format!("\\u{:04x}", u32::from(c));
    print(&escaped(&text, |c| c != '\n' && moves_text(c), escape))
}

fn print(text: &str) -> Result<(), ManifestError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|source| unwritten("standard output", source))
}

fn unwritten(stream: &str, source: io::Error) -> ManifestError {
    let path = PathBuf::from(stream);
    ManifestError::Io { path, source }
}

/// `text` without anything that could move a cursor, end the line or turn its direction.
fn plain(text: &str) -> String {
    escaped(text, moves_text, |c| c.escape_default().to_string())
}

fn escaped(text: &str, hostile: fn(char) -> bool, escape: impl Fn(char) -> String) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match hostile(c) {
            true => safe.push_str(&escape(c)),
            false => safe.push(c),
        }
    }
    safe
}

/// Control characters, line separators, and the marks that change the direction of text.
fn moves_text(c: char) -> bool {
    let separator_or_direction = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    c.is_control() || separator_or_direction
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
        complaint(&format!("error: {issue}"))?;
    }
    for issue in &report.warnings {
        complaint(&format!("warning: {issue}"))?;
    }
    let verdict = if report.ok { "verified" } else { "failed" };
    print(&format!(
        "{}\n{verdict}",
        plain(&manifest.display().to_string())
    ))
}

pub(super) fn summary(loaded: &ManifestDocument) -> Result<(), ManifestError> {
    let document = &loaded.manifest;
    let artifact = &document.artifact;
    let mut rows = Rows::default();
    let mut row = |label, value| rows.add(label, value);
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
    sections(&mut rows, document);
    print(rows.0.trim_end())
}

/// Labels and values, a line each.
#[derive(Default)]
struct Rows(String);

impl Rows {
    fn add(&mut self, label: &str, value: String) {
        let value = plain(&value);
        writeln!(self.0, "{label:<14}{value}").expect("writing to a string succeeds");
    }
}

/// The sections that only some manifests have.
fn sections(rows: &mut Rows, document: &IndexManifest) {
    let mut row = |label, value| rows.add(label, value);
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
