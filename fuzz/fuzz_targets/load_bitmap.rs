//! Bytes as a file of `Bitmap`. See `ordvec_fuzz::files::load`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ordvec_fuzz::files::load::<ordvec::Bitmap>(bytes));
