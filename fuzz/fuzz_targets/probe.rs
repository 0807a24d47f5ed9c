//! See `ordvec_fuzz::files::probe`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ordvec_fuzz::files::probe(bytes));
