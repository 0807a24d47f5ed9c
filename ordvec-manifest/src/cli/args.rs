//! The arguments and how they become the library's options.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};
use ordvec_manifest::{CreateAuxiliaryArtifact, CreateRowIdentity};

use super::limits::LimitArgs;

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
    Create(Box<CreateArgs>),
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
    #[command(flatten)]
    pub(super) sections: SectionArgs,
    /// Where to write the manifest
    #[arg(long, value_name = "M")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
}

/// Sections that are written as JSON; each file holds one object.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sections")]
pub(super) struct SectionArgs {
    /// Members of the section embedding beside model and dim
    #[arg(long, value_name = "JSON")]
    pub(super) embedding_details: Option<PathBuf>,
    /// The section calibration
    #[arg(long, value_name = "JSON")]
    pub(super) calibration: Option<PathBuf>,
    /// Its profile file; path, size and digest are put in
    #[arg(long, value_name = "P", requires = "calibration")]
    pub(super) calibration_profile: Option<PathBuf>,
    /// The section encoder_distortion
    #[arg(long, value_name = "JSON")]
    pub(super) encoder_distortion: Option<PathBuf>,
    /// Its profile file; path, size and digest are put in
    #[arg(long, value_name = "P", requires = "encoder_distortion")]
    pub(super) encoder_distortion_profile: Option<PathBuf>,
    /// A statement about the index, such as in-toto (repeatable)
    #[arg(long, value_name = "JSON")]
    pub(super) attestation: Vec<PathBuf>,
    /// The section extensions
    #[arg(long, value_name = "JSON")]
    pub(super) extensions: Option<PathBuf>,
}

impl CreateArgs {
    /// The parser's group lets exactly one of the two through.
    pub(super) fn row_identity(&self) -> CreateRowIdentity {
        match &self.row_map {
            Some(path) => CreateRowIdentity::Jsonl(path.clone()),
            None => CreateRowIdentity::RowIdIdentity,
        }
    }

    pub(super) fn auxiliary(&self) -> Vec<CreateAuxiliaryArtifact> {
        let sources = |list: &[(String, PathBuf)], required| -> Vec<CreateAuxiliaryArtifact> {
            let source = |(name, path): &(String, PathBuf)| CreateAuxiliaryArtifact {
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
    pub(super) allow_absolute_paths: bool,
    /// Let the manifest name files outside its folder
    #[arg(long)]
    pub(super) allow_path_escape: bool,
    /// Let the row map name one id twice
    #[arg(long)]
    pub(super) allow_duplicate_db_ids: bool,
}
