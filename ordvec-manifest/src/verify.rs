//! Comparing a manifest with the files it names. Every broken rule is collected; the report
//! is complete even when the first file is already missing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::atomic::folder_of;
use crate::codes::{self, skipped};
use crate::error::{Issue, ManifestError};
use crate::files::{observe, FileCodes, OpenFailure, ARTIFACT, AUXILIARY, ROW_MAP};
use crate::hash::FileDigest;
use crate::limits::ResourceLimits;
use crate::load::{load_manifest_file_with_options, LoadOptions, LoadedManifest};
use crate::paths::{check_location, check_text, resolve, PathPolicy};
use crate::probe::{compare, probe};
use crate::report::{
    ArtifactReport, AuxiliaryReport, AuxiliaryState, IssueLog, RowIdentityReport,
    VerificationReport,
};
use crate::row_map::{read_row_map, RowMapSummary};
use crate::schema::{ArtifactSection, AuxiliaryArtifact, RowIdentity};
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

    fn artifact(&mut self, section: &ArtifactSection) -> ArtifactReport {
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

    fn auxiliary(&mut self, entry: &AuxiliaryArtifact) -> AuxiliaryReport {
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

    fn row_identity(&mut self, section: &RowIdentity, index: &ArtifactReport) -> RowIdentityReport {
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

fn named(name: &str, issue: Issue) -> Issue {
    Issue::new(issue.code, format!("{name:?}: {}", issue.message))
}
