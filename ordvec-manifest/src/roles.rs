//! The roles of files that a manifest names, and the codes that each fails with.

use std::io;
use std::path::Path;

use crate::codes;
use crate::error::ReportIssue;
use crate::files::OpenFailure;

/// One role of file: its codes, and the bound that holds for it.
#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) label: &'static str,
    pub(crate) path_empty: &'static str,
    pub(crate) absolute: &'static str,
    pub(crate) escape: &'static str,
    pub(crate) no_base: &'static str,
    pub(crate) missing: &'static str,
    pub(crate) unreachable: &'static str,
    pub(crate) not_regular: &'static str,
    pub(crate) unreadable: &'static str,
    pub(crate) too_large: &'static str,
    pub(crate) limit_name: &'static str,
    pub(crate) size_mismatch: &'static str,
    pub(crate) sha256_invalid: &'static str,
    pub(crate) sha256_mismatch: &'static str,
}

pub(crate) const ARTIFACT: Role = Role {
    label: "index",
    path_empty: codes::ARTIFACT_PATH_EMPTY,
    absolute: codes::ARTIFACT_ABSOLUTE_PATH_REJECTED,
    escape: codes::ARTIFACT_PATH_ESCAPE_REJECTED,
    no_base: codes::ARTIFACT_BASE_DIR_UNAVAILABLE,
    missing: codes::ARTIFACT_PATH_UNAVAILABLE,
    unreachable: codes::ARTIFACT_PATH_UNAVAILABLE,
    not_regular: codes::ARTIFACT_NOT_REGULAR_FILE,
    unreadable: codes::ARTIFACT_HASH_FAILED,
    too_large: codes::INDEX_FILE_TOO_LARGE,
    limit_name: "max_index_bytes",
    size_mismatch: codes::ARTIFACT_FILE_SIZE_MISMATCH,
    sha256_invalid: codes::ARTIFACT_SHA256_INVALID,
    sha256_mismatch: codes::ARTIFACT_SHA256_MISMATCH,
};

pub(crate) const AUXILIARY: Role = Role {
    label: "sidecar",
    path_empty: codes::AUXILIARY_ARTIFACT_PATH_EMPTY,
    absolute: codes::AUXILIARY_ARTIFACT_ABSOLUTE_PATH_REJECTED,
    escape: codes::AUXILIARY_ARTIFACT_PATH_ESCAPE_REJECTED,
    no_base: codes::AUXILIARY_ARTIFACT_BASE_DIR_UNAVAILABLE,
    missing: codes::AUXILIARY_ARTIFACT_MISSING_REQUIRED,
    unreachable: codes::AUXILIARY_ARTIFACT_PATH_UNAVAILABLE,
    not_regular: codes::AUXILIARY_ARTIFACT_NOT_REGULAR_FILE,
    unreadable: codes::AUXILIARY_ARTIFACT_HASH_FAILED,
    too_large: codes::AUXILIARY_ARTIFACT_FILE_TOO_LARGE,
    limit_name: "max_auxiliary_artifact_bytes",
    size_mismatch: codes::AUXILIARY_ARTIFACT_FILE_SIZE_MISMATCH,
    sha256_invalid: codes::AUXILIARY_ARTIFACT_SHA256_INVALID,
    sha256_mismatch: codes::AUXILIARY_ARTIFACT_SHA256_MISMATCH,
};

/// A row map is bounded by rows and line length together and declares rows, not bytes.
pub(crate) const ROW_MAP: Role = Role {
    label: "row map",
    path_empty: codes::ROW_IDENTITY_PATH_EMPTY,
    absolute: codes::ROW_IDENTITY_ABSOLUTE_PATH_REJECTED,
    escape: codes::ROW_IDENTITY_PATH_ESCAPE_REJECTED,
    no_base: codes::ROW_IDENTITY_BASE_DIR_UNAVAILABLE,
    missing: codes::ROW_IDENTITY_PATH_UNAVAILABLE,
    unreachable: codes::ROW_IDENTITY_PATH_UNAVAILABLE,
    not_regular: codes::ROW_IDENTITY_NOT_REGULAR_FILE,
    unreadable: codes::ROW_IDENTITY_READ_FAILED,
    too_large: codes::ROW_IDENTITY_ROW_COUNT_LIMIT_EXCEEDED,
    limit_name: "max_row_map_rows",
    size_mismatch: codes::ROW_IDENTITY_ROW_COUNT_MISMATCH,
    sha256_invalid: codes::ROW_IDENTITY_SHA256_INVALID,
    sha256_mismatch: codes::ROW_IDENTITY_SHA256_MISMATCH,
};

