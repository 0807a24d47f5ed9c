//! The laws that the fuzz targets hold the crates to, apart from libFuzzer, so that the seeds
//! and the defects in `tests/` can be put before the same laws by `cargo test`.
//!
//! A law takes arbitrary bytes and panics where the crate breaks a promise. Only public
//! `try_` calls and file calls are used: arbitrary arguments are what they are for.

pub mod classes;
pub mod files;
pub mod format;
pub mod input;
pub mod manifest;
pub mod memory;
pub mod primitives;
pub mod reference;
pub mod round_trip;
pub mod search;
pub mod seeds;

/// One target: its name and its law.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by the name of its binary.
pub const TARGETS: [Target; 9] = [
    ("load_rank", files::load::<ordvec::Rank>),
    ("load_rank_quant", files::load::<ordvec::RankQuant>),
    ("load_bitmap", files::load::<ordvec::Bitmap>),
    ("load_sign_bitmap", files::load::<ordvec::SignBitmap>),
    ("probe", files::probe),
    ("round_trip", round_trip::run),
    ("primitives", primitives::run),
    ("search", search::run),
    ("manifest", manifest::run),
];
