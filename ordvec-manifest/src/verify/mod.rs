//! Comparing a manifest with the files it names. Every broken rule is collected; the report
//! is complete even when the first file is already missing.

mod artifact;
mod auxiliary;
mod profiles;
mod row_identity;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::attestations::{check_subjects, look};
use crate::codes::{self, skipped};
use crate::error::{ManifestError, ReportIssue};
use crate::files::OpenFailure;
use crate::issue_log::IssueLog;
use crate::load::{load_manifest_file_with_options, ManifestDocument};
use crate::options::VerifyOptions;
use crate::parse::check_envelope;
use crate::paths::{check_location, check_text, resolve};
use crate::report::{AttestationShapeCheck, VerificationReport};
use crate::roles::Role;
use crate::schema::{IndexManifest, SCHEMA_VERSION};
use crate::v1::V1_SCHEMA_VERSION;
use crate::validate::check_document;

/// Compare a loaded manifest with the files it names.
///
/// Of an unknown schema, or beyond a bound of `options`, it gives a report with that one error.
pub fn verify_manifest(document: &ManifestDocument, options: VerifyOptions) -> VerificationReport {
    if let Err(issue) = check_envelope(&document.manifest, &options.limits) {
        return VerificationReport::refused(issue);
    }
    let mut verifier = Verifier {
        folder: &document.base_dir,
        base: fs::canonicalize(&document.base_dir),
        log: IssueLog::new(options.limits.max_report_issues),
        options: &options,
        skipped: Vec::new(),
    };
    let mut report = verifier.run(document);
    report.skipped_checks = verifier.skipped;
    verifier.log.finish(&mut report);
    report
}

/// Compare the manifest at `path` with the files it names.
///
/// A manifest that is refused as a document gives a report with that one error.
///
/// # Errors
/// [`ManifestError::Io`] when the manifest itself cannot be read.
pub fn verify_manifest_file(
    path: impl AsRef<Path>,
    options: VerifyOptions,
) -> Result<VerificationReport, ManifestError> {
    match load_manifest_file_with_options(path, &options) {
        Ok(document) => Ok(verify_manifest(&document, options)),
        Err(ManifestError::Rejected(issue)) => Ok(VerificationReport::refused(issue)),
        Err(other) => Err(other),
    }
}

/// Compare a manifest that is not in a file; its relative paths start from `base_dir`.
pub fn verify_manifest_with_base(
    manifest: IndexManifest,
    base_dir: impl Into<PathBuf>,
    options: VerifyOptions,
) -> VerificationReport {
    verify_manifest(&ManifestDocument::new(manifest, base_dir), options)
}

/// Compare the manifest at `manifest_path` with the index at `index_path` in place of the one
/// that it names, and with its other files.
///
/// # Errors
/// As for [`load_manifest_file_with_options`].
pub fn verify_index_manifest(
    index_path: impl Into<PathBuf>,
    manifest_path: impl AsRef<Path>,
    mut options: VerifyOptions,
) -> Result<VerificationReport, ManifestError> {
    let document = load_manifest_file_with_options(manifest_path, &options)?;
    options.index_override = Some(index_path.into());
    Ok(verify_manifest(&document, options))
}

/// Where a named file was looked for and where it really is.
struct Location {
    observed: PathBuf,
    canonical: PathBuf,
}

enum LocateFailure {
    Missing(ReportIssue),
    Refused(ReportIssue),
}

impl LocateFailure {
    fn into_issue(self) -> ReportIssue {
        match self {
            LocateFailure::Missing(issue) | LocateFailure::Refused(issue) => issue,
        }
    }
}

struct Verifier<'v> {
    folder: &'v Path,
    base: io::Result<PathBuf>,
    options: &'v VerifyOptions,
    log: IssueLog,
    skipped: Vec<&'static str>,
}

impl Verifier<'_> {
    fn run(&mut self, document: &ManifestDocument) -> VerificationReport {
        let mut report = VerificationReport::begin();
        let manifest = &document.manifest;
        report.manifest_id = document.v1.as_ref().map(|v1| v1.manifest_id.clone());
        self.warn_of_form(document);
        for issue in check_document(manifest) {
            self.log.error(issue);
        }
        report.artifact = self.artifact(&manifest.artifact);
        report.row_identity = self.row_identity(&manifest.row_identity, &report.artifact);
        let entries = &manifest.auxiliary_artifacts;
        report.auxiliary_artifacts = entries.iter().map(|entry| self.auxiliary(entry)).collect();
        if let Some(section) = &manifest.calibration {
            report.calibration = self.calibration(section);
        }
        if let Some(section) = &manifest.encoder_distortion {
            report.encoder_distortion = self.encoder_distortion(section);
        }
        let sha256 = report.artifact.sha256.as_ref();
        let sha256 = sha256.unwrap_or(&manifest.artifact.sha256).clone();
        report.attestation_shape_checks = self.attestations(&manifest.attestations, &sha256);
        report
    }

    /// `sha256` is the index's: what was found, or else what the manifest declares.
    fn attestations(&mut self, statements: &[Value], sha256: &str) -> Vec<AttestationShapeCheck> {
        if statements.is_empty() {
            self.skipped.push(skipped::ATTESTATIONS_ABSENT);
        }
        let seen: Vec<_> = statements.iter().map(|one| look(one, sha256)).collect();
        for issue in check_subjects(&seen, sha256) {
            self.log.error(issue);
        }
        seen
    }

    fn warn_of_form(&mut self, document: &ManifestDocument) {
        let (code, message) = if document.v1.is_some() {
            let message = format!(
                "expected schema {SCHEMA_VERSION}, found {V1_SCHEMA_VERSION}; \
                 create the manifest anew with `ordvec-manifest create`"
            );
            (codes::MANIFEST_SCHEMA_OUTDATED, message)
        } else if !document.is_canonical {
            let message = "the document is valid, but its bytes are not those that create writes";
            (codes::MANIFEST_NOT_CANONICAL, message.to_owned())
        } else {
            return;
        };
        self.log.warning(ReportIssue::new(code, message));
    }

    fn locate(&self, text: &str, role: &Role) -> Result<Location, LocateFailure> {
        let policy = self.options.paths();
        check_text(text, policy, role).map_err(LocateFailure::Refused)?;
        let base = self.base.as_ref().map_err(|source| {
            let folder = self.folder.display();
            let message = format!("expected a folder that can be resolved at {folder}: {source}");
            LocateFailure::Refused(ReportIssue::new(role.no_base, message))
        })?;
        let observed = resolve(self.folder, text);
        let canonical = canonical(&observed, role)?;
        check_location(base, &canonical, text, policy, role).map_err(LocateFailure::Refused)?;
        Ok(Location {
            observed,
            canonical,
        })
    }

    fn report(&mut self, issue: Option<ReportIssue>) {
        issue.into_iter().for_each(|issue| self.log.error(issue));
    }
}

fn canonical(path: &Path, role: &Role) -> Result<PathBuf, LocateFailure> {
    fs::canonicalize(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => {
            let failure = OpenFailure::Missing(source);
            LocateFailure::Missing(role.open_issue(path, &failure))
        }
        _ => LocateFailure::Refused(role.unreachable_issue(path, &source)),
    })
}
