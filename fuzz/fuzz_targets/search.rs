//! See `ordvec_fuzz::search::run`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ordvec_fuzz::search::run(bytes));
