//! The functions of the module. Each turns its arguments into options, releases the
//! interpreter for the work, and turns the result into a dict.

use std::path::PathBuf;

use ordvec_manifest as core;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;

use crate::arguments;
use crate::convert;
use crate::errors;

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
    auxiliary_artifacts = None, extensions = None, allow_absolute_paths = false,
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
    extensions: Option<Bound<'py, PyDict>>,
    allow_absolute_paths: bool,
    allow_path_escape: bool,
    allow_duplicate_db_ids: bool,
    limits: Option<Bound<'py, PyDict>>,
) -> Dict<'py> {
    let row_identity = arguments::row_identity(row_id_is_identity, row_map)?;
    let mut options = core::CreateOptions::new(embedding_model, row_identity);
    for entry in auxiliary_artifacts.iter().flatten() {
        options
            .auxiliary_artifacts
            .push(arguments::auxiliary(entry)?);
    }
    if let Some(dict) = &extensions {
        options.extensions = convert::from_dict(dict)?;
    }
    options.paths = arguments::paths(allow_absolute_paths, allow_path_escape);
    options.allow_duplicate_db_ids = allow_duplicate_db_ids;
    options.limits = arguments::limits(limits.as_ref())?;
    detached(py, || {
        core::create_manifest_for_index_with_options(&index, &out, &options)
            .map(|created| created.document)
    })
}

fn verify_options(
    index: Option<PathBuf>,
    paths: core::PathPolicy,
    allow_duplicate_db_ids: bool,
    limits: Option<&Bound<'_, PyDict>>,
) -> PyResult<core::VerifyOptions> {
    Ok(core::VerifyOptions {
        index,
        paths,
        allow_duplicate_db_ids,
        limits: arguments::limits(limits)?,
    })
}

/// Compare a manifest with the files it names and return the report.
///
/// `report["ok"]` tells whether the bundle may be loaded; a broken rule is not an exception.
/// Raises OSError when the manifest itself cannot be read.
#[pyfunction]
#[pyo3(signature = (
    path, *, index = None, allow_absolute_paths = false, allow_path_escape = false,
    allow_duplicate_db_ids = false, **limits
))]
pub(crate) fn verify_manifest<'py>(
    py: Python<'py>,
    path: PathBuf,
    index: Option<PathBuf>,
    allow_absolute_paths: bool,
    allow_path_escape: bool,
    allow_duplicate_db_ids: bool,
    limits: Option<Bound<'py, PyDict>>,
) -> Dict<'py> {
    let paths = arguments::paths(allow_absolute_paths, allow_path_escape);
    let options = verify_options(index, paths, allow_duplicate_db_ids, limits.as_ref())?;
    detached(py, || core::verify_manifest(&path, &options))
}

/// Verify a manifest and return what may be loaded.
///
/// Raises ValueError "manifest verification failed" with every broken rule, and OSError when
/// the manifest itself cannot be read.
#[pyfunction]
#[pyo3(signature = (
    path, *, index = None, allow_absolute_paths = false, allow_path_escape = false,
    allow_duplicate_db_ids = false, **limits
))]
pub(crate) fn verify_for_load<'py>(
    py: Python<'py>,
    path: PathBuf,
    index: Option<PathBuf>,
    allow_absolute_paths: bool,
    allow_path_escape: bool,
    allow_duplicate_db_ids: bool,
    limits: Option<Bound<'py, PyDict>>,
) -> Dict<'py> {
    let paths = arguments::paths(allow_absolute_paths, allow_path_escape);
    let options = verify_options(index, paths, allow_duplicate_db_ids, limits.as_ref())?;
    let plan = py.detach(|| core::verify_for_load(&path, &options));
    plan_dict(py, &plan.map_err(errors::to_python)?)
}

fn plan_dict<'py>(py: Python<'py>, plan: &core::VerifiedLoadPlan) -> Dict<'py> {
    let dict = PyDict::new(py);
    dict.set_item("artifact_path", plan.artifact_path().as_os_str())?;
    dict.set_item("metadata", convert::to_dict(py, plan.metadata())?)?;
    dict.set_item("row_identity", convert::to_dict(py, plan.row_identity())?)?;
    let sidecars = plan.auxiliary().iter().map(|entry| sidecar_dict(py, entry));
    dict.set_item(
        "auxiliary_artifacts",
        sidecars.collect::<PyResult<Vec<_>>>()?,
    )?;
    dict.set_item("report", convert::to_dict(py, plan.report())?)?;
    Ok(dict)
}

/// Paths go as `str` with surrogate escapes, so that any file name can be opened again.
fn sidecar_dict<'py>(py: Python<'py>, entry: &core::PlannedAuxiliary) -> Dict<'py> {
    let state = match entry.state {
        core::AuxiliaryState::Verified => "verified",
        core::AuxiliaryState::OptionalAbsent => "optional_absent",
        core::AuxiliaryState::MissingRequired => "missing_required",
        core::AuxiliaryState::Failed => "failed",
    };
    let dict = PyDict::new(py);
    dict.set_item("name", &entry.name)?;
    dict.set_item("state", state)?;
    dict.set_item("path", entry.path.as_deref().map(|path| path.as_os_str()))?;
    Ok(dict)
}

/// Read a manifest and return its document, without looking at the files it names.
///
/// Raises ValueError when the document is refused and OSError when it cannot be read.
#[pyfunction]
#[pyo3(signature = (path, **limits))]
pub(crate) fn inspect_manifest<'py>(
    py: Python<'py>,
    path: PathBuf,
    limits: Option<Bound<'py, PyDict>>,
) -> Dict<'py> {
    let limits = arguments::limits(limits.as_ref())?;
    detached(py, || {
        core::load_manifest_file_with_options(&path, &core::LoadOptions { limits })
            .map(|loaded| loaded.document)
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
