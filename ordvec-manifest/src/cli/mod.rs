//! One function per verb; parsing is in `args`, printing in `output`.

mod args;
mod output;

use std::path::Path;
use std::process::ExitCode;

use ordvec_manifest::{
    create_manifest_for_index_with_options, load_manifest_file_with_options, sha256_file,
    verify_manifest, CreateOptions, LoadOptions, ManifestError, VerifyOptions,
};

pub use args::Arguments;
use args::{CreateArgs, Verb, VerifyArgs};

const REFUSED: u8 = 1;

/// Run one parsed command line.
pub fn run(arguments: Arguments) -> ExitCode {
    let outcome = match arguments.verb {
        Verb::Hash { path, json } => hash(&path, json),
        Verb::Inspect {
            manifest,
            json,
            limits,
        } => inspect(&manifest, json, limits.resolve()),
        Verb::Verify(args) => verify(args),
        Verb::Create(args) => create(args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("ordvec-manifest: {error}");
        ExitCode::from(REFUSED)
    })
}

fn hash(path: &Path, json: bool) -> Result<ExitCode, ManifestError> {
    let digest = sha256_file(path)?;
    match json {
        true => output::json(&digest)?,
        false => output::line(&format!("{}  {}", digest.sha256, path.display()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn inspect(
    path: &Path,
    json: bool,
    limits: ordvec_manifest::ResourceLimits,
) -> Result<ExitCode, ManifestError> {
    let loaded = load_manifest_file_with_options(path, &LoadOptions { limits })?;
    match json {
        true => output::json(&loaded.document)?,
        false => output::summary(&loaded)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(args: VerifyArgs) -> Result<ExitCode, ManifestError> {
    let options = VerifyOptions {
        index: args.index,
        paths: args.policy.resolve(),
        allow_duplicate_db_ids: args.policy.allow_duplicate_db_ids,
        limits: args.limits.resolve(),
    };
    let report = verify_manifest(&args.manifest, &options)?;
    match args.json {
        true => output::json(&report)?,
        false => output::report(&args.manifest, &report)?,
    }
    Ok(match report.ok {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(REFUSED),
    })
}

fn create(args: CreateArgs) -> Result<ExitCode, ManifestError> {
    let options = CreateOptions {
        auxiliary_artifacts: args.auxiliary(),
        paths: args.policy.resolve(),
        allow_duplicate_db_ids: args.policy.allow_duplicate_db_ids,
        limits: args.limits.resolve(),
        ..CreateOptions::new(&args.embedding_model, args.row_identity())
    };
    let created = create_manifest_for_index_with_options(&args.index, &args.out, &options)?;
    output::line(&format!("{}  {}", created.sha256, created.path.display()))?;
    Ok(ExitCode::SUCCESS)
}
