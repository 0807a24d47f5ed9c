//! The plain calls: the signatures that callers of the published crate have, which return values
//! directly and panic where their `try_` form refuses the call.
//!
//! A wrapper adds nothing else: the panic's text is the error's, its place is the caller's line.

mod bitmap;
mod primitives;
mod rank;
mod rankquant;
mod sign_bitmap;

pub use primitives::*;

/// The value, or a panic at the line of the caller's caller with the error's text.
#[track_caller]
fn must<T>(result: crate::error::Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}
