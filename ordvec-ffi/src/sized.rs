//! Structs that begin with `struct_size`.
//!
//! A caller built against a newer header passes a longer struct. Fields that this library does
//! not know are ignored in an output and must be zero in an input, because zero is what "not
//! asked for" will mean. A shorter struct than that of version 1 is a caller that skipped the
//! `_init` helper. An `_init` helper knows no size but its own, so it keeps setting that of version
//! 1; a struct that grows gets a second helper.

use std::mem::size_of;
use std::ptr;

use crate::status::{Failure, OrdvecStatus};

/// A `repr(C)` struct of plain fields whose first field is `struct_size: usize`.
///
/// # Safety
/// The layout must be as stated, and any bytes after the size must be valid values.
pub(crate) unsafe trait Sized1: Copy {
    const NAME: &'static str;
}

/// The struct behind `pointer`, for output: only its size and its known part are touched.
///
/// # Safety
/// `pointer` is null or points to `struct_size` readable and writable bytes.
pub(crate) unsafe fn output<'a, T: Sized1>(pointer: *mut T) -> Result<&'a mut T, Failure> {
    check::<T>(pointer)?;
    Ok(&mut *pointer)
}

/// A copy of the struct behind `pointer`, for input.
///
/// # Safety
/// `pointer` is null or points to `struct_size` readable bytes.
pub(crate) unsafe fn input<T: Sized1>(pointer: *const T) -> Result<T, Failure> {
    let size = check::<T>(pointer)?;
    let beyond = pointer.cast::<u8>().add(size_of::<T>());
    let unknown = std::slice::from_raw_parts(beyond, size - size_of::<T>());
    if unknown.iter().any(|&byte| byte != 0) {
        return Err(Failure::new(
            OrdvecStatus::Unsupported,
            format!(
                "{}: a field after the first {} bytes is set, and this library (ABI version {}) \
                 does not know it",
                T::NAME,
                size_of::<T>(),
                crate::version::ORDVEC_ABI_VERSION
            ),
        ));
    }
    Ok(ptr::read(pointer))
}

/// Zero the struct and set its size.
///
/// # Safety
/// `pointer` is null or points to a writable `T`.
pub(crate) unsafe fn init<T: Sized1>(pointer: *mut T) {
    if pointer.is_null() {
        return;
    }
    ptr::write_bytes(pointer, 0, 1);
    ptr::write(pointer.cast::<usize>(), size_of::<T>());
}

unsafe fn check<T: Sized1>(pointer: *const T) -> Result<usize, Failure> {
    if pointer.is_null() {
        return Err(Failure::null(T::NAME));
    }
    if !pointer.is_aligned() {
        return Err(Failure::argument(format!(
            "{}: misaligned pointer",
            T::NAME
        )));
    }
    let size = ptr::read(pointer.cast::<usize>());
    if size < size_of::<T>() || size > MAX_STRUCT_SIZE {
        return Err(Failure::new(
            OrdvecStatus::StructSize,
            format!(
                "{}: expected a struct_size of at least {}, found {size}; call {}_init first",
                T::NAME,
                size_of::<T>(),
                T::NAME
            ),
        ));
    }
    Ok(size)
}

/// No version of a struct will be larger; a larger size is memory that was never initialised.
const MAX_STRUCT_SIZE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct V1 {
        struct_size: usize,
        value: u64,
    }

    // SAFETY: two plain integers, the size first.
    unsafe impl Sized1 for V1 {
        const NAME: &'static str = "v1";
    }

    #[repr(C)]
    struct V2 {
        known: V1,
        added: u64,
    }

    fn newer(added: u64) -> V2 {
        let known = V1 {
            struct_size: size_of::<V2>(),
            value: 5,
        };
        V2 { known, added }
    }

    #[test]
    fn a_newer_caller_that_sets_nothing_new_is_served() {
        let request = newer(0);
        // SAFETY: the whole struct is readable.
        let read = unsafe { input::<V1>((&raw const request).cast()) };
        assert_eq!(read.map(|v1| v1.value).map_err(|f| f.message), Ok(5));
    }

    #[test]
    fn a_newer_caller_that_sets_an_unknown_field_is_refused() {
        let request = newer(1);
        // SAFETY: the whole struct is readable.
        let refused = unsafe { input::<V1>((&raw const request).cast()) };
        assert_eq!(
            refused.err().map(|f| f.status),
            Some(OrdvecStatus::Unsupported)
        );
    }

    #[test]
    fn uninitialised_sizes_are_refused() {
        for size in [0, 1, size_of::<V1>() - 1, MAX_STRUCT_SIZE + 1, usize::MAX] {
            let request = V1 {
                struct_size: size,
                value: 0,
            };
            // SAFETY: nothing beyond the size is read when the size is refused.
            let refused = unsafe { input(&raw const request) };
            assert_eq!(
                refused.err().map(|f| f.status),
                Some(OrdvecStatus::StructSize)
            );
        }
    }

    #[test]
    fn init_zeroes_the_known_part_and_sets_the_size() {
        let mut v1 = V1 {
            struct_size: 99,
            value: 99,
        };
        // SAFETY: a valid, writable struct.
        unsafe { init(&raw mut v1) };
        assert_eq!((v1.struct_size, v1.value), (size_of::<V1>(), 0));
    }
}
