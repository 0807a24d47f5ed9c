//! The extension module `ordvec_manifest._ordvec_manifest`: the verifier with Python's types.
//!
//! Reports and documents become plain dicts, refusals `ValueError`, file problems `OSError`.
//! The interpreter is released while files are read.

mod arguments;
mod convert;
mod errors;
mod functions;
mod plan;

use ordvec_manifest as core;
use pyo3::prelude::*;

#[pymodule]
fn _ordvec_manifest(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(functions::create_manifest, module)?)?;
    module.add_function(wrap_pyfunction!(functions::verify_manifest, module)?)?;
    module.add_function(wrap_pyfunction!(functions::verify_for_load, module)?)?;
    module.add_function(wrap_pyfunction!(functions::inspect_manifest, module)?)?;
    module.add_function(wrap_pyfunction!(functions::sha256_file, module)?)?;
    module.add_function(wrap_pyfunction!(
        functions::default_resource_limits,
        module
    )?)?;
    add_constants(module)
}

fn add_constants(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("SCHEMA_VERSION", core::SCHEMA_VERSION)?;
    module.add(
        "CALIBRATION_SCHEMA_VERSION",
        core::CALIBRATION_SCHEMA_VERSION,
    )?;
    module.add(
        "ENCODER_DISTORTION_SCHEMA_VERSION",
        core::ENCODER_DISTORTION_SCHEMA_VERSION,
    )?;
    let numbers = [
        (
            "DEFAULT_MAX_MANIFEST_BYTES",
            core::DEFAULT_MAX_MANIFEST_BYTES,
        ),
        (
            "DEFAULT_MAX_ROW_MAP_LINE_BYTES",
            core::DEFAULT_MAX_ROW_MAP_LINE_BYTES,
        ),
        ("DEFAULT_MAX_ROW_MAP_ROWS", core::DEFAULT_MAX_ROW_MAP_ROWS),
        (
            "DEFAULT_MAX_ROW_MAP_TRACKED_ID_BYTES",
            core::DEFAULT_MAX_ROW_MAP_TRACKED_ID_BYTES,
        ),
        (
            "DEFAULT_MAX_AUXILIARY_ARTIFACTS",
            core::DEFAULT_MAX_AUXILIARY_ARTIFACTS,
        ),
        ("DEFAULT_MAX_ATTESTATIONS", core::DEFAULT_MAX_ATTESTATIONS),
        (
            "DEFAULT_MAX_AUXILIARY_ARTIFACT_BYTES",
            core::DEFAULT_MAX_AUXILIARY_ARTIFACT_BYTES,
        ),
        (
            "DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES",
            core::DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES,
        ),
        (
            "DEFAULT_MAX_ROW_IDENTITY_ROWS",
            core::DEFAULT_MAX_ROW_IDENTITY_ROWS,
        ),
        (
            "DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES",
            core::DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES,
        ),
        (
            "DEFAULT_MAX_CALIBRATION_PROFILE_BYTES",
            core::DEFAULT_MAX_CALIBRATION_PROFILE_BYTES,
        ),
        (
            "DEFAULT_MAX_ENCODER_DISTORTION_PROFILE_BYTES",
            core::DEFAULT_MAX_ENCODER_DISTORTION_PROFILE_BYTES,
        ),
        ("DEFAULT_MAX_REPORT_ISSUES", core::DEFAULT_MAX_REPORT_ISSUES),
    ];
    for (name, value) in numbers {
        module.add(name, value)?;
    }
    module.add("DEFAULT_MAX_INDEX_BYTES", core::DEFAULT_MAX_INDEX_BYTES)
}
