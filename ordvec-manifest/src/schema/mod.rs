//! The document of schema `ordvec.index_manifest.v2`, section by section.
//!
//! Field order here is the order in the file; with sorted sidecars and recursively sorted
//! extensions that makes [`IndexManifest::to_bytes`] a function of the bundle alone.

mod calibration;
mod encoder_distortion;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::hash::sha256_bytes;
use crate::json::{sorted_map, sorted_values};

pub use calibration::{
    CalibrationOrdinalization, CalibrationProfileRef, EncoderSpec, NullModelSpec,
    ProfileArtifactRef, ProfileParameterization, CALIBRATION_SCHEMA_VERSION,
};
pub use encoder_distortion::{
    DistortionBounds, DistortionEvidence, DistortionEvidenceKind, DistortionProfileArtifactRef,
    DistortionScope, EncoderDistortionProfileRef, MetricSpec, ENCODER_DISTORTION_SCHEMA_VERSION,
};

/// The schema that this crate writes. It also reads the one before, of 0.5.0.
pub const SCHEMA_VERSION: &str = "ordvec.index_manifest.v2";

/// The family of an index file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManifestIndexKind {
    /// `.ovr`: full ranks.
    Rank,
    /// `.ovrq`: bucketed ranks.
    RankQuant,
    /// `.ovbm`: top coordinates.
    Bitmap,
    /// `.ovsb`: signs.
    SignBitmap,
}

/// What a header holds beyond dimension and row count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ManifestIndexParams {
    /// Ranks have no parameter.
    Rank {},
    /// Bits per coordinate.
    RankQuant {
        /// 1, 2 or 4.
        bits: u8,
    },
    /// Coordinates kept per row.
    Bitmap {
        /// Bits set in every row.
        n_top: u64,
    },
    /// Signs have no parameter.
    SignBitmap {},
}

impl ManifestIndexParams {
    /// The kind these parameters belong to.
    pub fn kind(&self) -> ManifestIndexKind {
        match self {
            ManifestIndexParams::Rank {} => ManifestIndexKind::Rank,
            ManifestIndexParams::RankQuant { .. } => ManifestIndexKind::RankQuant,
            ManifestIndexParams::Bitmap { .. } => ManifestIndexKind::Bitmap,
            ManifestIndexParams::SignBitmap {} => ManifestIndexKind::SignBitmap,
        }
    }
}

/// What the header and the length of an index file say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataReport {
    /// The family.
    pub kind: ManifestIndexKind,
    /// Version byte of the file format.
    pub format_version: u32,
    /// Coordinates per vector.
    pub dim: u64,
    /// Rows.
    pub vector_count: u64,
    /// Payload bytes per row.
    pub bytes_per_vec: u64,
    /// Parameters of the family.
    pub params: ManifestIndexParams,
    /// Bytes of the whole file.
    pub file_size_bytes: u64,
}

/// Section `artifact`: the index file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Relative to the manifest's folder, forward slashes.
    pub path: String,
    /// Lower-case hexadecimal SHA-256 of the file.
    pub sha256: String,
    /// See [`MetadataReport::kind`].
    pub kind: ManifestIndexKind,
    /// See [`MetadataReport::format_version`].
    pub format_version: u32,
    /// See [`MetadataReport::dim`].
    pub dim: u64,
    /// See [`MetadataReport::vector_count`].
    pub vector_count: u64,
    /// See [`MetadataReport::bytes_per_vec`].
    pub bytes_per_vec: u64,
    /// See [`MetadataReport::params`].
    pub params: ManifestIndexParams,
    /// See [`MetadataReport::file_size_bytes`].
    pub file_size_bytes: u64,
}

impl Artifact {
    pub(crate) fn new(path: String, sha256: String, metadata: MetadataReport) -> Self {
        Artifact {
            path,
            sha256,
            kind: metadata.kind,
            format_version: metadata.format_version,
            dim: metadata.dim,
            vector_count: metadata.vector_count,
            bytes_per_vec: metadata.bytes_per_vec,
            params: metadata.params,
            file_size_bytes: metadata.file_size_bytes,
        }
    }
}

