//! Bounds on untrusted input. Each has a default, an override and a code of its own.
//!
//! The index has none by default: it is streamed, never held, and may be of any size. The
//! command line, Python and JSON say `row_map` where the fields say `row_identity`.

use serde::Serialize;

/// Bytes of a manifest file (`manifest_file_too_large`).
pub const DEFAULT_MAX_MANIFEST_BYTES: u64 = 1 << 20;
/// Bytes of one row map line without its newline (`row_identity_line_too_large`).
pub const DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES: u64 = 64 << 10;
/// Rows of a row map (`row_identity_row_count_limit_exceeded`).
pub const DEFAULT_MAX_ROW_IDENTITY_ROWS: u64 = 10_000_000;
/// Bytes of ids remembered to find duplicates, 16 an id
/// (`row_identity_duplicate_tracking_limit_exceeded`).
pub const DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES: u64 = 64 << 20;
/// Declared sidecars (`auxiliary_artifact_count_limit_exceeded`).
pub const DEFAULT_MAX_AUXILIARY_ARTIFACTS: u64 = 1_024;
/// Attestations (`attestation_count_limit_exceeded`).
pub const DEFAULT_MAX_ATTESTATIONS: u64 = 1_024;
/// Bytes of one sidecar (`auxiliary_artifact_file_too_large`).
pub const DEFAULT_MAX_AUXILIARY_ARTIFACT_BYTES: u64 = 16 << 30;
/// Bytes of the calibration profile (`calibration_profile_too_large`).
pub const DEFAULT_MAX_CALIBRATION_PROFILE_BYTES: u64 = 64 << 20;
/// Bytes of the encoder distortion profile (`encoder_distortion_profile_too_large`).
pub const DEFAULT_MAX_ENCODER_DISTORTION_PROFILE_BYTES: u64 = 64 << 20;
/// Errors, and likewise warnings, that a report lists
/// (`verification_report_issue_limit_exceeded`).
pub const DEFAULT_MAX_REPORT_ISSUES: u64 = 1_024;
/// Bytes of the index (`index_file_too_large`); `None` is unbounded.
pub const DEFAULT_MAX_INDEX_BYTES: Option<u64> = None;

// The names that this workspace's 0.6.0 gave three of them.
/// See [`DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES`].
pub const DEFAULT_MAX_ROW_MAP_LINE_BYTES: u64 = DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES;
/// See [`DEFAULT_MAX_ROW_IDENTITY_ROWS`].
pub const DEFAULT_MAX_ROW_MAP_ROWS: u64 = DEFAULT_MAX_ROW_IDENTITY_ROWS;
/// See [`DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES`].
pub const DEFAULT_MAX_ROW_MAP_TRACKED_ID_BYTES: u64 = DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES;

/// The bounds in force; `Default` gives the documented values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResourceLimits {
    /// See [`DEFAULT_MAX_MANIFEST_BYTES`].
    pub max_manifest_bytes: u64,
    /// See [`DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES`].
    #[serde(rename = "max_row_map_line_bytes")]
    pub max_row_identity_jsonl_line_bytes: u64,
    /// See [`DEFAULT_MAX_ROW_IDENTITY_ROWS`].
    #[serde(rename = "max_row_map_rows")]
    pub max_row_identity_rows: u64,
    /// See [`DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES`].
    #[serde(rename = "max_row_map_tracked_id_bytes")]
    pub max_row_identity_tracked_db_id_bytes: u64,
    /// See [`DEFAULT_MAX_AUXILIARY_ARTIFACTS`].
    pub max_auxiliary_artifacts: u64,
    /// See [`DEFAULT_MAX_ATTESTATIONS`].
    pub max_attestations: u64,
    /// See [`DEFAULT_MAX_AUXILIARY_ARTIFACT_BYTES`].
    pub max_auxiliary_artifact_bytes: u64,
    /// See [`DEFAULT_MAX_CALIBRATION_PROFILE_BYTES`].
    pub max_calibration_profile_bytes: u64,
    /// See [`DEFAULT_MAX_ENCODER_DISTORTION_PROFILE_BYTES`].
    pub max_encoder_distortion_profile_bytes: u64,
    /// See [`DEFAULT_MAX_REPORT_ISSUES`].
    pub max_report_issues: u64,
    /// See [`DEFAULT_MAX_INDEX_BYTES`].
    pub max_index_bytes: Option<u64>,
}

impl Default for ResourceLimits {
    fn default() -> Self {
        ResourceLimits {
            max_manifest_bytes: DEFAULT_MAX_MANIFEST_BYTES,
            max_row_identity_jsonl_line_bytes: DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES,
            max_row_identity_rows: DEFAULT_MAX_ROW_IDENTITY_ROWS,
            max_row_identity_tracked_db_id_bytes: DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES,
            max_auxiliary_artifacts: DEFAULT_MAX_AUXILIARY_ARTIFACTS,
            max_attestations: DEFAULT_MAX_ATTESTATIONS,
            max_auxiliary_artifact_bytes: DEFAULT_MAX_AUXILIARY_ARTIFACT_BYTES,
            max_calibration_profile_bytes: DEFAULT_MAX_CALIBRATION_PROFILE_BYTES,
            max_encoder_distortion_profile_bytes: DEFAULT_MAX_ENCODER_DISTORTION_PROFILE_BYTES,
            max_report_issues: DEFAULT_MAX_REPORT_ISSUES,
            max_index_bytes: DEFAULT_MAX_INDEX_BYTES,
        }
    }
}
