//! Rules of the section `calibration`: complete in itself, and about this index and encoder.

use super::encoder::{check_encoder, DetailCodes, EncoderCodes};
use super::findings::Findings;
use crate::clock::is_rfc3339;
use crate::codes;
use crate::schema::{
    Artifact, CalibrationOrdinalization as Ordinalization, CalibrationProfileRef, IndexManifest,
    ManifestIndexParams, NullModelSpec, ProfileArtifactRef,
    ProfileParameterization as Parameterization, CALIBRATION_SCHEMA_VERSION,
};

pub(super) fn check(
    found: &mut Findings,
    section: &CalibrationProfileRef,
    manifest: &IndexManifest,
) {
    check_head(found, section);
    let (encoder, embedding) = (&section.calibrated_for, &manifest.embedding);
    check_encoder(found, &ENCODER, encoder, embedding);
    check_ordinalization(found, &section.ordinalization, &manifest.artifact);
    check_null_model(found, &section.null_model, &section.ordinalization);
    let needs_file = !matches!(section.null_model, NullModelSpec::UniformHypergeometric {});
    match &section.profile {
        Some(profile) if needs_file => {
            check_profile(found, profile, manifest.artifact.dim);
            check_parameterization(found, profile, section);
            check_shape(found, profile, &section.ordinalization);
        }
        profile => found.check(
            profile.is_some() == needs_file,
            match needs_file {
                true => codes::CALIBRATION_PROFILE_REQUIRED,
                false => codes::CALIBRATION_PROFILE_UNEXPECTED,
            },
            "a calibration profile exactly where null_model is not uniform_hypergeometric",
            section.null_model.label(),
        ),
    }
}

fn check_head(found: &mut Findings, section: &CalibrationProfileRef) {
    found.equal(
        codes::CALIBRATION_SCHEMA_VERSION_UNSUPPORTED,
        "calibration.schema_version",
        ("the one known", CALIBRATION_SCHEMA_VERSION),
        section.schema_version.as_str(),
    );
    found.not_blank(
        codes::CALIBRATION_PROFILE_ID_EMPTY,
        "calibration.profile_id",
        &section.profile_id,
    );
    found.check(
        section.created_at.as_deref().is_none_or(is_rfc3339),
        codes::CALIBRATION_CREATED_AT_INVALID,
        "calibration.created_at to be an RFC 3339 time",
        &section.created_at,
    );
}

const ENCODER: EncoderCodes = EncoderCodes {
    member: "calibration.calibrated_for",
    model_empty: codes::CALIBRATION_ENCODER_MODEL_EMPTY,
    model_mismatch: codes::CALIBRATION_ENCODER_MODEL_MISMATCH,
    dim_zero: codes::CALIBRATION_ENCODER_DIM_ZERO,
    dim_mismatch: codes::CALIBRATION_ENCODER_DIM_MISMATCH,
    model_revision: DetailCodes {
        empty: codes::CALIBRATION_ENCODER_MODEL_REVISION_EMPTY,
        mismatch: codes::CALIBRATION_ENCODER_MODEL_REVISION_MISMATCH,
    },
    normalization: DetailCodes {
        empty: codes::CALIBRATION_ENCODER_NORMALIZATION_EMPTY,
        mismatch: codes::CALIBRATION_ENCODER_NORMALIZATION_MISMATCH,
    },
};

fn check_ordinalization(found: &mut Findings, section: &Ordinalization, artifact: &Artifact) {
    let member = "calibration.ordinalization.dim";
    let dim = section.dim();
    found.not_zero(codes::CALIBRATION_ORDINALIZATION_DIM_ZERO, member, dim);
    found.equal(
        codes::CALIBRATION_ORDINALIZATION_DIM_MISMATCH,
        member,
        ("artifact.dim", artifact.dim),
        dim,
    );
    let fits = match (artifact.params, section) {
        (ManifestIndexParams::Bitmap { n_top }, Ordinalization::TopK { k, .. }) => *k == n_top,
        (
            ManifestIndexParams::RankQuant { bits: of_index },
            Ordinalization::Bucket { bits, .. },
        ) => *bits == of_index,
        (ManifestIndexParams::SignBitmap {}, Ordinalization::Sign { .. }) => true,
        (ManifestIndexParams::Rank {}, Ordinalization::RankPosition { .. }) => true,
        (ManifestIndexParams::Rank {}, Ordinalization::CallerDefined { .. }) => true,
        _ => false,
    };
    found.check(
        fits,
        codes::CALIBRATION_ORDINALIZATION_ARTIFACT_MISMATCH,
        &format!(
            "calibration.ordinalization of an index with {:?}",
            artifact.params
        ),
        section,
    );
    if let Ordinalization::CallerDefined { name, .. } = section {
        found.not_blank(
            codes::CALIBRATION_ORDINALIZATION_ARTIFACT_MISMATCH,
            "calibration.ordinalization.name",
            name,
        );
    }
}

