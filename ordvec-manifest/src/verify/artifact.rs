//! The index file: its place, size and digest, then what its header says.

use super::{canonical, size_issue, LocateFailure, Location, Verifier};
use crate::codes::{self, skipped};
use crate::error::Issue;
use crate::files::{observe, ARTIFACT};
use crate::probe::{compare, probe};
use crate::report::ArtifactReport;
use crate::schema::ArtifactSection;

impl Verifier<'_> {
    pub(super) fn artifact(&mut self, section: &ArtifactSection) -> ArtifactReport {
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
        section: &ArtifactSection,
        report: &mut ArtifactReport,
    ) -> Result<(), Issue> {
        let location = self
            .locate_artifact(&section.path)
            .map_err(LocateFailure::into_issue)?;
        report.observed_path = Some(location.observed);
        report.canonical_path = Some(location.canonical.clone());
        let limit = self.options.limits.max_index_bytes;
        let digest = observe(&location.canonical, &ARTIFACT, limit)?;
        report.sha256 = Some(digest.sha256.clone());
        report.size_bytes = Some(digest.size_bytes);
        self.compare_digest(&ARTIFACT, &section.sha256, &digest);
        if let Some(issue) = size_issue(
            codes::ARTIFACT_SIZE_MISMATCH,
            "index",
            section.file_size_bytes,
            digest.size_bytes,
        ) {
            self.log.error(issue);
        }
        let metadata = probe(&location.canonical, digest.size_bytes)?;
        for issue in compare(section, &metadata) {
            self.log.error(issue);
        }
        report.metadata = Some(metadata);
        Ok(())
    }

    fn locate_artifact(&self, text: &str) -> Result<Location, LocateFailure> {
        let Some(chosen) = &self.options.index else {
            return self.locate(text, &ARTIFACT);
        };
        let canonical = canonical(chosen, &ARTIFACT)?;
        Ok(Location {
            observed: chosen.clone(),
            canonical,
        })
    }
}
