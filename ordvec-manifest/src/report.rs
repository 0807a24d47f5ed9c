//! What verification saw, as data; printing is the caller's business.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::clock;
use crate::codes::{self, skipped};
use crate::error::Issue;
use crate::schema::IndexMetadata;

/// The outcome of one verification. `ok` holds exactly when no rule was broken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerificationReport {
    /// Whether a caller may load the bundle.
    pub ok: bool,
    /// When verification began: RFC 3339, UTC.
    pub checked_at: String,
    /// The index file.
    pub artifact: ArtifactReport,
    /// Sidecars in the order of the manifest.
    pub auxiliary_artifacts: Vec<AuxiliaryReport>,
    /// Row identity; `None` when the document was refused.
    pub row_identity: Option<RowIdentityReport>,
    /// Always `None`: a manifest with a calibration section is refused by this release.
    pub calibration: Option<Value>,
    /// Always empty: a manifest with attestations is refused by this release.
    pub attestation_shape_checks: Vec<Value>,
    /// Broken rules, the first [`max_report_issues`](crate::ResourceLimits) of them.
    pub errors: Vec<Issue>,
    /// Oddities that do not make the bundle unusable.
    pub warnings: Vec<Issue>,
    /// Checks that were not made, by name from [`crate::codes::skipped`].
    pub skipped_checks: Vec<&'static str>,
}

impl VerificationReport {
    pub(crate) fn begin() -> Self {
        VerificationReport {
            ok: false,
            checked_at: clock::now_rfc3339(),
            artifact: ArtifactReport::default(),
            auxiliary_artifacts: Vec::new(),
            row_identity: None,
            calibration: None,
            attestation_shape_checks: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
            skipped_checks: Vec::new(),
        }
    }

    /// The report on a manifest that could not even be understood.
    pub(crate) fn refused(issue: Issue) -> Self {
        let mut report = VerificationReport::begin();
        report.errors.push(issue);
        report.skipped_checks.push(skipped::DOCUMENT);
        report
    }
}

/// What was seen of the index file; `None` where it was not reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ArtifactReport {
    /// The path in the manifest.
    pub manifest_path: Option<String>,
    /// The path that was opened.
    #[serde(serialize_with = "lossy")]
    pub observed_path: Option<PathBuf>,
    /// The same with every symlink resolved.
    #[serde(serialize_with = "lossy")]
    pub canonical_path: Option<PathBuf>,
    /// SHA-256 of the bytes found.
    pub sha256: Option<String>,
    /// How many bytes were found.
    pub size_bytes: Option<u64>,
    /// What the header found says.
    pub metadata: Option<IndexMetadata>,
}

/// How a sidecar stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuxiliaryState {
    /// Present, with the declared size and digest.
    Verified,
    /// Not there, and not required.
    OptionalAbsent,
    /// Not there, and required.
    MissingRequired,
    /// There, and not as declared; or its path breaks the policy.
    Failed,
}

/// What was seen of one sidecar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuxiliaryReport {
    /// Its name in the manifest.
    pub name: String,
    /// Its path in the manifest.
    pub manifest_path: String,
    /// The real path, symlinks resolved, when it was reached.
    #[serde(serialize_with = "lossy")]
    pub canonical_path: Option<PathBuf>,
    /// Whether the manifest requires it.
    pub required: bool,
    /// How it stands.
    pub state: AuxiliaryState,
    /// Why it is not verified, from [`crate::codes`].
    pub reason_code: Option<&'static str>,
    /// SHA-256 of the bytes found.
    pub sha256: Option<String>,
    /// How many bytes were found.
    pub size_bytes: Option<u64>,
}

/// What was seen of the row identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowIdentityReport {
    /// `row_id_identity` or `jsonl`.
    pub kind: &'static str,
    /// Rows that the manifest declares.
    pub row_count: u64,
    /// Rows found: in the row map, or for row-id identity in the index header.
    pub observed_row_count: Option<u64>,
    /// The row map's path in the manifest.
    pub manifest_path: Option<String>,
    /// The row map's real path, symlinks resolved.
    #[serde(serialize_with = "lossy")]
    pub canonical_path: Option<PathBuf>,
    /// SHA-256 of the row map found.
    pub sha256: Option<String>,
}

/// Paths that are not UTF-8 are shown with replacement characters, not refused: the report
/// must be writable for every bundle.
fn lossy<S: Serializer>(path: &Option<PathBuf>, out: S) -> Result<S::Ok, S::Error> {
    path.as_deref().map(Path::to_string_lossy).serialize(out)
}

/// Collects issues within `max_report_issues` and remembers whether any was an error.
#[derive(Debug)]
pub(crate) struct IssueLog {
    errors: Vec<Issue>,
    warnings: Vec<Issue>,
    failed: bool,
    limit: usize,
}

impl IssueLog {
    pub(crate) fn new(limit: u64) -> Self {
        IssueLog {
            errors: Vec::new(),
            warnings: Vec::new(),
            failed: false,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        }
    }

    pub(crate) fn error(&mut self, issue: Issue) {
        self.failed = true;
        push_bounded(&mut self.errors, issue, self.limit);
    }

    pub(crate) fn warning(&mut self, issue: Issue) {
        push_bounded(&mut self.warnings, issue, self.limit);
    }

    pub(crate) fn finish(self, report: &mut VerificationReport) {
        report.ok = !self.failed;
        report.errors = self.errors;
        report.warnings = self.warnings;
    }
}

/// One entry past the limit says that there were more.
fn push_bounded(list: &mut Vec<Issue>, issue: Issue, limit: usize) {
    if list.len() < limit {
        list.push(issue);
    } else if list.len() == limit {
        list.push(Issue::new(
            codes::REPORT_ISSUES_TRUNCATED,
            format!(
                "expected at most {limit} issues, found more; raise max_report_issues to see them"
            ),
        ));
    }
}
