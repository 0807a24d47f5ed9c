//! Rules of the section `encoder_distortion`: complete in itself, and about this encoder.

use super::distortion_numbers::{check_bounds, check_order, check_scope};
use super::encoder::{check_encoder, DetailCodes, EncoderCodes};
use super::findings::Findings;
use crate::clock::is_rfc3339;
use crate::codes;
use crate::schema::{
    DistortionEvidenceKind, Embedding, EncoderDistortionProfileRef, IndexManifest, MetricSpec,
    ENCODER_DISTORTION_SCHEMA_VERSION,
};

pub(super) fn check(
    found: &mut Findings,
    section: &EncoderDistortionProfileRef,
    manifest: &IndexManifest,
) {
    check_head(found, section);
    let embedding = &manifest.embedding;
    check_encoder(found, &ENCODER, &section.encoder, embedding);
    check_encoder_details(found, section, embedding);
    check_metric(found, &SOURCE_METRIC, &section.source_metric);
    check_metric(found, &EMBEDDING_METRIC, &section.embedding_metric);
    check_bounds(found, &section.bounds);
    check_order(found, &section.bounds);
    check_scope(found, &section.scope);
    check_evidence(found, section);
    check_profile(found, section);
    let calibration = manifest.calibration.as_ref();
    check_calibration(found, section, calibration.map(|other| &other.profile_id));
}

fn check_head(found: &mut Findings, section: &EncoderDistortionProfileRef) {
    found.equal(
        codes::ENCODER_DISTORTION_SCHEMA_VERSION_UNSUPPORTED,
        "encoder_distortion.schema_version",
        ("the one known", ENCODER_DISTORTION_SCHEMA_VERSION),
        section.schema_version.as_str(),
    );
    found.not_blank(
        codes::ENCODER_DISTORTION_PROFILE_ID_EMPTY,
        "encoder_distortion.profile_id",
        &section.profile_id,
    );
    found.check(
        section.created_at.as_deref().is_none_or(is_rfc3339),
        codes::ENCODER_DISTORTION_CREATED_AT_INVALID,
        "encoder_distortion.created_at to be an RFC 3339 time",
        &section.created_at,
    );
}

const ENCODER: EncoderCodes = EncoderCodes {
    member: "encoder_distortion.encoder",
    model_empty: codes::ENCODER_DISTORTION_ENCODER_MODEL_EMPTY,
    model_mismatch: codes::ENCODER_DISTORTION_ENCODER_MODEL_MISMATCH,
    dim_zero: codes::ENCODER_DISTORTION_ENCODER_DIM_ZERO,
    dim_mismatch: codes::ENCODER_DISTORTION_ENCODER_DIM_MISMATCH,
    model_revision: DetailCodes {
        empty: codes::ENCODER_DISTORTION_ENCODER_MODEL_REVISION_EMPTY,
        mismatch: codes::ENCODER_DISTORTION_ENCODER_MODEL_REVISION_MISMATCH,
    },
    normalization: DetailCodes {
        empty: codes::ENCODER_DISTORTION_ENCODER_NORMALIZATION_EMPTY,
        mismatch: codes::ENCODER_DISTORTION_ENCODER_NORMALIZATION_MISMATCH,
    },
};

const TOKENIZER_REVISION: DetailCodes = DetailCodes {
    empty: codes::ENCODER_DISTORTION_TOKENIZER_REVISION_EMPTY,
    mismatch: codes::ENCODER_DISTORTION_TOKENIZER_REVISION_MISMATCH,
};

const POOLING: DetailCodes = DetailCodes {
    empty: codes::ENCODER_DISTORTION_POOLING_EMPTY,
    mismatch: codes::ENCODER_DISTORTION_POOLING_MISMATCH,
};

/// What this section says of the encoder beyond [`EncoderSpec`](crate::schema::EncoderSpec).
fn check_encoder_details(
    found: &mut Findings,
    section: &EncoderDistortionProfileRef,
    embedding: &Embedding,
) {
    let revisions = (&section.tokenizer_revision, &embedding.tokenizer_revision);
    let pooling = (&section.pooling, &embedding.pooling);
    let member = |name| ("encoder_distortion", name);
    TOKENIZER_REVISION.check(found, member("tokenizer_revision"), revisions);
    POOLING.check(found, member("pooling"), pooling);
}

