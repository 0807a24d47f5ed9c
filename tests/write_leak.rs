//! Writing a file keeps no memory: the name of the temporary file was lost with each write.
//!
//! The allocator counts the bytes that its thread holds.

use ordvec::SignBitmap;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn add(bytes: isize) {
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        add(-(layout.size() as isize));
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn the_name_of_the_temporary_file_is_freed() {
    let folder = std::env::temp_dir().join(format!("ordvec-leak-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (path, absent) = (folder.join("a.ovsb"), folder.join("absent/a.ovsb"));
    let mut index = SignBitmap::try_new(64).unwrap();
    index.try_add(&[1.0; 64]).unwrap();
    index.write(&path).unwrap(); // what is made once and kept
    let before = HELD.get();
    for _ in 0..10 {
        index.write(&path).unwrap();
        assert!(index.write(&absent).is_err());
    }
    let held = HELD.get() - before;
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(held, 0, "ten writes kept {held} bytes");
}
