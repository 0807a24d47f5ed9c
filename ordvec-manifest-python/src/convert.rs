//! JSON values and Python objects, both ways, as JSON text through Python's own `json`: key
//! order and integers of any size survive, and no second mapping has to be kept right.

use ordvec_manifest::parse_extensions;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::errors;

/// A serialisable struct as a dict of plain types.
pub(crate) fn to_dict<'py>(
    py: Python<'py>,
    value: &impl Serialize,
) -> PyResult<Bound<'py, PyDict>> {
    let text =
        serde_json::to_string(value).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    let object = py.import("json")?.call_method1("loads", (text,))?;
    Ok(object.cast_into::<PyDict>()?)
}

/// A dict of plain types as JSON; NaN, infinities, foreign types and keys that become equal as
/// text are errors.
pub(crate) fn from_dict(dict: &Bound<'_, PyDict>) -> PyResult<Map<String, Value>> {
    let py = dict.py();
    let options = PyDict::new(py);
    options.set_item("allow_nan", false)?;
    let text: String = py
        .import("json")?
        .call_method("dumps", (dict,), Some(&options))?
        .extract()?;
    parse_extensions(text.as_bytes()).map_err(errors::to_python)
}
