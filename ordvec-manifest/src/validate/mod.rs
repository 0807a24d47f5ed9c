//! Rules that a document must keep by itself, before any file is looked at.

mod calibration;
mod distortion_numbers;
mod encoder;
mod encoder_distortion;
mod findings;

use std::collections::BTreeSet;

use crate::codes;
use crate::error::ReportIssue;
use crate::roles::{ARTIFACT, AUXILIARY, ROW_MAP};
use crate::schema::{Artifact, AuxiliaryArtifact, Embedding, IndexManifest, RowIdentity};
use findings::Findings;

/// Longest name of a sidecar or model, in bytes.
const MAX_NAME_BYTES: usize = 256;

/// Every rule that `manifest` breaks, in the order of its sections.
pub(crate) fn check_document(manifest: &IndexManifest) -> Vec<ReportIssue> {
    let mut found = Findings::default();
    check_artifact(&mut found, &manifest.artifact);
    check_embedding(&mut found, &manifest.embedding, manifest.artifact.dim);
    check_row_identity(&mut found, manifest);
    check_auxiliary(&mut found, &manifest.auxiliary_artifacts);
    if let Some(section) = &manifest.calibration {
        calibration::check(&mut found, section, manifest);
    }
    if let Some(section) = &manifest.encoder_distortion {
        encoder_distortion::check(&mut found, section, manifest);
    }
    found.0
}

fn check_artifact(found: &mut Findings, artifact: &Artifact) {
    found.sha256(ARTIFACT.sha256_invalid, "index", &artifact.sha256);
    found.not_zero(
        codes::ARTIFACT_BYTES_PER_VEC_ZERO,
        "artifact.bytes_per_vec",
        artifact.bytes_per_vec,
    );
    found.equal(
        codes::ARTIFACT_PARAMS_KIND_MISMATCH,
        "artifact.params.kind",
        ("artifact.kind", artifact.kind),
        artifact.params.kind(),
    );
}

fn check_embedding(found: &mut Findings, embedding: &Embedding, dim: u64) {
    let model = &embedding.model;
    found.not_blank(codes::EMBEDDING_MODEL_EMPTY, "embedding.model", model);
    check_name(
        found,
        codes::EMBEDDING_MODEL_INVALID,
        "embedding.model",
        model,
    );
    found.not_zero(codes::EMBEDDING_DIM_ZERO, "embedding.dim", embedding.dim);
    found.equal(
        codes::ARTIFACT_EMBEDDING_DIM_MISMATCH,
        "embedding.dim",
        ("artifact.dim", dim),
        embedding.dim,
    );
    check_embedding_details(found, embedding);
}

fn check_embedding_details(found: &mut Findings, embedding: &Embedding) {
    let texts = [
        (
            codes::EMBEDDING_MODEL_REVISION_EMPTY,
            "embedding.model_revision",
            &embedding.model_revision,
        ),
        (
            codes::EMBEDDING_TOKENIZER_REVISION_EMPTY,
            "embedding.tokenizer_revision",
            &embedding.tokenizer_revision,
        ),
        (
            codes::EMBEDDING_POOLING_EMPTY,
            "embedding.pooling",
            &embedding.pooling,
        ),
        (
            codes::EMBEDDING_NORMALIZATION_EMPTY,
            "embedding.normalization",
            &embedding.normalization,
        ),
    ];
    for (code, member, text) in texts {
        found.not_blank_if_any(code, member, text.as_ref());
    }
    found.digest_uri(
        codes::EMBEDDING_CORPUS_DIGEST_INVALID,
        "embedding.corpus_digest",
        embedding.corpus_digest.as_ref(),
    );
    found.digest_uri(
        codes::EMBEDDING_MATRIX_DIGEST_INVALID,
        "embedding.embedding_matrix_digest",
        embedding.embedding_matrix_digest.as_ref(),
    );
}

fn check_row_identity(found: &mut Findings, manifest: &IndexManifest) {
    if let RowIdentity::Jsonl { sha256, .. } = &manifest.row_identity {
        found.sha256(ROW_MAP.sha256_invalid, "row map", sha256);
    }
    found.equal(
        codes::ARTIFACT_ROW_COUNT_MISMATCH,
        "row_identity.row_count",
        ("artifact.vector_count", manifest.artifact.vector_count),
        manifest.row_identity.row_count(),
    );
}

fn check_auxiliary(found: &mut Findings, entries: &[AuxiliaryArtifact]) {
    let mut names = BTreeSet::new();
    for entry in entries {
        let name = &entry.name;
        found.not_blank(
            codes::AUXILIARY_ARTIFACT_NAME_EMPTY,
            "the name of a sidecar",
            name,
        );
        found.check(
            name.trim().is_empty() || name.trim() == name,
            codes::AUXILIARY_ARTIFACT_NAME_NOT_TRIMMED,
            "a sidecar's name without white space around it",
            name,
        );
        check_name(
            found,
            codes::AUXILIARY_ARTIFACT_NAME_INVALID,
            "the name of a sidecar",
            name,
        );
        found.check(
            names.insert(name),
            codes::AUXILIARY_ARTIFACT_NAME_DUPLICATE,
            "each sidecar name once",
            name,
        );
        found.sha256(
            AUXILIARY.sha256_invalid,
            &format!("sidecar {name:?}"),
            &entry.sha256,
        );
    }
}

/// A name is shown in terminals and logs: no control characters, and not endless.
fn check_name(found: &mut Findings, code: &'static str, member: &str, name: &str) {
    let printable = !name.chars().any(char::is_control);
    let rule = format!("{member} of at most {MAX_NAME_BYTES} bytes and no control characters");
    let shown: String = name.chars().take(MAX_NAME_BYTES).collect();
    found.check(
        name.len() <= MAX_NAME_BYTES && printable,
        code,
        &rule,
        shown,
    );
}
