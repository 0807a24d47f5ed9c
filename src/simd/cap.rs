//! The cap that a user sets from outside.

use super::Level;
use crate::error::{Error, Result};

/// Environment variable that caps the level: `portable`, `avx2`, `avx512` or `neon`.
pub const CAP_VARIABLE: &str = "ORDVEC_SIMD";

/// The cap, or `None` if the variable is not set. An empty value is an error like any other:
/// in a build matrix it is a misspelt variable.
pub(super) fn read() -> Result<Option<Level>> {
    let Some(value) = std::env::var_os(CAP_VARIABLE) else {
        return Ok(None);
    };
    let found = value.to_string_lossy();
    match Level::from_name(&found) {
        Some(level) => Ok(Some(level)),
        None => Err(Error::SimdCap {
            found: found.into_owned(),
        }),
    }
}
