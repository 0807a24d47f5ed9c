//! Verify, then load: the only way to get paths out of a manifest is through a verification
//! that found no error.

mod error;

use std::path::{Path, PathBuf};

use crate::load::{load_manifest_file_with_options, ManifestDocument};
use crate::options::VerifyOptions;
use crate::report::{
    AuxiliaryArtifactReport, AuxiliaryArtifactState, RowIdentityReport, VerificationReport,
};
use crate::schema::MetadataReport;
use crate::verify::verify_manifest;

pub use error::{RequireAuxiliaryError, VerifiedLoadPlanError};

/// A sidecar of a verified bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAuxiliaryArtifactPlan {
    report: AuxiliaryArtifactReport,
}

impl VerifiedAuxiliaryArtifactPlan {
    /// Its name in the manifest.
    pub fn name(&self) -> &str {
        &self.report.name
    }

    /// Its real path; `None` when it is optional and absent.
    pub fn path(&self) -> Option<&Path> {
        match self.report.state {
            AuxiliaryArtifactState::Verified => self.report.canonical_path.as_deref(),
            _ => None,
        }
    }

    /// Whether the manifest requires it.
    pub fn required(&self) -> bool {
        self.report.required
    }

    /// `Verified` or `OptionalAbsent`.
    pub fn state(&self) -> AuxiliaryArtifactState {
        self.report.state
    }

    /// Why it is not verified.
    pub fn reason_code(&self) -> Option<&str> {
        self.report.reason_code
    }

    /// SHA-256 of its bytes.
    pub fn sha256(&self) -> Option<&str> {
        self.report.sha256.as_deref()
    }

    /// How many bytes it has.
    pub fn size_bytes(&self) -> Option<u64> {
        self.report.size_bytes
    }
}

/// What the rows of a verified bundle stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRowIdentityPlan {
    kind: &'static str,
    row_count: u64,
    report: RowIdentityReport,
}

impl VerifiedRowIdentityPlan {
    /// `row_id_identity` or `jsonl`.
    pub fn kind(&self) -> &str {
        self.kind
    }

    /// The row map's real path; `None` for row-id identity.
    pub fn path(&self) -> Option<&Path> {
        self.report.canonical_path.as_deref()
    }

    /// Rows that the manifest declares and the index has.
    pub fn row_count(&self) -> u64 {
        self.row_count
    }

    /// Rows found: in the row map, or for row-id identity in the index header.
    pub fn validated_rows(&self) -> Option<u64> {
        self.report.validated_rows
    }

    /// SHA-256 of the row map.
    pub fn sha256(&self) -> Option<&str> {
        self.report.sha256.as_deref()
    }
}

/// What a caller may load, after verification succeeded.
///
/// The paths are names, not open handles: they are as trustworthy as the storage is immutable.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedLoadPlan {
    manifest_path: Option<PathBuf>,
    artifact_path: PathBuf,
    metadata: MetadataReport,
    row_identity: VerifiedRowIdentityPlan,
    auxiliary: Vec<VerifiedAuxiliaryArtifactPlan>,
    report: VerificationReport,
}

/// Verify the manifest at `path` and return what may be loaded.
///
/// # Errors
/// [`VerifiedLoadPlanError::VerificationFailed`] with the whole report when any rule is broken,
/// [`VerifiedLoadPlanError::Manifest`] when the manifest itself cannot be read or understood.
pub fn verify_for_load(
    path: impl AsRef<Path>,
    options: VerifyOptions,
) -> Result<VerifiedLoadPlan, VerifiedLoadPlanError> {
    let document = load_manifest_file_with_options(path, &options)?;
    verify_document_for_load(&document, options)
}

/// Verify a loaded manifest and return what may be loaded.
///
/// # Errors
/// [`VerifiedLoadPlanError::VerificationFailed`] with the whole report when any rule is broken.
pub fn verify_document_for_load(
    document: &ManifestDocument,
    options: VerifyOptions,
) -> Result<VerifiedLoadPlan, VerifiedLoadPlanError> {
    let report = verify_manifest(document, options);
    let parts = (
        &report.artifact.canonical_path,
        &report.artifact.metadata,
        report.row_identity.kind,
        report.row_identity.row_count,
    );
    match parts {
        (Some(file), Some(metadata), Some(kind), Some(row_count)) if report.ok => {
            Ok(VerifiedLoadPlan {
                manifest_path: document.source_path.clone(),
                artifact_path: file.clone(),
                metadata: metadata.clone(),
                row_identity: VerifiedRowIdentityPlan {
                    kind,
                    row_count,
                    report: report.row_identity.clone(),
                },
                auxiliary: report.auxiliary_artifacts.iter().map(planned).collect(),
                report,
            })
        }
        _ => Err(VerifiedLoadPlanError::VerificationFailed(Box::new(report))),
    }
}

fn planned(report: &AuxiliaryArtifactReport) -> VerifiedAuxiliaryArtifactPlan {
    VerifiedAuxiliaryArtifactPlan {
        report: report.clone(),
    }
}

impl VerifiedLoadPlan {
    /// Where the manifest was read from, as given.
    pub fn manifest_path(&self) -> Option<&Path> {
        self.manifest_path.as_deref()
    }

    /// The verified index file, symlinks resolved.
    pub fn artifact_path(&self) -> &Path {
        &self.artifact_path
    }

    /// What the index header says; equal to what the manifest declares.
    pub fn metadata(&self) -> &MetadataReport {
        &self.metadata
    }

    /// What the rows stand for.
    pub fn row_identity(&self) -> &VerifiedRowIdentityPlan {
        &self.row_identity
    }

    /// Every declared sidecar.
    pub fn auxiliary_artifacts(&self) -> &[VerifiedAuxiliaryArtifactPlan] {
        &self.auxiliary
    }

    /// The sidecar `name`, whether it is there or not; `None` when none of that name is declared.
    pub fn auxiliary_by_name(&self, name: &str) -> Option<&VerifiedAuxiliaryArtifactPlan> {
        self.auxiliary.iter().find(|entry| entry.name() == name)
    }

    /// The report behind this plan.
    pub fn report(&self) -> &VerificationReport {
        &self.report
    }

    /// The report behind this plan, without the rest.
    pub fn into_report(self) -> VerificationReport {
        self.report
    }

    /// The verified path of the sidecar `name`, which the caller cannot do without.
    ///
    /// # Errors
    /// [`RequireAuxiliaryError::MissingDeclaration`] when the manifest does not name it,
    /// [`RequireAuxiliaryError::NotLoadable`] when it is optional and not there.
    pub fn require_auxiliary(&self, name: &str) -> Result<&Path, RequireAuxiliaryError> {
        let entry = self.auxiliary_by_name(name).ok_or_else(|| {
            RequireAuxiliaryError::MissingDeclaration {
                name: name.to_owned(),
            }
        })?;
        entry
            .path()
            .ok_or_else(|| RequireAuxiliaryError::NotLoadable {
                name: name.to_owned(),
                state: entry.state(),
                reason_code: entry.reason_code().map(str::to_owned),
            })
    }
}
