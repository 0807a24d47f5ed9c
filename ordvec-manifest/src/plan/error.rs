//! Why there is no plan, or no path in it.

use std::fmt;

use crate::error::ManifestError;
use crate::report::{AuxiliaryArtifactState, VerificationReport};

/// Why a plan has no path for a sidecar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequireAuxiliaryError {
    /// The manifest declares none of that name.
    MissingDeclaration {
        /// The name asked for.
        name: String,
    },
    /// It is declared, but not there to be loaded.
    NotLoadable {
        /// The name asked for.
        name: String,
        /// How it stands.
        state: AuxiliaryArtifactState,
        /// Why, from [`crate::codes`].
        reason_code: Option<String>,
    },
}

impl fmt::Display for RequireAuxiliaryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, found) = match self {
            RequireAuxiliaryError::MissingDeclaration { name } => (name, "none of that name"),
            RequireAuxiliaryError::NotLoadable {
                name, reason_code, ..
            } => (name, reason_code.as_deref().unwrap_or("no path")),
        };
        write!(out, "expected the verified sidecar {name:?}, found {found}")
    }
}

impl std::error::Error for RequireAuxiliaryError {}

/// Why there is no plan.
#[derive(Debug)]
#[non_exhaustive]
pub enum VerifiedLoadPlanError {
    /// The manifest itself cannot be read or understood.
    Manifest(ManifestError),
    /// Verification ran to its end and found errors; the report lists them.
    VerificationFailed(Box<VerificationReport>),
}

impl VerifiedLoadPlanError {
    /// The stable code of the first error; `None` when the system refused to read the manifest.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            VerifiedLoadPlanError::Manifest(error) => error.code(),
            VerifiedLoadPlanError::VerificationFailed(report) => {
                report.errors.first().map(|issue| issue.code)
            }
        }
    }
}

impl From<ManifestError> for VerifiedLoadPlanError {
    fn from(error: ManifestError) -> Self {
        VerifiedLoadPlanError::Manifest(error)
    }
}

impl fmt::Display for VerifiedLoadPlanError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("manifest verification failed")?;
        match self {
            VerifiedLoadPlanError::Manifest(error) => write!(out, "; {error}"),
            VerifiedLoadPlanError::VerificationFailed(report) => report
                .errors
                .iter()
                .try_for_each(|issue| write!(out, "; {issue}")),
        }
    }
}

impl std::error::Error for VerifiedLoadPlanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            VerifiedLoadPlanError::Manifest(error) => Some(error),
            VerifiedLoadPlanError::VerificationFailed(_) => None,
        }
    }
}
