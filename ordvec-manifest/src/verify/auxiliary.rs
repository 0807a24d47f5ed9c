//! Sidecars: verified, absent by permission, missing, or failed for a stated reason.

use std::path::PathBuf;

use super::{LocateFailure, Verifier};
use crate::codes;
use crate::error::ReportIssue;
use crate::files::observe;
use crate::paths::resolve;
use crate::report::{AuxiliaryArtifactReport, AuxiliaryArtifactState};
use crate::roles::AUXILIARY;
use crate::schema::AuxiliaryArtifact;

impl Verifier<'_> {
    pub(super) fn auxiliary(&mut self, entry: &AuxiliaryArtifact) -> AuxiliaryArtifactReport {
        let mut report = AuxiliaryArtifactReport {
            name: entry.name.clone(),
            manifest_path: entry.path.clone(),
            resolved_path: None,
            canonical_path: None,
            expected_sha256: entry.sha256.clone(),
            expected_size_bytes: entry.file_size_bytes,
            required: entry.required,
            state: AuxiliaryArtifactState::Verified,
            reason_code: None,
            sha256: None,
            size_bytes: None,
        };
        let outcome = match self.locate(&entry.path, &AUXILIARY) {
            Ok(location) => {
                report.resolved_path = Some(location.observed);
                self.auxiliary_content(entry, location.canonical, &mut report)
            }
            Err(LocateFailure::Refused(issue)) => Err(issue),
            Err(LocateFailure::Missing(issue)) => return self.auxiliary_missing(issue, report),
        };
        if let Err(issue) = outcome {
            report.state = AuxiliaryArtifactState::Failed;
            report.reason_code = Some(issue.code);
            self.log.error(named(&entry.name, issue));
        }
        report
    }

    fn auxiliary_missing(
        &mut self,
        issue: ReportIssue,
        mut report: AuxiliaryArtifactReport,
    ) -> AuxiliaryArtifactReport {
        report.resolved_path = Some(resolve(self.folder, &report.manifest_path));
        if report.required {
            report.state = AuxiliaryArtifactState::MissingRequired;
            report.reason_code = Some(codes::AUXILIARY_ARTIFACT_MISSING_REQUIRED);
            self.log.error(named(&report.name, issue));
        } else {
            report.state = AuxiliaryArtifactState::OptionalAbsent;
            report.reason_code = Some(codes::AUXILIARY_ARTIFACT_OPTIONAL_ABSENT);
        }
        report
    }

    fn auxiliary_content(
        &self,
        entry: &AuxiliaryArtifact,
        file: PathBuf,
        report: &mut AuxiliaryArtifactReport,
    ) -> Result<(), ReportIssue> {
        let found = observe(
            &file,
            &AUXILIARY,
            Some(self.options.limits.max_auxiliary_artifact_bytes),
        );
        report.canonical_path = Some(file);
        let found = found?;
        report.sha256 = Some(found.sha256.clone());
        report.size_bytes = Some(found.size_bytes);
        let size = AUXILIARY.size_issue(entry.file_size_bytes, found.size_bytes);
        let digest = || AUXILIARY.digest_issue(&entry.sha256, &found.sha256);
        size.or_else(digest).map_or(Ok(()), Err)
    }
}

fn named(name: &str, issue: ReportIssue) -> ReportIssue {
    ReportIssue::new(issue.code, format!("{name:?}: {}", issue.message))
}
