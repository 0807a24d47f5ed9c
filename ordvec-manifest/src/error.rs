//! The two ways an operation ends early: the system refused, or the input broke a rule.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// One broken rule: a code from [`crate::codes`] and a sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportIssue {
    /// Stable identifier, never reworded.
    pub code: &'static str,
    /// What was expected and what was found; may be reworded between releases.
    pub message: String,
}

impl ReportIssue {
    /// An issue with the given stable code.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        ReportIssue {
            code,
            message: message.into(),
        }
    }
}

impl fmt::Display for ReportIssue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.message)
    }
}

/// Why a manifest operation did not produce its result.
#[derive(Debug)]
#[non_exhaustive]
pub enum ManifestError {
    /// The operating system refused to read or write `path`.
    Io {
        /// The file or folder that was being used.
        path: PathBuf,
        /// The refusal itself.
        source: io::Error,
    },
    /// The input breaks a rule of the schema, the path policy or a bound.
    Rejected(ReportIssue),
}

impl ManifestError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        ManifestError::Io {
            path: path.to_path_buf(),
            source,
        }
    }

    /// The stable code of a rejection.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            ManifestError::Io { .. } => None,
            ManifestError::Rejected(issue) => Some(issue.code),
        }
    }
}

impl From<ReportIssue> for ManifestError {
    fn from(issue: ReportIssue) -> Self {
        ManifestError::Rejected(issue)
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ManifestError::Io { path, source } => write!(out, "{}: {source}", path.display()),
            ManifestError::Rejected(issue) => issue.fmt(out),
        }
    }
}

impl std::error::Error for ManifestError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ManifestError::Io { source, .. } => Some(source),
            ManifestError::Rejected(_) => None,
        }
    }
}