fn check_null_model(found: &mut Findings, model: &NullModelSpec, ordinalization: &Ordinalization) {
    match model {
        NullModelSpec::UniformHypergeometric {} => found.check(
            matches!(ordinalization, Ordinalization::TopK { .. }),
            codes::CALIBRATION_NULL_MODEL_ORDINALIZATION_MISMATCH,
            "uniform_hypergeometric over the ordinalization top_k",
            ordinalization.label(),
        ),
        NullModelSpec::WeightedMarginalProfile { .. } => {}
        NullModelSpec::EmpiricalTailTable { statistic } => found.not_blank(
            codes::CALIBRATION_NULL_STATISTIC_EMPTY,
            "calibration.null_model.statistic",
            statistic,
        ),
        NullModelSpec::CallerDefined {
            name,
            parameterization,
        } => {
            found.not_blank(
                codes::CALIBRATION_NULL_NAME_EMPTY,
                "calibration.null_model.name",
                name,
            );
            found.not_blank_if_any(
                codes::CALIBRATION_NULL_PARAMETERIZATION_EMPTY,
                "calibration.null_model.parameterization",
                parameterization.as_ref(),
            );
        }
    }
}

fn check_profile(found: &mut Findings, profile: &ProfileArtifactRef, dim: u64) {
    found.sha256(
        codes::CALIBRATION_PROFILE_SHA256_INVALID,
        "calibration profile",
        &profile.sha256,
    );
    found.not_zero(
        codes::CALIBRATION_PROFILE_FILE_SIZE_ZERO,
        "calibration.profile.file_size_bytes",
        profile.file_size_bytes,
    );
    found.equal(
        codes::CALIBRATION_PROFILE_DIM_MISMATCH,
        "calibration.profile.dim",
        ("artifact.dim", dim),
        profile.dim,
    );
    found.not_zero(
        codes::CALIBRATION_PROFILE_SAMPLE_COUNT_ZERO,
        "calibration.profile.sample_count",
        profile.sample_count,
    );
    found.not_blank(
        codes::CALIBRATION_PROFILE_FORMAT_EMPTY,
        "calibration.profile.format",
        &profile.format,
    );
    found.digest_uri(
        codes::CALIBRATION_PROFILE_SOURCE_DIGEST_INVALID,
        "calibration.profile.source_digest",
        profile.source_digest.as_ref(),
    );
}

fn check_parameterization(
    found: &mut Findings,
    profile: &ProfileArtifactRef,
    section: &CalibrationProfileRef,
) {
    let stated = profile.parameterization;
    let asked = match &section.null_model {
        NullModelSpec::WeightedMarginalProfile { parameterization } => *parameterization,
        NullModelSpec::EmpiricalTailTable { .. } => Parameterization::EmpiricalTailTable,
        _ => stated,
    };
    found.equal(
        codes::CALIBRATION_NULL_PARAMETERIZATION_MISMATCH,
        "calibration.profile.parameterization",
        ("what null_model asks for", asked),
        stated,
    );
    let own = match &section.ordinalization {
        Ordinalization::TopK { .. } => Parameterization::MarginalTopKFrequency,
        Ordinalization::Bucket { .. } => Parameterization::BucketFrequency,
        Ordinalization::Sign { .. } => Parameterization::SignFrequency,
        Ordinalization::RankPosition { .. } => Parameterization::RankPositionFrequency,
        Ordinalization::CallerDefined { .. } => stated,
    };
    found.check(
        stated == own || stated == Parameterization::EmpiricalTailTable,
        codes::CALIBRATION_PROFILE_PARAMETERIZATION_ORDINALIZATION_MISMATCH,
        &format!("calibration.profile.parameterization {own:?} or EmpiricalTailTable"),
        stated,
    );
}

fn check_shape(
    found: &mut Findings,
    profile: &ProfileArtifactRef,
    ordinalization: &Ordinalization,
) {
    if profile.shape.is_empty() {
        return;
    }
    let expected = natural_shape(profile.parameterization, ordinalization);
    let values = profile
        .shape
        .iter()
        .try_fold(1_u64, |product, axis| product.checked_mul(*axis));
    let value_bytes = match profile.format.as_str() {
        "raw_f64_le" => Some(8),
        "raw_f32_le" => Some(4),
        _ => None,
    };
    let bytes = value_bytes.map(|width: u64| values?.checked_mul(width));
    found.check(
        expected.is_none_or(|shape| shape == profile.shape) && bytes != Some(None),
        codes::CALIBRATION_PROFILE_SHAPE_MISMATCH,
        "calibration.profile.shape to be that of its parameterization",
        &profile.shape,
    );
    if let Some(Some(bytes)) = bytes {
        found.equal(
            codes::CALIBRATION_PROFILE_FILE_SIZE_MISMATCH,
            "calibration.profile.file_size_bytes",
            ("what shape and format give", bytes),
            profile.file_size_bytes,
        );
    }
}

/// `None` where the shape is the caller's to choose.
fn natural_shape(parameterization: Parameterization, over: &Ordinalization) -> Option<Vec<u64>> {
    let dim = over.dim();
    match parameterization {
        Parameterization::MarginalTopKFrequency | Parameterization::SignFrequency => {
            Some(vec![dim])
        }
        Parameterization::RankPositionFrequency => Some(vec![dim, dim]),
        Parameterization::BucketFrequency => match over {
            Ordinalization::Bucket { bits, .. } => {
                Some(vec![dim, 1_u64.checked_shl((*bits).into())?])
            }
            _ => None,
        },
        Parameterization::EmpiricalTailTable => None,
    }
}
