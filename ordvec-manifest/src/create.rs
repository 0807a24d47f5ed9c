//! Building a manifest from files and writing it.
//!
//! Nothing is written until every input was read, every rule was checked and the bytes to be
//! written were parsed back.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::atomic::{check_target, folder_of, write_atomically};
use crate::codes;
use crate::error::{Issue, ManifestError};
use crate::files::{observe, ARTIFACT, AUXILIARY};
use crate::hash::sha256_bytes;
use crate::json::sorted_map;
use crate::limits::ResourceLimits;
use crate::load::{check_auxiliary_count, check_manifest_size, parse_document};
use crate::paths::{record, PathPolicy};
use crate::probe::probe;
use crate::row_map::read_row_map;
use crate::schema::{
    ArtifactSection, AuxiliaryArtifact, EmbeddingSection, IdKind, ManifestDocument, RowIdentity,
    SCHEMA_VERSION,
};
use crate::validate::check_document;

/// What the rows of the index stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowIdentitySource {
    /// The row id is the caller's id.
    RowIdIdentity,
    /// A JSONL file maps row ids to UUIDs.
    RowMap(PathBuf),
}

/// A sidecar to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuxiliarySource {
    /// Unique name.
    pub name: String,
    /// Where it is now; it must exist even when not required later.
    pub path: PathBuf,
    /// Whether verification fails without it.
    pub required: bool,
}

/// How to create a manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateOptions {
    /// The caller's name for the embedding model.
    pub embedding_model: String,
    /// What the rows stand for; there is no default on purpose.
    pub row_identity: RowIdentitySource,
    /// Sidecars in any order.
    pub auxiliary_artifacts: Vec<AuxiliarySource>,
    /// The caller's own JSON.
    pub extensions: Map<String, Value>,
    /// What paths may be recorded.
    pub paths: PathPolicy,
    /// Accept a row map that names one id twice.
    pub allow_duplicate_db_ids: bool,
    /// Bounds on the inputs and on the manifest itself.
    pub limits: ResourceLimits,
}

impl CreateOptions {
    /// Options with nothing beyond the two required choices.
    pub fn new(embedding_model: impl Into<String>, row_identity: RowIdentitySource) -> Self {
        CreateOptions {
            embedding_model: embedding_model.into(),
            row_identity,
            auxiliary_artifacts: Vec::new(),
            extensions: Map::new(),
            paths: PathPolicy::default(),
            allow_duplicate_db_ids: false,
            limits: ResourceLimits::default(),
        }
    }
}

/// A manifest that is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatedManifest {
    /// Where it was written, as given.
    pub path: PathBuf,
    /// SHA-256 of its bytes: the address of the bundle.
    pub sha256: String,
    /// What was written.
    pub document: ManifestDocument,
}

/// Bind the index file `index` in a manifest at `out`, replacing a regular file there.
///
/// # Errors
/// [`ManifestError::Io`] when a file cannot be read or written,
/// [`ManifestError::Rejected`] when an input breaks a rule; `out` is then untouched.
pub fn create_manifest_for_index_with_options(
    index: &Path,
    out: &Path,
    options: &CreateOptions,
) -> Result<CreatedManifest, ManifestError> {
    let document = build_manifest(index, out, options)?;
    let bytes = document.to_bytes();
    check_manifest_size(bytes.len() as u64, options.limits.max_manifest_bytes)?;
    // Extensions nested deeper than a reader follows would make a manifest nobody can load.
    parse_document(&bytes, &options.limits)?;
    write_atomically(out, &bytes)?;
    Ok(CreatedManifest {
        path: out.to_path_buf(),
        sha256: sha256_bytes(&bytes),
        document,
    })
}

