//! Attestations: their shape and their subjects. Signatures and trust are the caller's.

use serde_json::Value;

use crate::codes;
use crate::error::ReportIssue;
use crate::report::AttestationShapeCheck;

/// What one statement says, and whether it is about the index with this digest.
pub(crate) fn look(attestation: &Value, sha256: &str) -> AttestationShapeCheck {
    let text = |pointers: [&str; 2]| {
        let found = pointers.iter().find_map(|at| attestation.pointer(at));
        found.and_then(Value::as_str).map(str::to_owned)
    };
    let matches = |subject: &Value| {
        let digest = subject.pointer("/digest/sha256").and_then(Value::as_str);
        digest.is_some_and(|digest| digest.eq_ignore_ascii_case(sha256))
    };
    let subjects = attestation.get("subject").and_then(Value::as_array);
    AttestationShapeCheck {
        predicate_type: text(["/predicateType", "/predicate_type"]),
        builder_id: text(["/predicate/builder/id", "/predicate/runDetails/builder/id"]),
        subject_sha256_matched: subjects.is_some_and(|list| list.iter().any(matches)),
    }
}

/// Rules that the statements must keep; none at all is not against them.
pub(crate) fn check_subjects(seen: &[AttestationShapeCheck], sha256: &str) -> Vec<ReportIssue> {
    let untyped = seen.iter().enumerate();
    let untyped = untyped.filter(|(_, check)| check.predicate_type.is_none());
    let mut issues: Vec<_> = untyped
        .map(|(number, _)| {
            ReportIssue::new(
                codes::ATTESTATION_PREDICATE_TYPE_MISSING,
                format!("expected predicateType in attestation {number}, found none"),
            )
        })
        .collect();
    if !seen.is_empty() && !seen.iter().any(|check| check.subject_sha256_matched) {
        issues.push(ReportIssue::new(
            codes::ATTESTATION_SUBJECT_SHA256_MISMATCH,
            format!("expected a subject with the index's sha256 {sha256}, found none"),
        ));
    }
    issues
}
