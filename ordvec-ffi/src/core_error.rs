//! Errors of the core crate as statuses. The sentences are the core's own.

use std::io;

use ordvec::OrdvecError;

use crate::status::{Failure, OrdvecStatus};

impl From<OrdvecError> for Failure {
    fn from(error: OrdvecError) -> Self {
        let status = match error {
            OrdvecError::RowOutOfRange { .. } | OrdvecError::CandidateIdOutOfRange { .. } => {
                OrdvecStatus::OutOfRange
            }
            _ => OrdvecStatus::InvalidArgument,
        };
        Self::new(status, error.to_string())
    }
}

/// A file problem, with the name of the file.
pub(crate) fn file(path: &std::path::Path, error: &io::Error) -> Failure {
    let status = match error.kind() {
        io::ErrorKind::InvalidData => OrdvecStatus::InvalidData,
        _ => OrdvecStatus::Io,
    };
    Failure::new(status, format!("{}: {error}", path.display()))
}
