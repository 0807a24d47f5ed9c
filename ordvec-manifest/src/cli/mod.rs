//! One function per verb; parsing is in `args`, printing in `output`.

mod args;
mod limits;
mod output;
mod sections;

use std::path::Path;
use std::process::ExitCode;

use ordvec_manifest::{
    create_manifest_for_index_with_options, load_manifest_file_with_options, sha256_file,
    verify_manifest_file, CreateManifestOptions, ManifestError, ResourceLimits, VerifyOptions,
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
        Verb::Create(args) => create(*args),
    };
    outcome.unwrap_or_else(|error| {
        // Where even this cannot be written, the exit status still tells.
        let _ = output::complaint(&format!("ordvec-manifest: {error}"));
        ExitCode::from(REFUSED)
    })
}

fn hash(path: &Path, json: bool) -> Result<ExitCode, ManifestError> {
    let digest = sha256_file(path)?;
    match json {
        true => output::digest(path, &digest)?,
        false => output::line(&format!("{}  {}", digest.sha256, path.display()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn inspect(path: &Path, json: bool, limits: ResourceLimits) -> Result<ExitCode, ManifestError> {
    let options = VerifyOptions {
        limits,
        ..VerifyOptions::default()
    };
    let document = load_manifest_file_with_options(path, &options)?;
    match json {
        true => output::json(&document.to_value())?,
        false => output::summary(&document)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(args: VerifyArgs) -> Result<ExitCode, ManifestError> {
    let options = VerifyOptions {
        allow_absolute_paths: args.policy.allow_absolute_paths,
        allow_path_escape: args.policy.allow_path_escape,
        allow_duplicate_db_ids: args.policy.allow_duplicate_db_ids,
        index_override: args.index,
        limits: args.limits.resolve(),
    };
    let report = verify_manifest_file(&args.manifest, options)?;
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
    let mut options = CreateManifestOptions {
        allow_absolute_paths: args.policy.allow_absolute_paths,
        allow_path_escape: args.policy.allow_path_escape,
        allow_duplicate_db_ids: args.policy.allow_duplicate_db_ids,
        limits: args.limits.resolve(),
        auxiliary_artifacts: args.auxiliary(),
        ..CreateManifestOptions::default()
    };
    args.sections.read_into(&mut options)?;
    let manifest = create_manifest_for_index_with_options(
        &args.index,
        args.row_identity(),
        &args.embedding_model,
        &args.out,
        options,
    )?;
    output::line(&format!("{}  {}", manifest.sha256(), args.out.display()))?;
    Ok(ExitCode::SUCCESS)
}
