//! Verify, then load: the only way to get paths out of a manifest is through a verification
//! that found no error.

use std::path::{Path, PathBuf};

use crate::codes;
use crate::error::{Issue, ManifestError};
use crate::report::{AuxiliaryReport, AuxiliaryState, RowIdentityReport, VerificationReport};
use crate::schema::IndexMetadata;
use crate::verify::{verify_manifest, VerifyOptions};

/// A sidecar of a verified bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedAuxiliary {
    /// Its name in the manifest.
    pub name: String,
    /// Its real path; `None` when it is optional and absent.
    pub path: Option<PathBuf>,
    /// `Verified` or `OptionalAbsent`.
    pub state: AuxiliaryState,
}

/// What a caller may load, after verification succeeded.
///
/// The paths are names, not open handles: they are as trustworthy as the storage is immutable.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedLoadPlan {
    artifact_path: PathBuf,
    metadata: IndexMetadata,
    row_identity: RowIdentityReport,
    auxiliary: Vec<PlannedAuxiliary>,
    report: VerificationReport,
}

/// Verify the manifest at `path` and return what may be loaded.
///
/// # Errors
/// [`ManifestError::NotVerified`] with the whole report when any rule is broken,
/// [`ManifestError::Io`] when the manifest itself cannot be read.
pub fn verify_for_load(
    path: &Path,
    options: &VerifyOptions,
) -> Result<VerifiedLoadPlan, ManifestError> {
    let report = verify_manifest(path, options)?;
    let artifact = &report.artifact;
    let parts = (
        &artifact.canonical_path,
        &artifact.metadata,
        &report.row_identity,
    );
    match parts {
        (Some(file), Some(metadata), Some(row_identity)) if report.ok => Ok(VerifiedLoadPlan {
            artifact_path: file.clone(),
            metadata: metadata.clone(),
            row_identity: row_identity.clone(),
            auxiliary: report.auxiliary_artifacts.iter().map(planned).collect(),
            report,
        }),
        _ => Err(ManifestError::NotVerified(Box::new(report))),
    }
}

fn planned(report: &AuxiliaryReport) -> PlannedAuxiliary {
    PlannedAuxiliary {
        name: report.name.clone(),
        path: report.canonical_path.clone(),
        state: report.state,
    }
}

impl VerifiedLoadPlan {
    /// The verified index file, symlinks resolved.
    pub fn artifact_path(&self) -> &Path {
        &self.artifact_path
    }

    /// What the index header says; equal to what the manifest declares.
    pub fn metadata(&self) -> &IndexMetadata {
        &self.metadata
    }

    /// What the rows stand for.
    pub fn row_identity(&self) -> &RowIdentityReport {
        &self.row_identity
    }

    /// Every declared sidecar.
    pub fn auxiliary(&self) -> &[PlannedAuxiliary] {
        &self.auxiliary
    }

    /// The report behind this plan.
    pub fn report(&self) -> &VerificationReport {
        &self.report
    }

    /// The verified path of the sidecar `name`, which the caller cannot do without.
    ///
    /// # Errors
    /// [`codes::AUXILIARY_UNDECLARED`] when the manifest does not name it,
    /// [`codes::AUXILIARY_ABSENT`] when it is optional and not there.
    pub fn require_auxiliary(&self, name: &str) -> Result<&Path, ManifestError> {
        let entry = self.auxiliary.iter().find(|entry| entry.name == name);
        let (code, found) = match entry {
            Some(PlannedAuxiliary {
                path: Some(path), ..
            }) => return Ok(path),
            Some(_) => (codes::AUXILIARY_ABSENT, "an optional one that is absent"),
            None => (codes::AUXILIARY_UNDECLARED, "none of that name"),
        };
        let message = format!("expected the verified sidecar {name:?}, found {found}");
        Err(Issue::new(code, message).into())
    }
}
