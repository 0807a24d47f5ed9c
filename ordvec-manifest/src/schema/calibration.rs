//! Section `calibration`: which null model the scores of this index were calibrated against,
//! and the file that holds its numbers. The statistics themselves are the caller's.

use serde::{Deserialize, Serialize};

/// The schema that a `calibration` section must name.
pub const CALIBRATION_SCHEMA_VERSION: &str = "ordvec.calibration.v1";

/// The section as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationProfileRef {
    /// Always [`CALIBRATION_SCHEMA_VERSION`].
    pub schema_version: String,
    /// The caller's name for the profile.
    pub profile_id: String,
    /// When the profile was made: RFC 3339, from the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// The encoder whose vectors were calibrated; must agree with `embedding`.
    pub calibrated_for: EncoderSpec,
    /// How vectors became ordinal; must agree with `artifact`.
    pub ordinalization: CalibrationOrdinalization,
    /// The file; absent exactly for [`NullModelSpec::UniformHypergeometric`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileArtifactRef>,
    /// What a score is compared with.
    pub null_model: NullModelSpec,
}

/// An encoder as a profile names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderSpec {
    /// Equal to `embedding.model`.
    pub model: String,
    /// Equal to `embedding.dim`.
    pub dim: u64,
    /// Equal to `embedding.model_revision`, or absent with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_revision: Option<String>,
    /// Equal to `embedding.normalization`, or absent with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalization: Option<String>,
}

/// How vectors became ordinal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CalibrationOrdinalization {
    /// The top coordinates, for a bitmap index.
    TopK {
        /// Equal to `artifact.dim`.
        dim: u64,
        /// Equal to `artifact.params.n_top`.
        k: u64,
    },
    /// Buckets of ranks, for a rank-quant index.
    Bucket {
        /// Equal to `artifact.dim`.
        dim: u64,
        /// Equal to `artifact.params.bits`.
        bits: u8,
    },
    /// Signs, for a sign-bitmap index.
    Sign {
        /// Equal to `artifact.dim`.
        dim: u64,
    },
    /// Full ranks, for a rank index.
    RankPosition {
        /// Equal to `artifact.dim`.
        dim: u64,
    },
    /// Something of the caller's on top of full ranks, for a rank index.
    CallerDefined {
        /// Equal to `artifact.dim`.
        dim: u64,
        /// The caller's name for it.
        name: String,
    },
}

impl CalibrationOrdinalization {
    /// Coordinates of a vector.
    pub fn dim(&self) -> u64 {
        use CalibrationOrdinalization as O;
        let (O::TopK { dim, .. }
        | O::Bucket { dim, .. }
        | O::Sign { dim }
        | O::RankPosition { dim }
        | O::CallerDefined { dim, .. }) = self;
        *dim
    }

    /// The value of `kind` in JSON.
    pub fn label(&self) -> &'static str {
        match self {
            CalibrationOrdinalization::TopK { .. } => "top_k",
            CalibrationOrdinalization::Bucket { .. } => "bucket",
            CalibrationOrdinalization::Sign { .. } => "sign",
            CalibrationOrdinalization::RankPosition { .. } => "rank_position",
            CalibrationOrdinalization::CallerDefined { .. } => "caller_defined",
        }
    }
}

/// The file of a calibration profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileArtifactRef {
    /// Relative to the manifest's folder, forward slashes.
    pub path: String,
    /// Lower-case hexadecimal SHA-256 of the file.
    pub sha256: String,
    /// Bytes of the file.
    pub file_size_bytes: u64,
    /// Equal to `artifact.dim`.
    pub dim: u64,
    /// Samples behind the numbers, at least 1.
    pub sample_count: u64,
    /// What the numbers are.
    pub parameterization: ProfileParameterization,
    /// `raw_f64_le`, `raw_f32_le` or a name of the caller's.
    pub format: String,
    /// Lengths of the axes; empty leaves them to the caller.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shape: Vec<u64>,
    /// Digest of what the numbers were made from: `sha256:` and 64 lower-case digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_digest: Option<String>,
}

/// What the numbers of a profile are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileParameterization {
    /// How often each coordinate is among the top ones: `[dim]`.
    #[serde(rename = "marginal_topk_frequency")]
    MarginalTopKFrequency,
    /// How often each coordinate falls into each bucket: `[dim, 2^bits]`.
    BucketFrequency,
    /// How often each coordinate is positive: `[dim]`.
    SignFrequency,
    /// How often each coordinate has each rank: `[dim, dim]`.
    RankPositionFrequency,
    /// Tail probabilities of a statistic, of any shape.
    EmpiricalTailTable,
}

/// What a score is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NullModelSpec {
    /// Every set of top coordinates equally likely; needs no file.
    UniformHypergeometric {},
    /// Coordinates weighted by the profile.
    WeightedMarginalProfile {
        /// Equal to the profile's.
        parameterization: ProfileParameterization,
    },
    /// A table of tail probabilities in the profile.
    EmpiricalTailTable {
        /// The caller's name for the statistic.
        statistic: String,
    },
    /// Something of the caller's.
    CallerDefined {
        /// The caller's name for it.
        name: String,
        /// The caller's name for what the profile holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parameterization: Option<String>,
    },
}

impl NullModelSpec {
    /// The value of `kind` in JSON.
    pub fn label(&self) -> &'static str {
        match self {
            NullModelSpec::UniformHypergeometric {} => "uniform_hypergeometric",
            NullModelSpec::WeightedMarginalProfile { .. } => "weighted_marginal_profile",
            NullModelSpec::EmpiricalTailTable { .. } => "empirical_tail_table",
            NullModelSpec::CallerDefined { .. } => "caller_defined",
        }
    }
}
