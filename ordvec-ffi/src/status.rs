//! Status codes, and the guard that every fallible entry point runs in.

use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::last_error;

/// How a call ended. The values are part of the ABI and never change their meaning.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrdvecStatus {
    /// The call did what it says.
    Ok = 0,
    /// A pointer that must not be null is null.
    NullPointer = 1,
    /// `struct_size` is smaller than the struct was in ABI version 1: call its `_init` helper.
    StructSize = 2,
    /// An argument has a value that this call refuses.
    InvalidArgument = 3,
    /// A candidate id is not a row of the index.
    OutOfRange = 4,
    /// The result buffers hold too few elements. `width` says how many each query needs.
    BufferTooSmall = 5,
    /// The file could not be read.
    Io = 6,
    /// The file is not a valid index file.
    InvalidData = 7,
    /// The file, or a field from a newer version of this ABI, asks for what this library lacks.
    Unsupported = 8,
    /// The library has a defect and stopped the call. The handle stays usable.
    Panic = 9,
}

/// A status other than success and the sentence for `ordvec_last_error`.
#[derive(Debug)]
pub struct Failure {
    pub(crate) status: OrdvecStatus,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(status: OrdvecStatus, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    pub(crate) fn null(what: &str) -> Self {
        Self::new(
            OrdvecStatus::NullPointer,
            format!("{what}: expected a pointer, found null"),
        )
    }

    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(OrdvecStatus::InvalidArgument, message)
    }
}

/// Run the body of an entry point: record its failure or its panic for this thread.
pub(crate) fn guard(body: impl FnOnce() -> Result<(), Failure>) -> OrdvecStatus {
    // Unwind safe: handles are immutable, and results are written only after all work succeeded.
    let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        let message = format!("internal error, please report it: {}", said(&*payload));
        Err(Failure::new(OrdvecStatus::Panic, message))
    });
    match outcome {
        Ok(()) => {
            last_error::clear();
            OrdvecStatus::Ok
        }
        Err(failure) => {
            last_error::set(failure.message);
            failure.status
        }
    }
}

fn said(payload: &(dyn Any + Send)) -> &str {
    match (
        payload.downcast_ref::<&str>(),
        payload.downcast_ref::<String>(),
    ) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "no message",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::last_error::ordvec_last_error;
    use std::ffi::CStr;

    fn last() -> String {
        // SAFETY: the pointer is to this thread's text, and no call comes between.
        let text = unsafe { CStr::from_ptr(ordvec_last_error()) };
        text.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_panic_becomes_a_status_and_a_sentence() {
        let status = guard(|| panic!("row {} is gone", 7));
        assert_eq!(status, OrdvecStatus::Panic);
        assert!(last().contains("row 7 is gone"), "{}", last());
        assert_eq!(guard(|| panic!("plain")), OrdvecStatus::Panic);
        assert!(last().contains("plain"));
    }

    #[test]
    fn a_panic_without_a_text_is_still_a_status() {
        assert_eq!(guard(|| std::panic::panic_any(3)), OrdvecStatus::Panic);
        assert!(last().contains("no message"));
    }

    #[test]
    fn success_clears_the_sentence_of_the_failure_before() {
        assert_eq!(
            guard(|| Err(Failure::null("path"))),
            OrdvecStatus::NullPointer
        );
        assert!(last().contains("path"));
        assert_eq!(guard(|| Ok(())), OrdvecStatus::Ok);
        assert_eq!(last(), "");
    }
}
