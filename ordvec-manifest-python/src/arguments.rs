//! Keyword arguments of the functions as the core's options.

use std::path::PathBuf;

use ordvec_manifest::{
    CreateAuxiliaryArtifact, CreateProfileSection, CreateRowIdentity, ResourceLimits,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Map, Value};

use crate::convert;

/// The default limits with those of `given` put in their place; `None` leaves the default.
pub(crate) fn limits(given: Option<&Bound<'_, PyDict>>) -> PyResult<ResourceLimits> {
    let mut limits = ResourceLimits::default();
    for (key, value) in given.into_iter().flatten() {
        let name: String = key.extract()?;
        let value: Option<u64> = value.extract()?;
        if name == "max_index_bytes" {
            limits.max_index_bytes = value;
            continue;
        }
        let field = bounded_field(&mut limits, &name).ok_or_else(|| {
            PyTypeError::new_err(format!(
                "unexpected keyword argument '{name}'; default_resource_limits() lists the limits"
            ))
        })?;
        *field = value.unwrap_or(*field);
    }
    Ok(limits)
}

fn bounded_field<'l>(limits: &'l mut ResourceLimits, name: &str) -> Option<&'l mut u64> {
    Some(match name {
        "max_manifest_bytes" => &mut limits.max_manifest_bytes,
        "max_row_map_line_bytes" => &mut limits.max_row_identity_jsonl_line_bytes,
        "max_row_map_rows" => &mut limits.max_row_identity_rows,
        "max_row_map_tracked_id_bytes" => &mut limits.max_row_identity_tracked_db_id_bytes,
        "max_auxiliary_artifacts" => &mut limits.max_auxiliary_artifacts,
        "max_attestations" => &mut limits.max_attestations,
        "max_auxiliary_artifact_bytes" => &mut limits.max_auxiliary_artifact_bytes,
        "max_calibration_profile_bytes" => &mut limits.max_calibration_profile_bytes,
        "max_encoder_distortion_profile_bytes" => &mut limits.max_encoder_distortion_profile_bytes,
        "max_report_issues" => &mut limits.max_report_issues,
        _ => return None,
    })
}

/// The manifest's path, which may be given as `manifest` or as `path`, but only once.
pub(crate) fn manifest_path(manifest: Option<PathBuf>, path: Option<PathBuf>) -> PyResult<PathBuf> {
    match (manifest, path) {
        (Some(path), None) | (None, Some(path)) => Ok(path),
        (None, None) => Err(PyTypeError::new_err(
            "missing 1 required argument: 'manifest' (or its other name 'path')",
        )),
        (Some(_), Some(_)) => Err(PyTypeError::new_err(
            "expected one of 'manifest' and its other name 'path', found both",
        )),
    }
}

/// Exactly one way to identify rows must be chosen; there is no default on purpose.
pub(crate) fn row_identity(
    row_id_is_identity: bool,
    row_map: Option<PathBuf>,
) -> PyResult<CreateRowIdentity> {
    match (row_id_is_identity, row_map) {
        (true, None) => Ok(CreateRowIdentity::RowIdIdentity),
        (false, Some(path)) => Ok(CreateRowIdentity::Jsonl(path)),
        (true, Some(_)) => Err(PyValueError::new_err(
            "row_identity_required: expected one of row_map or row_id_is_identity=True, found both",
        )),
        (false, None) => Err(PyValueError::new_err(
            "row_identity_required: expected one of row_map or row_id_is_identity=True, \
             found neither",
        )),
    }
}

/// A sidecar as a dict with `name`, `path` and optionally `required`; other keys are errors.
pub(crate) fn auxiliary(entry: &Bound<'_, PyDict>) -> PyResult<CreateAuxiliaryArtifact> {
    for key in entry.keys() {
        let key: String = key.extract()?;
        if !["name", "path", "required"].contains(&key.as_str()) {
            return Err(PyValueError::new_err(format!(
                "auxiliary_artifacts: expected the keys name, path and required, found {key:?}"
            )));
        }
    }
    Ok(CreateAuxiliaryArtifact {
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

/// A dict of plain types as JSON; none is the empty one.
pub(crate) fn object(dict: Option<&Bound<'_, PyDict>>) -> PyResult<Map<String, Value>> {
    dict.map_or(Ok(Map::new()), convert::from_dict)
}

/// A section and its profile file; `name` is that of the argument with the section.
pub(crate) fn profile_section(
    name: &str,
    section: Option<&Bound<'_, PyDict>>,
    profile: Option<PathBuf>,
) -> PyResult<Option<CreateProfileSection>> {
    match section {
        Some(section) => Ok(Some(CreateProfileSection {
            section: convert::from_dict(section)?,
            profile,
        })),
        None if profile.is_some() => Err(PyValueError::new_err(format!(
            "expected {name} together with {name}_profile, found the profile alone"
        ))),
        None => Ok(None),
    }
}
