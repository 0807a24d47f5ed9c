//! Sidecars: verified, absent by permission, missing, or failed for a stated reason.

use std::path::PathBuf;

use super::{size_issue, LocateFailure, Verifier};
use crate::codes;
use crate::error::Issue;
use crate::files::{observe, AUXILIARY};
use crate::report::{AuxiliaryReport, AuxiliaryState};
use crate::schema::AuxiliaryArtifact;

impl Verifier<'_> {
    pub(super) fn auxiliary(&mut self, entry: &AuxiliaryArtifact) -> AuxiliaryReport {
        let mut report = AuxiliaryReport {
            name: entry.name.clone(),
            manifest_path: entry.path.clone(),
            canonical_path: None,
            required: entry.required,
            state: AuxiliaryState::Verified,
            reason_code: None,
            sha256: None,
            size_bytes: None,
        };
        let outcome = match self.locate(&entry.path, &AUXILIARY) {
            Ok(location) => self.auxiliary_content(entry, location.canonical, &mut report),
            Err(LocateFailure::Refused(issue)) => Err(issue),
            Err(LocateFailure::Missing(issue)) => return self.auxiliary_missing(issue, report),
        };
        if let Err(issue) = outcome {
            report.state = AuxiliaryState::Failed;
            report.reason_code = Some(issue.code);
            self.log.error(named(&entry.name, issue));
        }
        report
    }

    fn auxiliary_missing(&mut self, issue: Issue, mut report: AuxiliaryReport) -> AuxiliaryReport {
        if report.required {
            report.state = AuxiliaryState::MissingRequired;
            report.reason_code = Some(codes::AUXILIARY_MISSING);
            self.log.error(named(&report.name, issue));
        } else {
            report.state = AuxiliaryState::OptionalAbsent;
            report.reason_code = Some(codes::AUXILIARY_ABSENT);
        }
        report
    }

    fn auxiliary_content(
        &self,
        entry: &AuxiliaryArtifact,
        file: PathBuf,
        report: &mut AuxiliaryReport,
    ) -> Result<(), Issue> {
        let found = observe(
            &file,
            &AUXILIARY,
            Some(self.options.limits.max_auxiliary_artifact_bytes),
        );
        report.canonical_path = Some(file);
        let found = found?;
        report.sha256 = Some(found.sha256.clone());
        report.size_bytes = Some(found.size_bytes);
        let (declared, size) = (entry.file_size_bytes, found.size_bytes);
        if let Some(issue) = size_issue(codes::AUXILIARY_SIZE_MISMATCH, "sidecar", declared, size) {
            return Err(issue);
        }
        match entry.sha256 == found.sha256 {
            true => Ok(()),
            false => Err(AUXILIARY.digest_issue(&entry.sha256, &found.sha256)),
        }
    }
}

fn named(name: &str, issue: Issue) -> Issue {
    Issue::new(issue.code, format!("{name:?}: {}", issue.message))
}
