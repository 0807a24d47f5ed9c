//! The index file: its place, size and digest, then what its header says.

use std::path::PathBuf;

use super::{canonical, LocateFailure, Location, Verifier};
use crate::codes::skipped;
use crate::error::ReportIssue;
use crate::files::observe_stamped;
use crate::probe::{compare, probe};
use crate::report::ArtifactReport;
use crate::roles::ARTIFACT;
use crate::schema::Artifact;

impl Verifier<'_> {
    pub(super) fn artifact(&mut self, section: &Artifact) -> ArtifactReport {
        let mut report = ArtifactReport {
            manifest_path: Some(section.path.clone()),
            ..ArtifactReport::default()
        };
        if let Err(issue) = self.artifact_content(section, &mut report) {
            self.log.error(issue);
            self.skipped.push(match report.sha256 {
                None => skipped::ARTIFACT_CONTENT,
                Some(_) => skipped::ARTIFACT_METADATA,
            });
        }
        report
    }

    /// Fills `report` as far as the file can be read.
    fn artifact_content(
        &mut self,
        section: &Artifact,
        report: &mut ArtifactReport,
    ) -> Result<(), ReportIssue> {
        let location = self
            .locate_artifact(&section.path)
            .map_err(LocateFailure::into_issue)?;
        report.observed_path = Some(location.observed);
        report.canonical_path = Some(location.canonical.clone());
        let limit = self.options.limits.max_index_bytes;
        let (digest, stamp) = observe_stamped(&location.canonical, &ARTIFACT, limit)?;
        report.sha256 = Some(digest.sha256.clone());
        report.size_bytes = Some(digest.size_bytes);
        self.report(ARTIFACT.digest_issue(&section.sha256, &digest.sha256));
        self.report(ARTIFACT.size_issue(section.file_size_bytes, digest.size_bytes));
        let metadata = probe(&location.canonical, (&digest, &stamp))?;
        for issue in compare(section, &metadata) {
            self.log.error(issue);
        }
        report.metadata = Some(metadata);
        Ok(())
    }

    /// The index that the manifest names, or the one that the caller chose: from the working
    /// folder, or where nothing is there from the manifest's, as 0.5.0 took it.
    fn locate_artifact(&self, text: &str) -> Result<Location, LocateFailure> {
        let Some(chosen) = &self.options.index_override else {
            return self.locate(text, &ARTIFACT);
        };
        let located = |observed: PathBuf| {
            let canonical = canonical(&observed, &ARTIFACT)?;
            Ok(Location {
                observed,
                canonical,
            })
        };
        match located(chosen.clone()) {
            Err(LocateFailure::Missing(issue)) if chosen.is_relative() => {
                let beside = located(self.folder.join(chosen));
                beside.map_err(|_| LocateFailure::Missing(issue))
            }
            outcome => outcome,
        }
    }
}
