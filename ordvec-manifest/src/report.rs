//! What verification saw, as data; printing is the caller's business.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::clock;
use crate::codes::skipped;
use crate::error::ReportIssue;
use crate::schema::MetadataReport;

/// The outcome of one verification. `ok` holds exactly when no rule was broken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerificationReport {
    /// Whether a caller may load the bundle.
    pub ok: bool,
    /// When verification began: RFC 3339, UTC.
    pub checked_at: String,
    /// The id of a manifest of schema v1; v2 has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest_id: Option<String>,
    /// The index file.
    pub artifact: ArtifactReport,
    /// Sidecars in the order of the manifest.
    pub auxiliary_artifacts: Vec<AuxiliaryArtifactReport>,
    /// Row identity.
    pub row_identity: RowIdentityReport,
    /// The section `calibration` and its profile.
    pub calibration: CalibrationReport,
    /// The section `encoder_distortion` and its profile.
    pub encoder_distortion: EncoderDistortionReport,
    /// What each attestation says, in the order of the manifest.
    pub attestation_shape_checks: Vec<AttestationShapeCheck>,
    /// Broken rules, the first [`max_report_issues`](crate::ResourceLimits) of them.
    pub errors: Vec<ReportIssue>,
    /// Oddities that do not make the bundle unusable.
    pub warnings: Vec<ReportIssue>,
    /// Checks that were not made, by name from [`crate::codes::skipped`].
    pub skipped_checks: Vec<&'static str>,
}

impl VerificationReport {
    pub(crate) fn begin() -> Self {
        VerificationReport {
            ok: false,
            checked_at: clock::now_rfc3339(),
            manifest_id: None,
            artifact: ArtifactReport::default(),
            auxiliary_artifacts: Vec::new(),
            row_identity: RowIdentityReport::default(),
            calibration: CalibrationReport::default(),
            encoder_distortion: EncoderDistortionReport::default(),
            attestation_shape_checks: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
            skipped_checks: Vec::new(),
        }
    }

    /// The report on a manifest that could not even be understood.
    pub(crate) fn refused(issue: ReportIssue) -> Self {
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
    pub metadata: Option<MetadataReport>,
}

/// How a sidecar stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuxiliaryArtifactState {
    /// Present, with the declared size and digest.
    Verified,
    /// Not there, and not required.
    OptionalAbsent,
    /// Not there, and required.
    MissingRequired,
    /// There, and not as declared; or its path breaks the policy.
    Failed,
}

impl AuxiliaryArtifactState {
    /// The word for it in JSON.
    pub fn label(&self) -> &'static str {
        match self {
            AuxiliaryArtifactState::Verified => "verified",
            AuxiliaryArtifactState::OptionalAbsent => "optional_absent",
            AuxiliaryArtifactState::MissingRequired => "missing_required",
            AuxiliaryArtifactState::Failed => "failed",
        }
    }
}

/// What was seen of one sidecar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuxiliaryArtifactReport {
    /// Its name in the manifest.
    pub name: String,
    /// Its path in the manifest.
    pub manifest_path: String,
    /// The path that was looked at.
    #[serde(serialize_with = "lossy")]
    pub resolved_path: Option<PathBuf>,
    /// The real path, symlinks resolved, when it was reached.
    #[serde(serialize_with = "lossy")]
    pub canonical_path: Option<PathBuf>,
    /// The digest in the manifest.
    pub expected_sha256: String,
    /// The size in the manifest.
    pub expected_size_bytes: u64,
    /// Whether the manifest requires it.
    pub required: bool,
    /// How it stands.
    pub state: AuxiliaryArtifactState,
    /// Why it is not verified, from [`crate::codes`].
    pub reason_code: Option<&'static str>,
    /// SHA-256 of the bytes found.
    pub sha256: Option<String>,
    /// How many bytes were found.
    pub size_bytes: Option<u64>,
}

/// What was seen of the row identity; all `None` when the document was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowIdentityReport {
    /// `row_id_identity` or `jsonl`.
    pub kind: Option<&'static str>,
    /// The row map's path in the manifest.
    pub manifest_path: Option<String>,
    /// The row map's real path, symlinks resolved.
    #[serde(serialize_with = "lossy")]
    pub canonical_path: Option<PathBuf>,
    /// SHA-256 of the row map found.
    pub sha256: Option<String>,
    /// Rows that the manifest declares.
    pub row_count: Option<u64>,
    /// Rows found: in the row map, or for row-id identity in the index header.
    pub validated_rows: Option<u64>,
}

/// The section `calibration`, and what was seen of its profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CalibrationReport {
    /// Whether the manifest has the section.
    pub present: bool,
    /// As declared.
    pub schema_version: Option<String>,
    /// As declared.
    pub profile_id: Option<String>,
    /// `calibrated_for.model` as declared.
    pub calibrated_for_model: Option<String>,
    /// `ordinalization.kind` as declared.
    pub ordinalization: Option<&'static str>,
    /// `null_model.kind` as declared.
    pub null_model: Option<&'static str>,
    /// The profile's path in the manifest.
    pub profile_manifest_path: Option<String>,
    /// The profile's real path, symlinks resolved.
    #[serde(serialize_with = "lossy")]
    pub profile_canonical_path: Option<PathBuf>,
    /// SHA-256 of the profile found.
    pub profile_sha256: Option<String>,
    /// How many bytes the profile found has.
    pub profile_size_bytes: Option<u64>,
}

/// The section `encoder_distortion`, and what was seen of its profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EncoderDistortionReport {
    /// Whether the manifest has the section.
    pub present: bool,
    /// As declared.
    pub schema_version: Option<String>,
    /// As declared.
    pub profile_id: Option<String>,
    /// `evidence.kind` as declared.
    pub evidence_kind: Option<&'static str>,
    /// `source_metric.name` as declared.
    pub source_metric: Option<String>,
    /// `embedding_metric.name` as declared.
    pub embedding_metric: Option<String>,
    /// The profile's path in the manifest.
    pub profile_manifest_path: Option<String>,
    /// The profile's real path, symlinks resolved.
    #[serde(serialize_with = "lossy")]
    pub profile_canonical_path: Option<PathBuf>,
    /// SHA-256 of the profile found.
    pub profile_sha256: Option<String>,
    /// How many bytes the profile found has.
    pub profile_size_bytes: Option<u64>,
}

/// What one attestation says; its signature is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttestationShapeCheck {
    /// `predicateType`, or `predicate_type`.
    pub predicate_type: Option<String>,
    /// `predicate.builder.id`, or `predicate.runDetails.builder.id`.
    pub builder_id: Option<String>,
    /// Whether a `subject` has the index's SHA-256.
    pub subject_sha256_matched: bool,
}

/// Paths that are not UTF-8 are shown with replacement characters, not refused: the report
/// must be writable for every bundle.
fn lossy<S: Serializer>(path: &Option<PathBuf>, out: S) -> Result<S::Ok, S::Error> {
    path.as_deref().map(Path::to_string_lossy).serialize(out)
}
