//! The two ways an operation ends early: the system refused, or the input broke a rule.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::report::VerificationReport;

/// One broken rule: a code from [`crate::codes`] and a sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// Stable identifier, never reworded.
    pub code: &'static str,
    /// What was expected and what was found; may be reworded between releases.
    pub message: String,
}

impl Issue {
    /// An issue with the given stable code.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Issue {
            code,
            message: message.into(),
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.message)
    }
}

/// Why a manifest operation did not produce its result.
#[derive(Debug)]
pub enum ManifestError {
    /// The operating system refused to read or write `path`.
    Io {
        /// The file or folder that was being used.
        path: PathBuf,
        /// The refusal itself.
        source: io::Error,
    },
    /// The input breaks a rule of the schema, the path policy or a bound.
    Rejected(Issue),
    /// Verification ran to its end and found errors; the report lists them.
    NotVerified(Box<VerificationReport>),
}

impl ManifestError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        ManifestError::Io {
            path: path.to_path_buf(),
            source,
        }
    }

    /// The stable code of a rejection; of a failed report, its first error's.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            ManifestError::Io { .. } => None,
            ManifestError::Rejected(issue) => Some(issue.code),
            ManifestError::NotVerified(report) => report.errors.first().map(|issue| issue.code),
        }
    }
}

impl From<Issue> for ManifestError {
    fn from(issue: Issue) -> Self {
        ManifestError::Rejected(issue)
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ManifestError::Io { path, source } => write!(out, "{}: {source}", path.display()),
            ManifestError::Rejected(issue) => issue.fmt(out),
            ManifestError::NotVerified(report) => {
                out.write_str("manifest verification failed")?;
                for issue in &report.errors {
                    write!(out, "; {issue}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for ManifestError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ManifestError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
