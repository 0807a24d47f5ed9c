//! The arguments and how they become the library's options.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};
use ordvec_manifest::{AuxiliarySource, PathPolicy, ResourceLimits, RowIdentitySource};

/// Create, verify and inspect manifests of ordvec index files.
#[derive(Debug, Parser)]
#[command(name = "ordvec-manifest", version, about)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Print the SHA-256 of a file
    Hash {
        /// Any regular file
        path: PathBuf,
        /// Print {"sha256", "size_bytes"}
        #[arg(long)]
        json: bool,
    },
    /// Show a manifest without looking at the files it names
    Inspect {
        /// The manifest file
        manifest: PathBuf,
        /// Print the document as JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Compare a manifest with the files it names
    Verify(VerifyArgs),
    /// Write the manifest of an index
    Create(CreateArgs),
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The manifest file
    #[arg(long, value_name = "M")]
    pub(super) manifest: PathBuf,
    /// Verify this file in place of the index that the manifest names
    #[arg(long, value_name = "P")]
    pub(super) index: Option<PathBuf>,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Print the report as JSON
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("row_identity").required(true).args(["row_id_is_identity", "row_map"])))]
pub(super) struct CreateArgs {
    /// The index file
    #[arg(long, value_name = "P")]
    pub(super) index: PathBuf,
    /// Row ids are the caller's ids
    #[arg(long)]
    row_id_is_identity: bool,
    /// JSONL file that maps row ids to UUIDs
    #[arg(long, value_name = "P")]
    row_map: Option<PathBuf>,
    /// A sidecar that must be there (repeatable)
    #[arg(long, value_name = "NAME=PATH", value_parser = sidecar)]
    aux: Vec<(String, PathBuf)>,
    /// A sidecar that may be absent at verification (repeatable)
    #[arg(long, value_name = "NAME=PATH", value_parser = sidecar)]
    optional_aux: Vec<(String, PathBuf)>,
    /// Name of the model that made the vectors
    #[arg(long, value_name = "NAME")]
    pub(super) embedding_model: String,
    /// Where to write the manifest
    #[arg(long, value_name = "M")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
}

impl CreateArgs {
    /// The parser's group lets exactly one of the two through.
    pub(super) fn row_identity(&self) -> RowIdentitySource {
        match &self.row_map {
            Some(path) => RowIdentitySource::RowMap(path.clone()),
            None => RowIdentitySource::RowIdIdentity,
        }
    }

    pub(super) fn auxiliary(&self) -> Vec<AuxiliarySource> {
        let sources = |list: &[(String, PathBuf)], required| -> Vec<AuxiliarySource> {
            let source = |(name, path): &(String, PathBuf)| AuxiliarySource {
                name: name.clone(),
                path: path.clone(),
                required,
            };
            list.iter().map(source).collect()
        };
        let mut all = sources(&self.aux, true);
        all.extend(sources(&self.optional_aux, false));
        all
    }
}

fn sidecar(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(path)))
        }
        _ => Err("expected NAME=PATH".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    /// Let the manifest name absolute paths
    #[arg(long)]
    allow_absolute_paths: bool,
    /// Let the manifest name files outside its folder
    #[arg(long)]
    allow_path_escape: bool,
    /// Let the row map name one id twice
    #[arg(long)]
    pub(super) allow_duplicate_db_ids: bool,
}

impl PolicyArgs {
    pub(super) fn resolve(&self) -> PathPolicy {
        PathPolicy {
            allow_absolute: self.allow_absolute_paths,
            allow_escape: self.allow_path_escape,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Bounds")]
pub(super) struct LimitArgs {
    /// Bytes of the manifest
    #[arg(long, value_name = "N")]
    max_manifest_bytes: Option<u64>,
    /// Bytes of a row map line
    #[arg(long, value_name = "N")]
    max_row_map_line_bytes: Option<u64>,
    /// Rows of a row map
    #[arg(long, value_name = "N")]
    max_row_map_rows: Option<u64>,
    /// Bytes of ids remembered to find duplicates
    #[arg(long, value_name = "N")]
    max_row_map_tracked_id_bytes: Option<u64>,
    /// Sidecars
    #[arg(long, value_name = "N")]
    max_auxiliary_artifacts: Option<u64>,
    /// Bytes of one sidecar
    #[arg(long, value_name = "N")]
    max_auxiliary_artifact_bytes: Option<u64>,
    /// Errors and warnings listed
    #[arg(long, value_name = "N")]
    max_report_issues: Option<u64>,
    /// Bytes of the index [default: unbounded]
    #[arg(long, value_name = "N")]
    max_index_bytes: Option<u64>,
}

impl LimitArgs {
    pub(super) fn resolve(&self) -> ResourceLimits {
        let default = ResourceLimits::default();
        ResourceLimits {
            max_manifest_bytes: self
                .max_manifest_bytes
                .unwrap_or(default.max_manifest_bytes),
            max_row_map_line_bytes: self
                .max_row_map_line_bytes
                .unwrap_or(default.max_row_map_line_bytes),
            max_row_map_rows: self.max_row_map_rows.unwrap_or(default.max_row_map_rows),
            max_row_map_tracked_id_bytes: self
                .max_row_map_tracked_id_bytes
                .unwrap_or(default.max_row_map_tracked_id_bytes),
            max_auxiliary_artifacts: self
                .max_auxiliary_artifacts
                .unwrap_or(default.max_auxiliary_artifacts),
            max_auxiliary_artifact_bytes: self
                .max_auxiliary_artifact_bytes
                .unwrap_or(default.max_auxiliary_artifact_bytes),
            max_report_issues: self.max_report_issues.unwrap_or(default.max_report_issues),
            max_index_bytes: self.max_index_bytes.or(default.max_index_bytes),
        }
    }
}