/// The codes of one metric.
struct MetricCodes {
    member: &'static str,
    name_empty: &'static str,
    version_empty: &'static str,
    digest_invalid: &'static str,
}

const SOURCE_METRIC: MetricCodes = MetricCodes {
    member: "encoder_distortion.source_metric",
    name_empty: codes::ENCODER_DISTORTION_SOURCE_METRIC_NAME_EMPTY,
    version_empty: codes::ENCODER_DISTORTION_SOURCE_METRIC_VERSION_EMPTY,
    digest_invalid: codes::ENCODER_DISTORTION_SOURCE_METRIC_DIGEST_INVALID,
};

const EMBEDDING_METRIC: MetricCodes = MetricCodes {
    member: "encoder_distortion.embedding_metric",
    name_empty: codes::ENCODER_DISTORTION_EMBEDDING_METRIC_NAME_EMPTY,
    version_empty: codes::ENCODER_DISTORTION_EMBEDDING_METRIC_VERSION_EMPTY,
    digest_invalid: codes::ENCODER_DISTORTION_EMBEDDING_METRIC_DIGEST_INVALID,
};

fn check_metric(found: &mut Findings, codes: &MetricCodes, metric: &MetricSpec) {
    let member = |name| format!("{}.{name}", codes.member);
    found.not_blank(codes.name_empty, &member("name"), &metric.name);
    let (version, digest) = (metric.version.as_ref(), metric.digest.as_ref());
    found.not_blank_if_any(codes.version_empty, &member("version"), version);
    found.digest_uri(codes.digest_invalid, &member("digest"), digest);
}

fn check_evidence(found: &mut Findings, section: &EncoderDistortionProfileRef) {
    let evidence = &section.evidence;
    found.not_blank_if_any(
        codes::ENCODER_DISTORTION_EVIDENCE_ESTIMATOR_ID_EMPTY,
        "encoder_distortion.evidence.estimator_id",
        evidence.estimator_id.as_ref(),
    );
    found.digest_uri(
        codes::ENCODER_DISTORTION_EVIDENCE_ESTIMATOR_HASH_INVALID,
        "encoder_distortion.evidence.estimator_hash",
        evidence.estimator_hash.as_ref(),
    );
    found.check(
        section.profile.is_some() || evidence.kind == DistortionEvidenceKind::CallerAsserted,
        codes::ENCODER_DISTORTION_PROFILE_REQUIRED,
        "a profile file, or evidence of kind caller_asserted",
        evidence.kind.label(),
    );
}

fn check_profile(found: &mut Findings, section: &EncoderDistortionProfileRef) {
    let Some(profile) = &section.profile else {
        return;
    };
    found.sha256(
        codes::ENCODER_DISTORTION_PROFILE_SHA256_INVALID,
        "encoder distortion profile",
        &profile.sha256,
    );
    found.not_zero(
        codes::ENCODER_DISTORTION_PROFILE_FILE_SIZE_ZERO,
        "encoder_distortion.profile.file_size_bytes",
        profile.file_size_bytes,
    );
    found.not_blank(
        codes::ENCODER_DISTORTION_PROFILE_FORMAT_EMPTY,
        "encoder_distortion.profile.format",
        &profile.format,
    );
    found.digest_uri(
        codes::ENCODER_DISTORTION_PROFILE_SOURCE_DIGEST_INVALID,
        "encoder_distortion.profile.source_digest",
        profile.source_digest.as_ref(),
    );
}

fn check_calibration(
    found: &mut Findings,
    section: &EncoderDistortionProfileRef,
    calibration: Option<&String>,
) {
    let member = "encoder_distortion.calibration_profile_id";
    let Some(id) = &section.calibration_profile_id else {
        return;
    };
    if id.trim().is_empty() {
        let code = codes::ENCODER_DISTORTION_CALIBRATION_PROFILE_ID_EMPTY;
        return found.not_blank(code, member, id);
    }
    if id.trim() != id {
        let code = codes::ENCODER_DISTORTION_CALIBRATION_PROFILE_ID_WHITESPACE;
        return found.check(false, code, "no white space around it", id);
    }
    match calibration {
        None => found.check(
            false,
            codes::ENCODER_DISTORTION_CALIBRATION_MISSING,
            "a calibration section",
            id,
        ),
        Some(other) => found.equal(
            codes::ENCODER_DISTORTION_CALIBRATION_PROFILE_MISMATCH,
            member,
            ("calibration.profile_id", other),
            id,
        ),
    }
}
