//! Errors of the core as the exceptions that Python callers expect.

use ordvec_manifest::{ManifestError, VerifiedLoadPlanError};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::PyErr;

/// `OSError` with errno and file name where there are any (Python then picks the subclass, such
/// as `FileNotFoundError`), else `ValueError` whose text begins with the stable code.
pub(crate) fn to_python(error: ManifestError) -> PyErr {
    match error {
        ManifestError::Io { path, source } => match source.raw_os_error() {
            Some(errno) => PyOSError::new_err((errno, source.to_string(), path)),
            None => PyOSError::new_err(format!("{}: {source}", path.display())),
        },
        refused => PyValueError::new_err(refused.to_string()),
    }
}

/// The same for a manifest that cannot be read; every other refusal is a `ValueError` whose text
/// begins with "manifest verification failed".
pub(crate) fn of_plan(error: VerifiedLoadPlanError) -> PyErr {
    match error {
        VerifiedLoadPlanError::Manifest(error @ ManifestError::Io { .. }) => to_python(error),
        refused => PyValueError::new_err(refused.to_string()),
    }
}
