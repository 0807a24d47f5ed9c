//! A loader allocates nothing of the declared size before the length of the file has proven it.
//!
//! The allocator records the largest request of its thread.

use ordvec::{Bitmap, Rank, RankQuant, SignBitmap};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Recording;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

fn record(size: usize) {
    let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
}

unsafe impl GlobalAlloc for Recording {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        record(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        record(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        record(size);
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Recording = Recording;

fn largest(call: impl FnOnce()) -> usize {
    LARGEST.set(0);
    call();
    LARGEST.get()
}

/// A header that declares the largest index there is, and one row's worth of bytes.
fn declaring(head: &[u8], fields: &[u32]) -> Vec<u8> {
    let fields = fields.iter().flat_map(|field| field.to_le_bytes());
    head.iter()
        .copied()
        .chain(fields)
        .chain([0; 4096])
        .collect()
}

#[test]
fn a_header_that_declares_too_much_costs_nothing() {
    const N: u32 = 1 << 26;
    let rank = declaring(b"OVR1\x01", &[65535, N]);
    let quant = declaring(b"OVRQ\x01\x04", &[65520, N]);
    let bitmap = declaring(b"OVBM\x01", &[65472, 100, N]);
    let sign = declaring(b"OVSB\x01", &[1 << 24, N]);
    let bytes = largest(|| {
        assert!(Rank::load_from_bytes(&rank).is_err());
        assert!(RankQuant::load_from_bytes(&quant).is_err());
        assert!(Bitmap::load_from_bytes(&bitmap).is_err());
        assert!(SignBitmap::load_from_bytes(&sign).is_err());
    });
    assert!(bytes < 1024, "a loader asked for {bytes} bytes");
}

#[test]
fn a_sound_file_costs_its_rows() {
    let mut index = SignBitmap::try_new(1 << 20).unwrap();
    index.try_add(&vec![1.0; 1 << 22]).unwrap();
    let mut file = Vec::new();
    index.write_to(&mut file).unwrap();
    let bytes = largest(|| drop(SignBitmap::load_from_bytes(&file).unwrap()));
    assert_eq!(bytes, index.byte_size(), "the recorder does not record");
}
