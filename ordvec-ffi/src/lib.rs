//! The C ABI of ordvec, version 1. The header is `include/ordvec.h`, generated from this crate;
//! `cargo run -p ordvec-ffi --example header` writes it, `tests/header.rs` fails on drift.
//!
//! Rules of the ABI:
//!
//! - Every call that can fail returns an [`OrdvecStatus`](status::OrdvecStatus) and leaves a
//!   sentence for [`ordvec_last_error`](last_error::ordvec_last_error) of the same thread. A
//!   failed call changes nothing that the caller owns, but for the `width` that a too small
//!   buffer would have needed.
//! - A panic never crosses the boundary; it becomes a status.
//! - A handle is immutable after loading, so any number of threads may search it and ask for its
//!   info at once. Freeing it must come after all of them.
//! - Structs begin with `struct_size`, which the `_init` helpers set, so that later versions of
//!   this ABI can append fields. See the module `sized`.

mod core_error;
pub mod index;
pub mod last_error;
pub mod probe;
pub mod search;
mod sized;
pub mod status;
mod threads;
pub mod version;
