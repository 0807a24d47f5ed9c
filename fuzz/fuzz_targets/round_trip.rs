//! See `ordvec_fuzz::round_trip::run`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ordvec_fuzz::round_trip::run(bytes));
