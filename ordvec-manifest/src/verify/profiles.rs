//! The profile files of `calibration` and `encoder_distortion`: bytes only, within their bound.

use std::path::PathBuf;

use super::{LocateFailure, Verifier};
use crate::error::ReportIssue;
use crate::files::observe;
use crate::hash::FileHash;
use crate::report::{CalibrationReport, EncoderDistortionReport};
use crate::roles::{Role, CALIBRATION, ENCODER_DISTORTION};
use crate::schema::{CalibrationProfileRef, EncoderDistortionProfileRef};

/// What the manifest declares of a profile file.
struct Declared<'d> {
    path: &'d str,
    sha256: &'d str,
    size_bytes: u64,
}

/// What was seen of it.
#[derive(Default)]
struct Seen {
    canonical_path: Option<PathBuf>,
    digest: Option<FileHash>,
}

impl Verifier<'_> {
    pub(super) fn calibration(&mut self, section: &CalibrationProfileRef) -> CalibrationReport {
        let declared = section.profile.as_ref().map(|profile| Declared {
            path: &profile.path,
            sha256: &profile.sha256,
            size_bytes: profile.file_size_bytes,
        });
        let limit = self.options.limits.max_calibration_profile_bytes;
        let seen = self.profile(&CALIBRATION, limit, declared.as_ref());
        CalibrationReport {
            present: true,
            schema_version: Some(section.schema_version.clone()),
            profile_id: Some(section.profile_id.clone()),
            calibrated_for_model: Some(section.calibrated_for.model.clone()),
            ordinalization: Some(section.ordinalization.label()),
            null_model: Some(section.null_model.label()),
            profile_manifest_path: declared.map(|profile| profile.path.to_owned()),
            profile_canonical_path: seen.canonical_path,
            profile_size_bytes: seen.digest.as_ref().map(|digest| digest.size_bytes),
            profile_sha256: seen.digest.map(|digest| digest.sha256),
        }
    }

    pub(super) fn encoder_distortion(
        &mut self,
        section: &EncoderDistortionProfileRef,
    ) -> EncoderDistortionReport {
        let declared = section.profile.as_ref().map(|profile| Declared {
            path: &profile.path,
            sha256: &profile.sha256,
            size_bytes: profile.file_size_bytes,
        });
        let limit = self.options.limits.max_encoder_distortion_profile_bytes;
        let seen = self.profile(&ENCODER_DISTORTION, limit, declared.as_ref());
        EncoderDistortionReport {
            present: true,
            schema_version: Some(section.schema_version.clone()),
            profile_id: Some(section.profile_id.clone()),
            evidence_kind: Some(section.evidence.kind.label()),
            source_metric: Some(section.source_metric.name.clone()),
            embedding_metric: Some(section.embedding_metric.name.clone()),
            profile_manifest_path: declared.map(|profile| profile.path.to_owned()),
            profile_canonical_path: seen.canonical_path,
            profile_size_bytes: seen.digest.as_ref().map(|digest| digest.size_bytes),
            profile_sha256: seen.digest.map(|digest| digest.sha256),
        }
    }

    fn profile(&mut self, role: &Role, limit: u64, declared: Option<&Declared<'_>>) -> Seen {
        let mut seen = Seen::default();
        if let Some(declared) = declared {
            if let Err(issue) = self.profile_content(role, limit, declared, &mut seen) {
                self.log.error(issue);
            }
        }
        seen
    }

    /// Fills `seen` as far as the file can be read.
    fn profile_content(
        &mut self,
        role: &Role,
        limit: u64,
        declared: &Declared<'_>,
        seen: &mut Seen,
    ) -> Result<(), ReportIssue> {
        let location = self
            .locate(declared.path, role)
            .map_err(LocateFailure::into_issue)?;
        seen.canonical_path = Some(location.canonical.clone());
        let digest = observe(&location.canonical, role, Some(limit))?;
        self.report(role.digest_issue(declared.sha256, &digest.sha256));
        self.report(role.size_issue(declared.size_bytes, digest.size_bytes));
        seen.digest = Some(digest);
        Ok(())
    }
}
