//! Keyword arguments of the functions as the core's options.

use std::path::PathBuf;

use ordvec_manifest::{AuxiliarySource, PathPolicy, ResourceLimits, RowIdentitySource};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The default limits with those of `given` put in their place; `None` alone means unbounded,
/// and only `max_index_bytes` can be that.
pub(crate) fn limits(given: Option<&Bound<'_, PyDict>>) -> PyResult<ResourceLimits> {
    let mut limits = ResourceLimits::default();
    for (key, value) in given.into_iter().flatten() {
        let name: String = key.extract()?;
        if name == "max_index_bytes" {
            limits.max_index_bytes = value.extract()?;
            continue;
        }
        let field = bounded_field(&mut limits, &name).ok_or_else(|| {
            PyTypeError::new_err(format!(
                "unexpected keyword argument '{name}'; default_resource_limits() lists the limits"
            ))
        })?;
        *field = value.extract()?;
    }
    Ok(limits)
}

fn bounded_field<'l>(limits: &'l mut ResourceLimits, name: &str) -> Option<&'l mut u64> {
    Some(match name {
        "max_manifest_bytes" => &mut limits.max_manifest_bytes,
        "max_row_map_line_bytes" => &mut limits.max_row_map_line_bytes,
        "max_row_map_rows" => &mut limits.max_row_map_rows,
        "max_row_map_tracked_id_bytes" => &mut limits.max_row_map_tracked_id_bytes,
        "max_auxiliary_artifacts" => &mut limits.max_auxiliary_artifacts,
        "max_auxiliary_artifact_bytes" => &mut limits.max_auxiliary_artifact_bytes,
        "max_report_issues" => &mut limits.max_report_issues,
        _ => return None,
    })
}

pub(crate) fn paths(allow_absolute: bool, allow_escape: bool) -> PathPolicy {
    PathPolicy {
        allow_absolute,
        allow_escape,
    }
}

/// Exactly one way to identify rows must be chosen; there is no default on purpose.
pub(crate) fn row_identity(
    row_id_is_identity: bool,
    row_map: Option<PathBuf>,
) -> PyResult<RowIdentitySource> {
    match (row_id_is_identity, row_map) {
        (true, None) => Ok(RowIdentitySource::RowIdIdentity),
        (false, Some(path)) => Ok(RowIdentitySource::RowMap(path)),
        (true, Some(_)) => Err(PyValueError::new_err(
            "row_identity_required: expected row_map or row_id_is_identity=True, found both",
        )),
        (false, None) => Err(PyValueError::new_err(
            "row_identity_required: expected row_map or row_id_is_identity=True, found neither",
        )),
    }
}

/// A sidecar as a dict with `name`, `path` and optionally `required`; other keys are errors.
pub(crate) fn auxiliary(entry: &Bound<'_, PyDict>) -> PyResult<AuxiliarySource> {
    for key in entry.keys() {
        let key: String = key.extract()?;
        if !["name", "path", "required"].contains(&key.as_str()) {
            return Err(PyValueError::new_err(format!(
                "auxiliary_artifacts: expected the keys name, path and required, found {key:?}"
            )));
        }
    }
    Ok(AuxiliarySource {
        name: field(entry, "name")?.extract()?,
        path: field(entry, "path")?.extract()?,
        required: match entry.get_item("required")? {
            Some(value) => value.extract()?,
            None => true,
        },
    })
}

fn field<'py>(entry: &Bound<'py, PyDict>, key: &str) -> PyResult<Bound<'py, PyAny>> {
    entry.get_item(key)?.ok_or_else(|| {
        PyValueError::new_err(format!(
            "auxiliary_artifacts: expected the key {key:?} in every entry, found none"
        ))
    })
}
