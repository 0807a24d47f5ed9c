//! Section `encoder_distortion`: how far distances of the embedding may stray from those of the
//! source, who says so, and the file with the evidence. The geometry itself is the caller's.

use serde::{Deserialize, Serialize};

use super::calibration::EncoderSpec;

/// The schema that an `encoder_distortion` section must name.
pub const ENCODER_DISTORTION_SCHEMA_VERSION: &str = "ordvec.encoder_distortion.v1";

/// The section as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderDistortionProfileRef {
    /// Always [`ENCODER_DISTORTION_SCHEMA_VERSION`].
    pub schema_version: String,
    /// The caller's name for the profile.
    pub profile_id: String,
    /// When the profile was made: RFC 3339, from the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// The encoder that was measured; must agree with `embedding`.
    pub encoder: EncoderSpec,
    /// Equal to `embedding.tokenizer_revision`, or absent with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer_revision: Option<String>,
    /// Equal to `embedding.pooling`, or absent with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooling: Option<String>,
    /// The metric before encoding.
    pub source_metric: MetricSpec,
    /// The metric between embeddings.
    pub embedding_metric: MetricSpec,
    /// What is stated; at least one member.
    pub bounds: DistortionBounds,
    /// What it was stated about.
    pub scope: DistortionScope,
    /// On what grounds.
    pub evidence: DistortionEvidence,
    /// The file; only [`DistortionEvidenceKind::CallerAsserted`] goes without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<DistortionProfileArtifactRef>,
    /// Equal to `calibration.profile_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration_profile_id: Option<String>,
}

/// A metric as the caller names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricSpec {
    /// The caller's name for it.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Digest of its definition: `sha256:` and 64 lower-case digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// Distances after encoding over distances before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistortionBounds {
    /// Above 0 and at most the upper bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_lower_bound: Option<f64>,
    /// Above 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_upper_bound: Option<f64>,
    /// Above 0; upper over lower bound where both are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_distortion: Option<f64>,
    /// Share of pairs outside the bounds, in [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violation_rate: Option<f64>,
    /// At least 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_observed_violation: Option<f64>,
    /// At least 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantile_observed_violation: Option<f64>,
}

/// What was measured. Digests are `sha256:` and 64 lower-case digits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistortionScope {
    /// Of the corpus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpus_digest: Option<String>,
    /// Of the queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_set_digest: Option<String>,
    /// Of the sampled pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair_sample_digest: Option<String>,
    /// The caller's name for the field of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Pairs measured, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_size: Option<u64>,
    /// In [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// In [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<f64>,
    /// Version of the program that measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimator_version: Option<String>,
}

/// On what grounds the bounds are stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistortionEvidence {
    /// The kind of grounds.
    pub kind: DistortionEvidenceKind,
    /// The caller's name for the program that measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimator_id: Option<String>,
    /// Digest of that program: `sha256:` and 64 lower-case digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimator_hash: Option<String>,
}

/// The kind of grounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistortionEvidenceKind {
    /// A proof.
    Certified,
    /// A measured sample.
    EmpiricalSample,
    /// A benchmark.
    BenchmarkEstimate,
    /// A teacher model.
    TeacherEstimate,
    /// The caller's word; needs no file.
    CallerAsserted,
}

impl DistortionEvidenceKind {
    /// The value of `kind` in JSON.
    pub fn label(&self) -> &'static str {
        match self {
            DistortionEvidenceKind::Certified => "certified",
            DistortionEvidenceKind::EmpiricalSample => "empirical_sample",
            DistortionEvidenceKind::BenchmarkEstimate => "benchmark_estimate",
            DistortionEvidenceKind::TeacherEstimate => "teacher_estimate",
            DistortionEvidenceKind::CallerAsserted => "caller_asserted",
        }
    }
}

/// The file of an encoder distortion profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistortionProfileArtifactRef {
    /// Relative to the manifest's folder, forward slashes.
    pub path: String,
    /// Lower-case hexadecimal SHA-256 of the file.
    pub sha256: String,
    /// Bytes of the file.
    pub file_size_bytes: u64,
    /// The caller's name for the layout.
    pub format: String,
    /// Digest of what it was made from: `sha256:` and 64 lower-case digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_digest: Option<String>,
}
