//! What SIMD levels this build holds, so that a wheel can prove its leg of the matrix.

use ordvec::simd::Level;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::refused;

/// `{"compiled": [...], "detected": [...], "active": "..."}`, by level name.
#[pyfunction]
fn simd_levels(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let active = ordvec::simd::active_level().map_err(refused)?;
    let dict = PyDict::new(py);
    dict.set_item("compiled", names(ordvec::simd::compiled_levels()))?;
    dict.set_item("detected", names(&ordvec::simd::detected_levels()))?;
    dict.set_item("active", active.name())?;
    Ok(dict)
}

fn names(levels: &[Level]) -> Vec<&'static str> {
    levels.iter().map(|level| level.name()).collect()
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(simd_levels, module)?)
}
