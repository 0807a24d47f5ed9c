//! The sentence about the last failure, one per thread.

use std::cell::RefCell;
use std::ffi::{c_char, CString};

thread_local! {
    static LAST: RefCell<CString> = RefCell::new(CString::default());
}

pub(crate) fn set(message: String) {
    let mut bytes = message.into_bytes();
    // A file name cannot hold NUL, and a text of ours has none: this drops nothing in practice.
    bytes.retain(|&byte| byte != 0);
    let text = CString::new(bytes).unwrap_or_default();
    LAST.with_borrow_mut(|last| *last = text);
}

pub(crate) fn clear() {
    LAST.with_borrow_mut(|last| {
        if !last.is_empty() {
            *last = CString::default();
        }
    });
}

/// Why the last call on this thread failed, in UTF-8; the empty string if it succeeded.
///
/// Never null. The text belongs to the library and lives until the next call of this library on
/// the same thread, or until the thread ends.
#[no_mangle]
pub extern "C" fn ordvec_last_error() -> *const c_char {
    LAST.with_borrow(|last| last.as_ptr())
}
