//! The allocator of the extension module: the system's, with large pages asked for where a block
//! is large.
//!
//! A fresh block of 200 MB is 50,000 faults of 4 KiB pages, which took longer than filling it with
//! a loaded index. Linux backs a range by 2 MiB pages where it is advised so; that is a hint, which
//! changes no byte, and which a system without large pages refuses. NumPy gives the same advice for
//! its arrays, of the same size.

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator with that advice.
pub struct LargePages;

// SAFETY: every call is passed on to `System` as it came, and its result returned as it is.
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that `System` asks for.
        advised(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        advised(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        advised(unsafe { System.realloc(block, layout, size) }, size)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Advises a block of at least 4 MiB and gives it back.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
fn advised(block: *mut u8, size: usize) -> *mut u8 {
    use std::ffi::{c_int, c_void};

    extern "C" {
        fn madvise(start: *mut c_void, len: usize, advice: c_int) -> c_int;
    }
    const LARGE: usize = 4 << 20;
    /// `MADV_HUGEPAGE` of both processors.
    const HUGE_PAGE: c_int = 14;
    /// Start of a range: the page size, or a multiple of it where there are several.
    const PAGE: usize = if cfg!(target_arch = "x86_64") {
        1 << 12
    } else {
        1 << 16
    };

    if size >= LARGE && !block.is_null() {
        let before = block.addr() % PAGE;
        // SAFETY: the advice changes no memory, whatever else shares the first and the last page,
        // and the system checks the range.
        unsafe { madvise(block.wrapping_sub(before).cast(), size + before, HUGE_PAGE) };
    }
    block
}

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
fn advised(block: *mut u8, _size: usize) -> *mut u8 {
    block
}
