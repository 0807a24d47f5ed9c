//! What a person or a script reads. Text from a manifest is printed escaped: a document must
//! not be able to move a terminal's cursor. Output that cannot be written is an error, so that
//! a verdict which nobody received does not exit 0.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ordvec_manifest::{LoadedManifest, ManifestError, VerificationReport};
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

pub(super) fn summary(loaded: &LoadedManifest) -> Result<(), ManifestError> {
    let document = &loaded.document;
    let artifact = &document.artifact;
    let mut text = String::new();
    let mut row = |label: &str, value: String| {
        writeln!(text, "{label:<14}{value}").expect("writing to a string succeeds");
    };
    row("manifest", loaded.path.display().to_string());
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
    line(text.trim_end())
}
