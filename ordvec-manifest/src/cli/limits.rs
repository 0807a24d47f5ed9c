//! The bounds as flags.

use clap::Args;
use ordvec_manifest::ResourceLimits;

#[derive(Debug, Args)]
#[command(next_help_heading = "Bounds")]
pub(super) struct LimitArgs {
    /// Bytes of the manifest
    #[arg(long, value_name = "N")]
    max_manifest_bytes: Option<u64>,
    /// Bytes of a row map line
    #[arg(long, value_name = "N")]
    max_row_map_line_bytes: Option<u64>,
    /// Rows of a row map
    #[arg(long, value_name = "N")]
    max_row_map_rows: Option<u64>,
    /// Bytes of ids remembered to find duplicates
    #[arg(long, value_name = "N")]
    max_row_map_tracked_id_bytes: Option<u64>,
    /// Sidecars
    #[arg(long, value_name = "N")]
    max_auxiliary_artifacts: Option<u64>,
    /// Attestations
    #[arg(long, value_name = "N")]
    max_attestations: Option<u64>,
    /// Bytes of one sidecar
    #[arg(long, value_name = "N")]
    max_auxiliary_artifact_bytes: Option<u64>,
    /// Bytes of the calibration profile
    #[arg(long, value_name = "N")]
    max_calibration_profile_bytes: Option<u64>,
    /// Bytes of the encoder distortion profile
    #[arg(long, value_name = "N")]
    max_encoder_distortion_profile_bytes: Option<u64>,
    /// Errors and warnings listed
    #[arg(long, value_name = "N")]
    max_report_issues: Option<u64>,
    /// Bytes of the index [default: unbounded]
    #[arg(long, value_name = "N")]
    max_index_bytes: Option<u64>,
}

impl LimitArgs {
    /// The default bounds with those that were given in their place.
    pub(super) fn resolve(&self) -> ResourceLimits {
        let mut limits = ResourceLimits::default();
        let given = [
            (&mut limits.max_manifest_bytes, self.max_manifest_bytes),
            (
                &mut limits.max_row_identity_jsonl_line_bytes,
                self.max_row_map_line_bytes,
            ),
            (&mut limits.max_row_identity_rows, self.max_row_map_rows),
            (
                &mut limits.max_row_identity_tracked_db_id_bytes,
                self.max_row_map_tracked_id_bytes,
            ),
            (
                &mut limits.max_auxiliary_artifacts,
                self.max_auxiliary_artifacts,
            ),
            (&mut limits.max_attestations, self.max_attestations),
            (
                &mut limits.max_auxiliary_artifact_bytes,
                self.max_auxiliary_artifact_bytes,
            ),
            (
                &mut limits.max_calibration_profile_bytes,
                self.max_calibration_profile_bytes,
            ),
            (
                &mut limits.max_encoder_distortion_profile_bytes,
                self.max_encoder_distortion_profile_bytes,
            ),
            (&mut limits.max_report_issues, self.max_report_issues),
        ];
        for (limit, value) in given {
            *limit = value.unwrap_or(*limit);
        }
        limits.max_index_bytes = self.max_index_bytes.or(limits.max_index_bytes);
        limits
    }
}
