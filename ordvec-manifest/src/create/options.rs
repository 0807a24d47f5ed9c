//! What a caller decides about a new manifest.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::limits::ResourceLimits;
use crate::paths::PathPolicy;

/// What the rows of the index stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateRowIdentity {
    /// The row id is the caller's id.
    RowIdIdentity,
    /// A JSONL file maps row ids to UUIDs.
    Jsonl(PathBuf),
}

/// A sidecar to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateAuxiliaryArtifact {
    /// Unique name.
    pub name: String,
    /// Where it is now; it must exist even when not required later.
    pub path: PathBuf,
    /// Whether verification fails without it.
    pub required: bool,
}

/// A section `calibration` or `encoder_distortion` to put in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateProfileSection {
    /// The section as JSON. `profile` may leave out `path`, `sha256` and `file_size_bytes`,
    /// which are taken from the file. A digest or size that it states must be the file's; a path
    /// that it states is replaced where `profile` below names the file.
    pub section: Map<String, Value>,
    /// The profile file; without it `profile.path` names it, from the manifest's folder.
    pub profile: Option<PathBuf>,
}

/// How to create a manifest, beyond the choices that have no default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateManifestOptions {
    /// Record absolute paths where a file is not in the manifest's folder.
    pub allow_absolute_paths: bool,
    /// Record paths that leave the manifest's folder.
    pub allow_path_escape: bool,
    /// Accept a row map that names one id twice.
    pub allow_duplicate_db_ids: bool,
    /// Bounds on the inputs and on the manifest itself.
    pub limits: ResourceLimits,
    /// Sidecars in any order.
    pub auxiliary_artifacts: Vec<CreateAuxiliaryArtifact>,
    /// Members of the section `embedding` beside `model` and `dim`.
    pub embedding_details: Map<String, Value>,
    /// What scores were calibrated against.
    pub calibration: Option<CreateProfileSection>,
    /// How far the embedding strays from its source.
    pub encoder_distortion: Option<CreateProfileSection>,
    /// Statements about the index file (in-toto), in any order.
    pub attestations: Vec<Value>,
    /// The caller's own JSON.
    pub extensions: Map<String, Value>,
}

impl CreateManifestOptions {
    pub(super) fn paths(&self) -> PathPolicy {
        PathPolicy {
            allow_absolute: self.allow_absolute_paths,
            allow_escape: self.allow_path_escape,
        }
    }
}
