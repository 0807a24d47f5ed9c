//! Row identity: the declared count, and for a row map every line of it.

use super::{LocateFailure, Verifier};
use crate::codes::{self, skipped};
use crate::error::ReportIssue;
use crate::report::{ArtifactReport, RowIdentityReport};
use crate::roles::ROW_MAP;
use crate::row_map::{read_row_map, RowMapSummary};
use crate::schema::RowIdentity;

impl Verifier<'_> {
    pub(super) fn row_identity(
        &mut self,
        section: &RowIdentity,
        index: &ArtifactReport,
    ) -> RowIdentityReport {
        let mut report = RowIdentityReport {
            kind: Some("row_id_identity"),
            row_count: Some(section.row_count()),
            validated_rows: index.metadata.as_ref().map(|found| found.vector_count),
            manifest_path: None,
            canonical_path: None,
            sha256: None,
        };
        if let RowIdentity::Jsonl { path, sha256, .. } = section {
            report.kind = Some("jsonl");
            report.validated_rows = None;
            report.manifest_path = Some(path.clone());
            if let Err(issue) = self.row_map((path, sha256, section.row_count()), &mut report) {
                self.log.error(issue);
                self.skipped.push(skipped::ROW_MAP_DIGEST);
            }
        }
        report
    }

    fn row_map(
        &mut self,
        (path, sha256, declared_rows): (&str, &str, u64),
        report: &mut RowIdentityReport,
    ) -> Result<(), ReportIssue> {
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
        self.report(ROW_MAP.digest_issue(sha256, &digest.sha256));
        if rows != declared_rows {
            self.log.error(ReportIssue::new(
                codes::ROW_IDENTITY_ROW_COUNT_MISMATCH,
                format!("expected {declared_rows} rows in {path:?}, found {rows}"),
            ));
        }
        report.validated_rows = Some(rows);
        report.sha256 = Some(digest.sha256);
        Ok(())
    }
}
