//! How much memory a call needs at its worst moment.
//!
//! libFuzzer's own limits are absolute, but the promise of the loaders is relative: what they
//! allocate is bounded by the bytes that they are given.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counted. The sanitizer still sees every block.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn grow(size: usize) {
    let live = LIVE.fetch_add(size, Relaxed) + size;
    PEAK.fetch_max(live, Relaxed);
}

// SAFETY: every call goes to the system's allocator as it is; counting touches only atomics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both blocks may exist for a moment.
        grow(size);
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(block, layout) }
    }
}

/// The value of `call`, which must not hold more than `limit` bytes more than before at any time.
///
/// # Panics
/// If it does. Call it from one thread only: the count is the process's.
#[track_caller]
pub fn within<T>(limit: usize, call: impl FnOnce() -> T) -> T {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let value = call();
    let used = PEAK.load(Relaxed).saturating_sub(before);
    assert!(
        used <= limit,
        "held {used} bytes of memory, at most {limit} are allowed"
    );
    value
}
