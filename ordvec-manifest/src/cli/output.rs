//! What a person or a script reads. Text from a manifest is printed escaped: a document must
//! not be able to move a terminal's cursor.

use std::path::Path;

use ordvec_manifest::{LoadedManifest, VerificationReport};
use serde::Serialize;

pub(super) fn json(value: &impl Serialize) {
    let text = serde_json::to_string_pretty(value).expect("reports hold only JSON types");
    println!("{text}");
}

/// The manifest's path and the verdict on standard output, the issues on standard error.
pub(super) fn report(manifest: &Path, report: &VerificationReport) {
    println!("{}", manifest.display());
    println!("{}", if report.ok { "verified" } else { "failed" });
    for issue in &report.errors {
        eprintln!("error: {issue}");
    }
    for issue in &report.warnings {
        eprintln!("warning: {issue}");
    }
}

pub(super) fn summary(loaded: &LoadedManifest) {
    let document = &loaded.document;
    let artifact = &document.artifact;
    println!("manifest      {}", loaded.path.display());
    println!("sha256        {}", loaded.sha256);
    println!("schema        {}", document.schema_version);
    println!("index         {:?}", artifact.path);
    println!("index sha256  {:?}", artifact.sha256);
    println!(
        "format        {:?}, version {}",
        artifact.params, artifact.format_version
    );
    println!(
        "vectors       {} x {} ({} bytes each, file {} bytes)",
        artifact.vector_count, artifact.dim, artifact.bytes_per_vec, artifact.file_size_bytes
    );
    println!("embedding     {:?}", document.embedding.model);
    println!("row identity  {:?}", document.row_identity);
    for entry in &document.auxiliary_artifacts {
        let need = if entry.required {
            "required"
        } else {
            "optional"
        };
        println!("sidecar       {:?} {:?} ({need})", entry.name, entry.path);
    }
}
