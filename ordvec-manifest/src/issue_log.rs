//! Issues as they are found, bounded by `max_report_issues`.

use crate::codes;
use crate::error::ReportIssue;
use crate::report::VerificationReport;

/// Collects issues within `max_report_issues` and remembers whether any was an error.
#[derive(Debug)]
pub(crate) struct IssueLog {
    errors: Vec<ReportIssue>,
    warnings: Vec<ReportIssue>,
    failed: bool,
    limit: usize,
}

impl IssueLog {
    pub(crate) fn new(limit: u64) -> Self {
        IssueLog {
            errors: Vec::new(),
            warnings: Vec::new(),
            failed: false,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        }
    }

    pub(crate) fn error(&mut self, issue: ReportIssue) {
        self.failed = true;
        push_bounded(&mut self.errors, issue, self.limit);
    }

    pub(crate) fn warning(&mut self, issue: ReportIssue) {
        push_bounded(&mut self.warnings, issue, self.limit);
    }

    pub(crate) fn finish(self, report: &mut VerificationReport) {
        report.ok = !self.failed;
        report.errors = self.errors;
        report.warnings = self.warnings;
    }
}

/// One entry past the limit says that there were more.
fn push_bounded(list: &mut Vec<ReportIssue>, issue: ReportIssue, limit: usize) {
    if list.len() < limit {
        list.push(issue);
    } else if list.len() == limit {
        list.push(ReportIssue::new(
            codes::VERIFICATION_REPORT_ISSUE_LIMIT_EXCEEDED,
            format!(
                "expected at most {limit} issues, found more; raise max_report_issues to see them"
            ),
        ));
    }
}
