//! A load plan as a dict. Paths go as `str` with surrogate escapes, so that any file name can
//! be opened again.

use std::path::Path;

use ordvec_manifest as core;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert;

pub(crate) fn to_dict<'py>(
    py: Python<'py>,
    plan: &core::VerifiedLoadPlan,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("manifest_path", plan.manifest_path().map(Path::as_os_str))?;
    dict.set_item("artifact_path", plan.artifact_path().as_os_str())?;
    dict.set_item("metadata", convert::to_dict(py, plan.metadata())?)?;
    dict.set_item("row_identity", rows(py, plan.row_identity())?)?;
    let sidecars = plan.auxiliary_artifacts().iter();
    let sidecars = sidecars.map(|entry| sidecar(py, entry));
    dict.set_item(
        "auxiliary_artifacts",
        sidecars.collect::<PyResult<Vec<_>>>()?,
    )?;
    dict.set_item("report", convert::to_dict(py, plan.report())?)?;
    Ok(dict)
}

fn rows<'py>(
    py: Python<'py>,
    rows: &core::VerifiedRowIdentityPlan,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("kind", rows.kind())?;
    dict.set_item("path", rows.path().map(Path::as_os_str))?;
    dict.set_item("row_count", rows.row_count())?;
    dict.set_item("validated_rows", rows.validated_rows())?;
    dict.set_item("sha256", rows.sha256())?;
    Ok(dict)
}

fn sidecar<'py>(
    py: Python<'py>,
    entry: &core::VerifiedAuxiliaryArtifactPlan,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("name", entry.name())?;
    dict.set_item("path", entry.path().map(Path::as_os_str))?;
    dict.set_item("required", entry.required())?;
    dict.set_item("state", entry.state().label())?;
    dict.set_item("reason_code", entry.reason_code())?;
    dict.set_item("sha256", entry.sha256())?;
    dict.set_item("size_bytes", entry.size_bytes())?;
    Ok(dict)
}
