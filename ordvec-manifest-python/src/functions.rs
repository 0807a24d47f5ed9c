//! The functions of the module. Each turns its arguments into options, releases the
//! interpreter for the work, and turns the result into a dict.

use std::path::PathBuf;

use ordvec_manifest as core;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;
use serde_json::Value;

use crate::arguments;
use crate::convert;
use crate::errors;
use crate::plan;

type Dict<'py> = PyResult<Bound<'py, PyDict>>;

/// Run `work` without the interpreter and give its result back as a dict.
fn detached<'py, T: Serialize + Send>(
    py: Python<'py>,
    work: impl FnOnce() -> Result<T, core::ManifestError> + Send,
) -> Dict<'py> {
    let result = py.detach(work).map_err(errors::to_python)?;
    convert::to_dict(py, &result)
}

/// Bind an index file in a manifest at `out` and return the document written.
///
/// Exactly one of `row_map` and `row_id_is_identity` must be given. Raises ValueError when an
/// input breaks a rule (`out` is then untouched) and OSError when a file cannot be used.
#[pyfunction]
#[pyo3(signature = (
    index, out, embedding_model, *, row_id_is_identity = false, row_map = None,
    auxiliary_artifacts = None, embedding_details = None, calibration = None,
    calibration_profile = None, encoder_distortion = None, encoder_distortion_profile = None,
    attestations = None, extensions = None, allow_absolute_paths = false,
    allow_path_escape = false, allow_duplicate_db_ids = false, **limits
))]
#[allow(clippy::too_many_arguments)] // The signature is the documented Python one.
pub(crate) fn create_manifest<'py>(
    py: Python<'py>,
    index: PathBuf,
    out: PathBuf,
    embedding_model: String,
    row_id_is_identity: bool,
    row_map: Option<PathBuf>,
    auxiliary_artifacts: Option<Vec<Bound<'py, PyDict>>>,
    embedding_details: Option<Bound<'py, PyDict>>,
    calibration: Option<Bound<'py, PyDict>>,
    calibration_profile: Option<PathBuf>,
    encoder_distortion: Option<Bound<'py, PyDict>>,
    encoder_distortion_profile: Option<PathBuf>,
    attestations: Option<Vec<Bound<'py, PyDict>>>,
    extensions: Option<Bound<'py, PyDict>>,
    allow_absolute_paths: bool,
    allow_path_escape: bool,
    allow_duplicate_db_ids: bool,
    limits: Option<Bound<'py, PyDict>>,
) -> Dict<'py> {
    let rows = arguments::row_identity(row_id_is_identity, row_map)?;
    let sidecars = auxiliary_artifacts.iter().flatten();
    let statements = attestations.iter().flatten();
    let (section, profile) = (encoder_distortion.as_ref(), encoder_distortion_profile);
    let options = core::CreateManifestOptions {
        allow_absolute_paths,
        allow_path_escape,
        allow_duplicate_db_ids,
        limits: arguments::limits(limits.as_ref())?,
        auxiliary_artifacts: sidecars
            .map(arguments::auxiliary)
            .collect::<PyResult<_>>()?,
        embedding_details: arguments::object(embedding_details.as_ref())?,
        calibration: arguments::profile_section(
            "calibration",
            calibration.as_ref(),
            calibration_profile,
        )?,
        encoder_distortion: arguments::profile_section("encoder_distortion", section, profile)?,
        attestations: statements
            .map(|one| convert::from_dict(one).map(Value::Object))
            .collect::<PyResult<_>>()?,
        extensions: arguments::object(extensions.as_ref())?,
    };
    detached(py, || {
        core::create_manifest_for_index_with_options(&index, rows, embedding_model, &out, options)
    })
}

/// The options of the two verifying functions.
fn verify_options(
    index_override: Option<PathBuf>,
    (allow_absolute_paths, allow_path_escape, allow_duplicate_db_ids): (bool, bool, bool),
    limits: Option<&Bound<'_, PyDict>>,
) -> PyResult<core::VerifyOptions> {
    Ok(core::VerifyOptions {
        allow_absolute_paths,
        allow_path_escape,
        allow_duplicate_db_ids,
        index_override,
        limits: arguments::limits(limits)?,
    })
}

