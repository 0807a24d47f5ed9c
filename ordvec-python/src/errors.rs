//! Errors of the core as the Python exceptions that the package documents.
//!
//! The texts are the core's own, whose words ("finite", "n_top", …) are part of its contract.

use std::io;
use std::path::Path;

use ordvec::OrdvecError;
use pyo3::exceptions::{PyIndexError, PyOSError, PyValueError};
use pyo3::PyErr;

/// `IndexError` for a row that does not exist, `ValueError` for everything else.
pub fn refused(error: OrdvecError) -> PyErr {
    match error {
        OrdvecError::RowOutOfRange { .. } | OrdvecError::CandidateIdOutOfRange { .. } => {
            PyIndexError::new_err(error.to_string())
        }
        _ => PyValueError::new_err(error.to_string()),
    }
}

/// `OSError` with error number and file name where the system gave a number, so that Python picks
/// the subclass (`FileNotFoundError`, …); otherwise with the path and the loader's finding.
pub fn file_problem(path: &Path, error: &io::Error) -> PyErr {
    let Some(code) = error.raw_os_error() else {
        return PyOSError::new_err(format!("{}: {error}", path.display()));
    };
    let text = error.to_string();
    let text = text.trim_end_matches(&format!(" (os error {code})"));
    let file = path.as_os_str().to_os_string();
    if cfg!(windows) {
        // The fourth argument is the Windows number, from which Python derives errno.
        return PyOSError::new_err((0, text.to_owned(), file, code));
    }
    PyOSError::new_err((code, text.to_owned(), file))
}