pub(crate) const CALIBRATION: Role = Role {
    label: "calibration profile",
    path_empty: codes::CALIBRATION_PROFILE_PATH_EMPTY,
    absolute: codes::CALIBRATION_PROFILE_ABSOLUTE_PATH_REJECTED,
    escape: codes::CALIBRATION_PROFILE_PATH_ESCAPE_REJECTED,
    no_base: codes::CALIBRATION_PROFILE_BASE_DIR_UNAVAILABLE,
    missing: codes::CALIBRATION_PROFILE_PATH_UNAVAILABLE,
    unreachable: codes::CALIBRATION_PROFILE_PATH_UNAVAILABLE,
    not_regular: codes::CALIBRATION_PROFILE_NOT_REGULAR_FILE,
    unreadable: codes::CALIBRATION_PROFILE_HASH_FAILED,
    too_large: codes::CALIBRATION_PROFILE_TOO_LARGE,
    limit_name: "max_calibration_profile_bytes",
    size_mismatch: codes::CALIBRATION_PROFILE_FILE_SIZE_MISMATCH,
    sha256_invalid: codes::CALIBRATION_PROFILE_SHA256_INVALID,
    sha256_mismatch: codes::CALIBRATION_PROFILE_SHA256_MISMATCH,
};

pub(crate) const ENCODER_DISTORTION: Role = Role {
    label: "encoder distortion profile",
    path_empty: codes::ENCODER_DISTORTION_PROFILE_PATH_EMPTY,
    absolute: codes::ENCODER_DISTORTION_PROFILE_ABSOLUTE_PATH_REJECTED,
    escape: codes::ENCODER_DISTORTION_PROFILE_PATH_ESCAPE_REJECTED,
    no_base: codes::ENCODER_DISTORTION_PROFILE_BASE_DIR_UNAVAILABLE,
    missing: codes::ENCODER_DISTORTION_PROFILE_PATH_UNAVAILABLE,
    unreachable: codes::ENCODER_DISTORTION_PROFILE_PATH_UNAVAILABLE,
    not_regular: codes::ENCODER_DISTORTION_PROFILE_NOT_REGULAR_FILE,
    unreadable: codes::ENCODER_DISTORTION_PROFILE_HASH_FAILED,
    too_large: codes::ENCODER_DISTORTION_PROFILE_TOO_LARGE,
    limit_name: "max_encoder_distortion_profile_bytes",
    size_mismatch: codes::ENCODER_DISTORTION_PROFILE_FILE_SIZE_MISMATCH,
    sha256_invalid: codes::ENCODER_DISTORTION_PROFILE_SHA256_INVALID,
    sha256_mismatch: codes::ENCODER_DISTORTION_PROFILE_SHA256_MISMATCH,
};

impl Role {
    pub(crate) fn open_issue(&self, path: &Path, failure: &OpenFailure) -> ReportIssue {
        let (code, found) = match failure {
            OpenFailure::Missing(_) => (self.missing, "nothing there".to_owned()),
            OpenFailure::NotRegular => (self.not_regular, "another kind of file".to_owned()),
            OpenFailure::Unreadable(source) => (self.unreadable, source.to_string()),
        };
        let label = self.label;
        ReportIssue::new(
            code,
            format!(
                "expected a readable regular file as {label} at {}, found {found}",
                path.display()
            ),
        )
    }

    /// The path could not be resolved for another reason than that nothing is there.
    pub(crate) fn unreachable_issue(&self, path: &Path, source: &io::Error) -> ReportIssue {
        let label = self.label;
        ReportIssue::new(
            self.unreachable,
            format!(
                "expected to reach the {label} at {}: {source}",
                path.display()
            ),
        )
    }

    pub(crate) fn read_issue(&self, path: &Path, source: &io::Error) -> ReportIssue {
        ReportIssue::new(
            self.unreadable,
            format!("{} {}: {source}", self.label, path.display()),
        )
    }

    pub(crate) fn too_large_issue(&self, path: &Path, limit: u64) -> ReportIssue {
        ReportIssue::new(
            self.too_large,
            format!(
                "expected {} {} to have at most {limit} bytes, found more; raise {} if intended",
                self.label,
                path.display(),
                self.limit_name
            ),
        )
    }

    /// `None` when the file has the declared size.
    pub(crate) fn size_issue(&self, declared: u64, found: u64) -> Option<ReportIssue> {
        (declared != found).then(|| {
            ReportIssue::new(
                self.size_mismatch,
                format!("expected {} of {declared} bytes, found {found}", self.label),
            )
        })
    }

    /// `None` when the file has the declared digest.
    pub(crate) fn digest_issue(&self, declared: &str, found: &str) -> Option<ReportIssue> {
        (declared != found).then(|| {
            ReportIssue::new(
                self.sha256_mismatch,
                format!(
                    "expected {} sha256 {declared}, found {found}; create the manifest anew if \
                     the file was meant to change",
                    self.label
                ),
            )
        })
    }
}