/// Compare a manifest with the files it names and return the report.
///
/// `report["ok"]` tells whether the bundle may be loaded; a broken rule is not an exception.
/// Raises OSError when the manifest itself cannot be read. `path` is another name of `manifest`.
#[pyfunction]
#[pyo3(signature = (
    manifest = None, *, path = None, index = None, allow_absolute_paths = false,
    allow_path_escape = false, allow_duplicate_db_ids = false, **limits
))]
#[allow(clippy::too_many_arguments)] // The signature is the documented Python one.
pub(crate) fn verify_manifest<'py>(
    py: Python<'py>,
    manifest: Option<PathBuf>,
    path: Option<PathBuf>,
    index: Option<PathBuf>,
    allow_absolute_paths: bool,
    allow_path_escape: bool,
    allow_duplicate_db_ids: bool,
    limits: Option<Bound<'py, PyDict>>,
) -> Dict<'py> {
    let allowed = (
        allow_absolute_paths,
        allow_path_escape,
        allow_duplicate_db_ids,
    );
    let path = arguments::manifest_path(manifest, path)?;
    let options = verify_options(index, allowed, limits.as_ref())?;
    detached(py, || core::verify_manifest_file(&path, options))
}

/// Verify a manifest and return what may be loaded.
///
/// Raises ValueError "manifest verification failed" with every broken rule, and OSError when
/// the manifest itself cannot be read. `path` is another name of `manifest`.
#[pyfunction]
#[pyo3(signature = (
    manifest = None, *, path = None, index = None, allow_absolute_paths = false,
    allow_path_escape = false, allow_duplicate_db_ids = false, **limits
))]
#[allow(clippy::too_many_arguments)] // The signature is the documented Python one.
pub(crate) fn verify_for_load<'py>(
    py: Python<'py>,
    manifest: Option<PathBuf>,
    path: Option<PathBuf>,
    index: Option<PathBuf>,
    allow_absolute_paths: bool,
    allow_path_escape: bool,
    allow_duplicate_db_ids: bool,
    limits: Option<Bound<'py, PyDict>>,
) -> Dict<'py> {
    let allowed = (
        allow_absolute_paths,
        allow_path_escape,
        allow_duplicate_db_ids,
    );
    let path = arguments::manifest_path(manifest, path)?;
    let options = verify_options(index, allowed, limits.as_ref())?;
    let plan = py.detach(|| core::verify_for_load(&path, options));
    plan::to_dict(py, &plan.map_err(errors::of_plan)?)
}

/// Read a manifest and return its document, without looking at the files it names.
///
/// Raises ValueError when the document is refused and OSError when it cannot be read. `path` is
/// another name of `manifest`.
#[pyfunction]
#[pyo3(signature = (manifest = None, *, path = None, **limits))]
pub(crate) fn inspect_manifest<'py>(
    py: Python<'py>,
    manifest: Option<PathBuf>,
    path: Option<PathBuf>,
    limits: Option<Bound<'py, PyDict>>,
) -> Dict<'py> {
    let path = arguments::manifest_path(manifest, path)?;
    let options = verify_options(None, (false, false, false), limits.as_ref())?;
    detached(py, || {
        core::load_manifest_file_with_options(&path, &options).map(|loaded| loaded.to_value())
    })
}

/// SHA-256 and size of a regular file: {"sha256": str, "size_bytes": int}.
#[pyfunction]
pub(crate) fn sha256_file(py: Python<'_>, path: PathBuf) -> Dict<'_> {
    detached(py, || core::sha256_file(&path))
}

/// The limits in force when none is given, by keyword; None is unbounded.
#[pyfunction]
pub(crate) fn default_resource_limits(py: Python<'_>) -> Dict<'_> {
    convert::to_dict(py, &core::ResourceLimits::default())
}
