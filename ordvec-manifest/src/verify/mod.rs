//! Comparing a manifest with the files it names. Every broken rule is collected; the report
//! is complete even when the first file is already missing.

mod artifact;
mod auxiliary;
mod row_identity;

use std::fs;
use std::path::{Path, PathBuf};

use crate::atomic::folder_of;
use crate::codes;
use crate::error::{Issue, ManifestError};
use crate::files::{FileCodes, OpenFailure};
use crate::hash::FileDigest;
use crate::limits::ResourceLimits;
use crate::load::{load_manifest_file_with_options, LoadOptions, LoadedManifest};
use crate::paths::{check_location, check_text, resolve, PathPolicy};
use crate::report::{IssueLog, VerificationReport};
use crate::validate::check_document;

/// How to verify.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Verify this file in place of the one that the manifest names; the path policy does not
    /// apply to it, since the caller and not the manifest chose it.
    pub index: Option<PathBuf>,
    /// What paths the manifest may name.
    pub paths: PathPolicy,
    /// Accept a row map that names one id twice.
    pub allow_duplicate_db_ids: bool,
    /// Bounds on the manifest and the files it names.
    pub limits: ResourceLimits,
}

/// Compare the manifest at `path` with the files it names.
///
/// A manifest that is refused as a document gives a report with that one error.
///
/// # Errors
/// [`ManifestError::Io`] when the manifest itself cannot be read.
pub fn verify_manifest(
    path: &Path,
    options: &VerifyOptions,
) -> Result<VerificationReport, ManifestError> {
    let loading = LoadOptions {
        limits: options.limits.clone(),
    };
    match load_manifest_file_with_options(path, &loading) {
        Ok(loaded) => verify_loaded(&loaded, options),
        Err(ManifestError::Rejected(issue)) => Ok(VerificationReport::refused(issue)),
        Err(other) => Err(other),
    }
}

fn verify_loaded(
    loaded: &LoadedManifest,
    options: &VerifyOptions,
) -> Result<VerificationReport, ManifestError> {
    let folder = folder_of(&loaded.path);
    let base = fs::canonicalize(folder).map_err(|source| ManifestError::io(folder, source))?;
    let mut verifier = Verifier {
        folder,
        base,
        options,
        log: IssueLog::new(options.limits.max_report_issues),
        skipped: Vec::new(),
    };
    Ok(verifier.run(loaded))
}

/// Where a named file was looked for and where it really is.
struct Location {
    observed: PathBuf,
    canonical: PathBuf,
}

enum LocateFailure {
    Missing(Issue),
    Refused(Issue),
}

impl LocateFailure {
    fn into_issue(self) -> Issue {
        match self {
            LocateFailure::Missing(issue) | LocateFailure::Refused(issue) => issue,
        }
    }
}

struct Verifier<'v> {
    folder: &'v Path,
    base: PathBuf,
    options: &'v VerifyOptions,
    log: IssueLog,
    skipped: Vec<&'static str>,
}

impl Verifier<'_> {
    fn run(&mut self, loaded: &LoadedManifest) -> VerificationReport {
        let mut report = VerificationReport::begin();
        let document = &loaded.document;
        if !loaded.is_canonical {
            self.log.warning(Issue::new(
                codes::MANIFEST_NOT_CANONICAL,
                "the document is valid, but its bytes are not those that create writes for it",
            ));
        }
        for issue in check_document(document) {
            self.log.error(issue);
        }
        report.artifact = self.artifact(&document.artifact);
        report.row_identity = Some(self.row_identity(&document.row_identity, &report.artifact));
        let entries = &document.auxiliary_artifacts;
        report.auxiliary_artifacts = entries.iter().map(|entry| self.auxiliary(entry)).collect();
        report.skipped_checks = std::mem::take(&mut self.skipped);
        std::mem::replace(&mut self.log, IssueLog::new(0)).finish(&mut report);
        report
    }

    fn locate(&self, text: &str, role: &FileCodes) -> Result<Location, LocateFailure> {
        check_text(text, self.options.paths).map_err(LocateFailure::Refused)?;
        let observed = resolve(self.folder, text);
        let canonical = canonical(&observed, role)?;
        check_location(&self.base, &canonical, text, self.options.paths)
            .map_err(LocateFailure::Refused)?;
        Ok(Location {
            observed,
            canonical,
        })
    }

    fn compare_digest(&mut self, role: &FileCodes, declared: &str, found: &FileDigest) -> bool {
        let equal = declared == found.sha256;
        if !equal {
            self.log.error(role.digest_issue(declared, &found.sha256));
        }
        equal
    }
}

fn canonical(path: &Path, role: &FileCodes) -> Result<PathBuf, LocateFailure> {
    fs::canonicalize(path).map_err(|source| {
        if source.kind() == std::io::ErrorKind::NotFound {
            let failure = OpenFailure::Missing(source);
            return LocateFailure::Missing(role.open_issue(path, &failure));
        }
        LocateFailure::Refused(role.open_issue(path, &OpenFailure::Unreadable(source)))
    })
}

fn size_issue(code: &'static str, label: &str, declared: u64, found: u64) -> Option<Issue> {
    (declared != found).then(|| {
        Issue::new(
            code,
            format!("expected {label} of {declared} bytes, found {found}"),
        )
    })
}