/// Section `embedding`: what produced the vectors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embedding {
    /// The caller's name for the model.
    pub model: String,
    /// Equal to `artifact.dim`.
    pub dim: u64,
    /// Revision of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_revision: Option<String>,
    /// Revision of its tokenizer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer_revision: Option<String>,
    /// How token vectors became one vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooling: Option<String>,
    /// Digest of the corpus: `sha256:` and 64 lower-case digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpus_digest: Option<String>,
    /// Digest of the vectors: `sha256:` and 64 lower-case digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_matrix_digest: Option<String>,
    /// How vectors were normalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalization: Option<String>,
}

/// How ids of a row map are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// UUIDs (RFC 9562, section 4), each hyphenated, without hyphens, in braces or behind
    /// `urn:uuid:`.
    Uuid,
}

/// Section `row_identity`: what row `i` of the index stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RowIdentity {
    /// The row id is the caller's id.
    RowIdIdentity {
        /// Equal to `artifact.vector_count`.
        row_count: u64,
    },
    /// Line `i` of a JSONL file names the caller's id of row `i`.
    Jsonl {
        /// Relative to the manifest's folder, forward slashes.
        path: String,
        /// Lower-case hexadecimal SHA-256 of the file.
        sha256: String,
        /// Lines of the file; equal to `artifact.vector_count`.
        row_count: u64,
        /// How the ids are written.
        id_kind: IdKind,
    },
}

impl RowIdentity {
    /// The declared number of rows.
    pub fn row_count(&self) -> u64 {
        match self {
            RowIdentity::RowIdIdentity { row_count } => *row_count,
            RowIdentity::Jsonl { row_count, .. } => *row_count,
        }
    }
}

/// One entry of `auxiliary_artifacts`: a file that belongs to the caller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuxiliaryArtifact {
    /// Unique in the manifest.
    pub name: String,
    /// Relative to the manifest's folder, forward slashes.
    pub path: String,
    /// Lower-case hexadecimal SHA-256 of the file.
    pub sha256: String,
    /// Bytes of the file.
    pub file_size_bytes: u64,
    /// Whether the bundle is broken without it.
    #[serde(default = "required_by_default")]
    pub required: bool,
}

fn required_by_default() -> bool {
    true
}

/// A whole manifest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndexManifest {
    /// [`SCHEMA_VERSION`], or that of schema v1 when read from such a manifest.
    pub schema_version: String,
    /// The index file.
    pub artifact: Artifact,
    /// What produced the vectors.
    pub embedding: Embedding,
    /// What the rows stand for.
    pub row_identity: RowIdentity,
    /// Sidecars, sorted by name and path when written by this crate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub auxiliary_artifacts: Vec<AuxiliaryArtifact>,
    /// What scores were calibrated against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationProfileRef>,
    /// How far the embedding strays from its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoder_distortion: Option<EncoderDistortionProfileRef>,
    /// Statements about the index file (in-toto), keys sorted at every depth, in the order of
    /// their text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attestations: Vec<Value>,
    /// The caller's own JSON, keys sorted at every depth.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

impl IndexManifest {
    /// The canonical bytes, always of [`SCHEMA_VERSION`]: two-space indent, one final newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(&self.clone().into_canonical())
            .expect("strings, numbers and JSON values always serialise");
        bytes.push(b'\n');
        bytes
    }

    /// SHA-256 of [`to_bytes`](Self::to_bytes): the address of the bundle.
    pub fn sha256(&self) -> String {
        sha256_bytes(&self.to_bytes())
    }

    pub(crate) fn into_canonical(mut self) -> Self {
        self.schema_version = SCHEMA_VERSION.to_owned();
        self.auxiliary_artifacts.sort();
        self.attestations = sorted_values(self.attestations);
        self.attestations.sort_by_cached_key(Value::to_string);
        self.extensions = sorted_map(self.extensions);
        self
    }
}
