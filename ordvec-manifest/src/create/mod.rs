//! Building a manifest from files and writing it.
//!
//! Nothing is written until every input was read, every rule was checked and the bytes to be
//! written were parsed back.

mod options;
mod sections;

use std::fs;
use std::path::{Path, PathBuf};

use crate::atomic::{check_target, folder_of, write_atomically};
use crate::codes;
use crate::error::{ManifestError, ReportIssue};
use crate::files::{observe, observe_stamped};
use crate::limits::ResourceLimits;
use crate::parse::{
    check_attestation_count, check_auxiliary_count, check_manifest_size, parse_document,
};
use crate::paths::record;
use crate::probe::probe;
use crate::roles::{Role, ARTIFACT, AUXILIARY, CALIBRATION, ENCODER_DISTORTION, ROW_MAP};
use crate::row_map::read_row_map;
use crate::schema::{
    Artifact, AuxiliaryArtifact, IdKind, IndexManifest, RowIdentity, SCHEMA_VERSION,
};
use crate::validate::check_document;

pub use options::{
    CreateAuxiliaryArtifact, CreateManifestOptions, CreateProfileSection, CreateRowIdentity,
};

/// Bind the index file `index_path` in a manifest at `out_path` with default options.
///
/// # Errors
/// As for [`create_manifest_for_index_with_options`].
pub fn create_manifest_for_index(
    index_path: impl AsRef<Path>,
    row_identity: CreateRowIdentity,
    embedding_model: impl Into<String>,
    out_path: impl AsRef<Path>,
) -> Result<IndexManifest, ManifestError> {
    let options = CreateManifestOptions::default();
    create_manifest_for_index_with_options(
        index_path,
        row_identity,
        embedding_model,
        out_path,
        options,
    )
}

/// Bind the index file `index_path` in a manifest at `out_path`, replacing a regular file there,
/// and return what was written.
///
/// # Errors
/// [`ManifestError::Io`] when a file cannot be read or written,
/// [`ManifestError::Rejected`] when an input breaks a rule; `out_path` is then untouched.
pub fn create_manifest_for_index_with_options(
    index_path: impl AsRef<Path>,
    row_identity: CreateRowIdentity,
    embedding_model: impl Into<String>,
    out_path: impl AsRef<Path>,
    options: CreateManifestOptions,
) -> Result<IndexManifest, ManifestError> {
    let out = out_path.as_ref();
    let limits = options.limits.clone();
    let manifest = build_manifest(index_path, row_identity, embedding_model, out, options)?;
    write_within(&manifest, out, &limits)?;
    Ok(manifest)
}

/// Write `manifest` to `path` in its canonical bytes, replacing a regular file there.
///
/// # Errors
/// [`ManifestError::Io`] when the file cannot be written, [`ManifestError::Rejected`] when the
/// bytes could not be read back within the default bounds, or `path` is no place for a manifest.
pub fn write_manifest_file(
    manifest: &IndexManifest,
    path: impl AsRef<Path>,
) -> Result<(), ManifestError> {
    write_within(manifest, path.as_ref(), &ResourceLimits::default())
}

fn write_within(
    manifest: &IndexManifest,
    out: &Path,
    limits: &ResourceLimits,
) -> Result<(), ManifestError> {
    let bytes = manifest.to_bytes();
    check_manifest_size(bytes.len() as u64, limits.max_manifest_bytes)?;
    // JSON nested deeper than a reader follows would make a manifest nobody can load.
    parse_document(&bytes, limits)?;
    write_atomically(out, &bytes)
}

/// The document that [`create_manifest_for_index_with_options`] would write, without writing.
///
/// # Errors
/// As for writing; `out_path` must name a place that could be written.
pub fn build_manifest(
    index_path: impl AsRef<Path>,
    row_identity: CreateRowIdentity,
    embedding_model: impl Into<String>,
    out_path: impl AsRef<Path>,
    options: CreateManifestOptions,
) -> Result<IndexManifest, ManifestError> {
    let out = out_path.as_ref();
    check_target(out)?;
    check_auxiliary_count(options.auxiliary_artifacts.len(), &options.limits)?;
    check_attestation_count(options.attestations.len(), &options.limits)?;
    let builder = Builder {
        base: canonical(folder_of(out))?,
        target: fs::canonicalize(out).ok(),
        options,
    };
    let manifest = builder.manifest(index_path.as_ref(), &row_identity, embedding_model.into())?;
    match check_document(&manifest).into_iter().next() {
        Some(issue) => Err(issue.into()),
        None => Ok(manifest),
    }
}

struct Builder {
    base: PathBuf,
    target: Option<PathBuf>,
    options: CreateManifestOptions,
}

impl Builder {
    fn manifest(
        &self,
        index: &Path,
        row_identity: &CreateRowIdentity,
        model: String,
    ) -> Result<IndexManifest, ManifestError> {
        let (options, limits) = (&self.options, &self.options.limits);
        let artifact = self.artifact(index)?;
        let manifest = IndexManifest {
            schema_version: SCHEMA_VERSION.to_owned(),
            embedding: sections::embedding(&options.embedding_details, model, artifact.dim)?,
            row_identity: self.row_identity(row_identity, artifact.vector_count)?,
            artifact,
            auxiliary_artifacts: self.auxiliary_artifacts()?,
            calibration: self.profile_section(
                options.calibration.as_ref(),
                ("calibration", &CALIBRATION),
                limits.max_calibration_profile_bytes,
            )?,
            encoder_distortion: self.profile_section(
                options.encoder_distortion.as_ref(),
                ("encoder_distortion", &ENCODER_DISTORTION),
                limits.max_encoder_distortion_profile_bytes,
            )?,
            attestations: options.attestations.clone(),
            extensions: options.extensions.clone(),
        };
        Ok(manifest.into_canonical())
    }

    fn artifact(&self, index: &Path) -> Result<Artifact, ManifestError> {
        let (file, text) = self.locate(index, &ARTIFACT)?;
        let limit = self.options.limits.max_index_bytes;
        let (digest, stamp) = observe_stamped(&file, &ARTIFACT, limit)?;
        let metadata = probe(&file, (&digest, &stamp))?;
        sections::check_attestations(&self.options.attestations, &digest.sha256)?;
        Ok(Artifact::new(text, digest.sha256, metadata))
    }

    fn row_identity(
        &self,
        source: &CreateRowIdentity,
        vector_count: u64,
    ) -> Result<RowIdentity, ManifestError> {
        let CreateRowIdentity::Jsonl(path) = source else {
            return Ok(RowIdentity::RowIdIdentity {
                row_count: vector_count,
            });
        };
        let (file, text) = self.locate(path, &ROW_MAP)?;
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

    fn auxiliary(
        &self,
        source: &CreateAuxiliaryArtifact,
    ) -> Result<AuxiliaryArtifact, ManifestError> {
        let (file, text) = self.locate(&source.path, &AUXILIARY)?;
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
    fn locate(&self, path: &Path, role: &Role) -> Result<(PathBuf, String), ManifestError> {
        let file = canonical(path)?;
        if self.target.as_ref() == Some(&file) {
            let path = path.display();
            return Err(ReportIssue::new(
                codes::OUTPUT_OVERWRITES_INPUT,
                format!("expected a target apart from the inputs, found {path}"),
            )
            .into());
        }
        let text = record(&self.base, &file, self.options.paths(), role)?;
        Ok((file, text))
    }
}

fn canonical(path: &Path) -> Result<PathBuf, ManifestError> {
    fs::canonicalize(path).map_err(|source| ManifestError::io(path, source))
}