/// The document that [`create_manifest_for_index_with_options`] would write, without writing.
///
/// # Errors
/// As for writing; `out` must name a place that could be written.
pub fn build_manifest(
    index: &Path,
    out: &Path,
    options: &CreateOptions,
) -> Result<ManifestDocument, ManifestError> {
    check_target(out)?;
    check_auxiliary_count(
        options.auxiliary_artifacts.len(),
        options.limits.max_auxiliary_artifacts,
    )?;
    let builder = Builder {
        base: canonical(folder_of(out))?,
        target: fs::canonicalize(out).ok(),
        options,
    };
    let document = builder.document(index)?;
    match check_document(&document).into_iter().next() {
        Some(issue) => Err(issue.into()),
        None => Ok(document),
    }
}

struct Builder<'o> {
    base: PathBuf,
    target: Option<PathBuf>,
    options: &'o CreateOptions,
}

impl Builder<'_> {
    fn document(&self, index: &Path) -> Result<ManifestDocument, ManifestError> {
        let artifact = self.artifact(index)?;
        let mut auxiliary_artifacts = self.auxiliary_artifacts()?;
        auxiliary_artifacts.sort();
        Ok(ManifestDocument {
            schema_version: SCHEMA_VERSION.to_owned(),
            embedding: EmbeddingSection {
                model: self.options.embedding_model.clone(),
                dim: artifact.dim,
            },
            row_identity: self.row_identity(artifact.vector_count)?,
            artifact,
            auxiliary_artifacts,
            extensions: sorted_map(self.options.extensions.clone()),
        })
    }

    fn artifact(&self, index: &Path) -> Result<ArtifactSection, ManifestError> {
        let (file, text) = self.locate(index)?;
        let digest = observe(&file, &ARTIFACT, self.options.limits.max_index_bytes)?;
        let metadata = probe(&file, digest.size_bytes)?;
        Ok(ArtifactSection::new(text, digest.sha256, metadata))
    }

    fn row_identity(&self, vector_count: u64) -> Result<RowIdentity, ManifestError> {
        let RowIdentitySource::RowMap(path) = &self.options.row_identity else {
            return Ok(RowIdentity::RowIdIdentity {
                row_count: vector_count,
            });
        };
        let (file, text) = self.locate(path)?;
        let allow_duplicates = self.options.allow_duplicate_db_ids;
        let summary = read_row_map(&file, &self.options.limits, allow_duplicates)?;
        Ok(RowIdentity::Jsonl {
            path: text,
            sha256: summary.digest.sha256,
            row_count: summary.rows,
            id_kind: IdKind::Uuid,
        })
    }

    fn auxiliary_artifacts(&self) -> Result<Vec<AuxiliaryArtifact>, ManifestError> {
        let sources = &self.options.auxiliary_artifacts;
        sources
            .iter()
            .map(|source| self.auxiliary(source))
            .collect()
    }

    fn auxiliary(&self, source: &AuxiliarySource) -> Result<AuxiliaryArtifact, ManifestError> {
        let (file, text) = self.locate(&source.path)?;
        let limit = self.options.limits.max_auxiliary_artifact_bytes;
        let digest = observe(&file, &AUXILIARY, Some(limit))?;
        Ok(AuxiliaryArtifact {
            name: source.name.clone(),
            path: text,
            sha256: digest.sha256,
            file_size_bytes: digest.size_bytes,
            required: source.required,
        })
    }

    /// The real file behind `path` and the text that names it in the manifest. The real file
    /// is recorded, not a link to it: a link may be pointed elsewhere later.
    fn locate(&self, path: &Path) -> Result<(PathBuf, String), ManifestError> {
        let file = canonical(path)?;
        if self.target.as_ref() == Some(&file) {
            return Err(Issue::new(
                codes::OUTPUT_OVERWRITES_INPUT,
                format!(
                    "expected a target apart from the inputs, found {}",
                    path.display()
                ),
            )
            .into());
        }
        let text = record(&self.base, &file, self.options.paths)?;
        Ok((file, text))
    }
}

fn canonical(path: &Path) -> Result<PathBuf, ManifestError> {
    fs::canonicalize(path).map_err(|source| ManifestError::io(path, source))
}
