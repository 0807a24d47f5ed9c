//! Which ABI and which release this library is.

use std::ffi::c_char;

/// Version of this ABI. It changes when a program built against the old header would break.
pub const ORDVEC_ABI_VERSION: u32 = 1;

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

/// The ABI version of the loaded library; compare it with `ORDVEC_ABI_VERSION` of the header.
#[no_mangle]
pub extern "C" fn ordvec_abi_version() -> u32 {
    ORDVEC_ABI_VERSION
}

/// The release of the loaded library, as "MAJOR.MINOR.PATCH". Static, never null.
#[no_mangle]
pub extern "C" fn ordvec_version_string() -> *const c_char {
    VERSION.as_ptr().cast()
}
