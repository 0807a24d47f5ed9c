//! Row identity: the declared count, and for a row map every line of it.

use super::{LocateFailure, Verifier};
use crate::codes::{self, skipped};
use crate::error::Issue;
use crate::files::ROW_MAP;
use crate::report::{ArtifactReport, RowIdentityReport};
use crate::row_map::{read_row_map, RowMapSummary};
use crate::schema::RowIdentity;

impl Verifier<'_> {
    pub(super) fn row_identity(
        &mut self,
        section: &RowIdentity,
        index: &ArtifactReport,
    ) -> RowIdentityReport {
        let mut report = RowIdentityReport {
            kind: "row_id_identity",
            row_count: section.row_count(),
            observed_row_count: index.metadata.as_ref().map(|found| found.vector_count),
            manifest_path: None,
            canonical_path: None,
            sha256: None,
        };
        if let RowIdentity::Jsonl { path, sha256, .. } = section {
            report.kind = "jsonl";
            report.observed_row_count = None;
            report.manifest_path = Some(path.clone());
            if let Err(issue) = self.row_map(path, sha256, &mut report) {
                self.log.error(issue);
                self.skipped.push(skipped::ROW_MAP_DIGEST);
            }
        }
        report
    }

    fn row_map(
        &mut self,
        path: &str,
        declared: &str,
        report: &mut RowIdentityReport,
    ) -> Result<(), Issue> {
        let location = self
            .locate(path, &ROW_MAP)
            .map_err(LocateFailure::into_issue)?;
        report.canonical_path = Some(location.canonical.clone());
        let allow_duplicates = self.options.allow_duplicate_db_ids;
        if allow_duplicates {
            self.skipped.push(skipped::ROW_MAP_DUPLICATES);
        }
        let limits = &self.options.limits;
        let RowMapSummary { rows, digest } =
            read_row_map(&location.canonical, limits, allow_duplicates)?;
        self.compare_digest(&ROW_MAP, declared, &digest);
        if rows != report.row_count {
            self.log.error(Issue::new(
                codes::ROW_COUNT_MISMATCH,
                format!(
                    "expected {} rows in {path:?}, found {rows}",
                    report.row_count
                ),
            ));
        }
        report.observed_row_count = Some(rows);
        report.sha256 = Some(digest.sha256);
        Ok(())
    }
}
