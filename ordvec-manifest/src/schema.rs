//! The document of schema `ordvec.index_manifest.v2`, section by section.
//!
//! Field order here is the order in the file; with sorted sidecars and recursively sorted
//! extensions that makes [`ManifestDocument::to_bytes`] a function of the bundle alone.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The only schema that this crate writes and reads.
pub const SCHEMA_VERSION: &str = "ordvec.index_manifest.v2";

/// The schema that a `calibration` section names. This release refuses every manifest with
/// such a section; the name is public so that tools can tell which one was meant.
pub const CALIBRATION_SCHEMA_VERSION: &str = "ordvec.calibration.v1";

/// The family of an index file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexKind {
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
pub enum IndexParams {
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

impl IndexParams {
    /// The kind these parameters belong to.
    pub fn kind(&self) -> IndexKind {
        match self {
            IndexParams::Rank {} => IndexKind::Rank,
            IndexParams::RankQuant { .. } => IndexKind::RankQuant,
            IndexParams::Bitmap { .. } => IndexKind::Bitmap,
            IndexParams::SignBitmap {} => IndexKind::SignBitmap,
        }
    }
}

/// What the header and the length of an index file say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexMetadata {
    /// The family.
    pub kind: IndexKind,
    /// Version byte of the file format.
    pub format_version: u32,
    /// Coordinates per vector.
    pub dim: u64,
    /// Rows.
    pub vector_count: u64,
    /// Payload bytes per row.
    pub bytes_per_vec: u64,
    /// Parameters of the family.
    pub params: IndexParams,
    /// Bytes of the whole file.
    pub file_size_bytes: u64,
}

/// Section `artifact`: the index file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArtifactSection {
    /// Relative to the manifest's folder, forward slashes.
    pub path: String,
    /// Lower-case hexadecimal SHA-256 of the file.
    pub sha256: String,
    /// See [`IndexMetadata::kind`].
    pub kind: IndexKind,
    /// See [`IndexMetadata::format_version`].
    pub format_version: u32,
    /// See [`IndexMetadata::dim`].
    pub dim: u64,
    /// See [`IndexMetadata::vector_count`].
    pub vector_count: u64,
    /// See [`IndexMetadata::bytes_per_vec`].
    pub bytes_per_vec: u64,
    /// See [`IndexMetadata::params`].
    pub params: IndexParams,
    /// See [`IndexMetadata::file_size_bytes`].
    pub file_size_bytes: u64,
}

impl ArtifactSection {
    pub(crate) fn new(path: String, sha256: String, metadata: IndexMetadata) -> Self {
        ArtifactSection {
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingSection {
    /// The caller's name for the model.
    pub model: String,
    /// Equal to `artifact.dim`.
    pub dim: u64,
}

/// How ids of a row map are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// Hyphenated UUIDs (RFC 9562, section 4).
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
pub struct ManifestDocument {
    /// Always [`SCHEMA_VERSION`].
    pub schema_version: String,
    /// The index file.
    pub artifact: ArtifactSection,
    /// What produced the vectors.
    pub embedding: EmbeddingSection,
    /// What the rows stand for.
    pub row_identity: RowIdentity,
    /// Sidecars, sorted by name and path when written by this crate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub auxiliary_artifacts: Vec<AuxiliaryArtifact>,
    /// The caller's own JSON, keys sorted at every depth.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

impl ManifestDocument {
    /// The canonical bytes: two-space indent, one final newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut canonical = self.clone();
        canonical.auxiliary_artifacts.sort();
        canonical.extensions = crate::json::sorted_map(canonical.extensions);
        let mut bytes = serde_json::to_vec_pretty(&canonical)
            .expect("strings, integers and JSON values always serialise");
        bytes.push(b'\n');
        bytes
    }
}
