//! Bytes as a file of `SignBitmap`. See `ordvec_fuzz::files::load`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ordvec_fuzz::files::load::<ordvec::SignBitmap>(bytes));
