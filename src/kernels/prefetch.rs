//! Asking for rows before their use: the streams of a group, each short, are no pattern that the
//! hardware follows.

use std::arch::x86_64::{_mm_prefetch, _MM_HINT_T0};

/// Bytes of a cache line.
pub(super) const LINE: usize = 64;

/// The least distance from a group to the rows that are asked for meanwhile, in bytes.
const AHEAD: usize = 12288;

/// Asks for `bytes` bytes as far after the `bytes` of `group` as a later group is.
#[inline(always)]
pub(super) fn after<T>(group: *const T, bytes: usize) {
    lines(group.wrapping_byte_add(bytes.max(AHEAD)), bytes);
}

/// Asks for the part of a later group that lies where `part`, of [`LINE`] bytes, lies in the group
/// before it, of `bytes` bytes. Between the steps of a group these requests do not pile up as those
/// of [`after`] do: the memory takes only so many at once.
#[inline(always)]
pub(super) fn beside<T>(part: *const T, bytes: usize) {
    lines(part.wrapping_byte_add(bytes.max(AHEAD)), LINE);
}

/// Asks for `bytes` bytes from `at`, which need not exist.
#[inline(always)]
pub(super) fn lines<T>(at: *const T, bytes: usize) {
    for line in (0..bytes).step_by(LINE) {
        // SAFETY: a hint reads nothing and cannot fault, and every x86-64 has it. Rust 1.89 calls
        // it unsafe, later versions do not.
        #[allow(unused_unsafe)]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(at.wrapping_byte_add(line).cast())
        }
    }
}
