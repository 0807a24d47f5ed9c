//! See `ordvec_fuzz::primitives::run`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ordvec_fuzz::primitives::run(bytes));
