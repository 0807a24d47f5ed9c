//! Every defect that a file can have is named by the loader, and none makes it panic or
//! allocate.

mod oracle;

use ordvec::rank_io::probe_index_metadata;
use ordvec::{Bitmap, Rank, RankQuant, SignBitmap};
use proptest::prelude::*;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// Loads bytes as the class that `kind` names.
fn load(kind: &str, bytes: &[u8]) -> io::Result<()> {
    match kind {
        "ovr" => Rank::load_from_bytes(bytes).map(drop),
        "ovrq" => RankQuant::load_from_bytes(bytes).map(drop),
        "ovbm" => Bitmap::load_from_bytes(bytes).map(drop),
        "ovsb" => SignBitmap::load_from_bytes(bytes).map(drop),
        _ => unreachable!("no such kind: {kind}"),
    }
}

fn sound(kind: &str) -> Vec<u8> {
    let rows = oracle::noise(64 * 3, 1);
    let mut bytes = Vec::new();
    macro_rules! write {
        ($new:expr) => {{
            let mut index = $new.unwrap();
            index.try_add(&rows).unwrap();
            index.write_to(&mut bytes).unwrap();
        }};
    }
    match kind {
        "ovr" => write!(Rank::try_new(64)),
        "ovrq" => write!(RankQuant::try_new(64, 2)),
        "ovbm" => write!(Bitmap::try_new(64, 16)),
        "ovsb" => write!(SignBitmap::try_new(64)),
        _ => unreachable!("no such kind: {kind}"),
    }
    bytes
}

/// A defect: its name, the kind of file, how to make it, the words that the error must have,
/// and whether the probe, which reads no rows, sees it too.
type Defect = (
    &'static str,
    &'static str,
    fn(&mut Vec<u8>),
    &'static [&'static str],
    bool,
);

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[rustfmt::skip] // one defect a line
const DEFECTS: &[Defect] = &[
    ("no_bytes", "ovr", |b| b.clear(), &["truncated header"], true),
    ("magic_cut_off", "ovr", |b| b.truncate(3), &["truncated header"], true),
    ("header_cut_off", "ovr", |b| b.truncate(12), &["truncated header", "13", "12"], true),
    ("bitmap_header_cut_off", "ovbm", |b| b.truncate(16), &["truncated header", "17"], true),
    ("unknown_magic", "ovr", |b| b[3] = b'2', &["magic", "OVR2"], true),
    ("magic_not_text", "ovr", |b| b[..4].fill(0xff), &["magic", "\\xff"], true),
    ("version_zero", "ovr", |b| b[4] = 0, &["version 0"], true),
    ("version_two", "ovrq", |b| b[4] = 2, &["version 2"], true),
    ("rank_dim_one", "ovr", |b| put(b, 5, 1), &["dimension", "from 2"], true),
    ("rank_dim_over_u16", "ovr", |b| put(b, 5, 65536), &["dimension", "65535"], true),
    ("dim_all_ones", "ovr", |b| put(b, 5, u32::MAX), &["dimension"], true),
    ("bits_zero", "ovrq", |b| b[5] = 0, &["bits"], true),
    ("bits_three", "ovrq", |b| b[5] = 3, &["bits"], true),
    ("bits_eight", "ovrq", |b| b[5] = 8, &["bits"], true),
    ("bits_all_ones", "ovrq", |b| b[5] = 255, &["bits"], true),
    ("quant_dim_not_a_multiple", "ovrq", |b| put(b, 6, 62), &["dimension", "multiple of 4"], true),
    ("bitmap_dim_not_a_multiple", "ovbm", |b| put(b, 5, 96), &["multiple of 64"], true),
    ("bitmap_dim_too_large", "ovbm", |b| put(b, 5, 65536), &["dimension", "65535"], true),
    ("n_top_zero", "ovbm", |b| put(b, 9, 0), &["n_top"], true),
    ("n_top_is_dim", "ovbm", |b| put(b, 9, 64), &["n_top"], true),
    ("n_top_all_ones", "ovbm", |b| put(b, 9, u32::MAX), &["n_top"], true),
    ("sign_dim_zero", "ovsb", |b| put(b, 5, 0), &["multiple of 64"], true),
    ("sign_dim_too_large", "ovsb", |b| put(b, 5, (1 << 24) + 64), &["16777216"], true),
    ("count_all_ones", "ovsb", |b| put(b, 9, u32::MAX), &["vector count"], true),
    ("count_just_too_large", "ovr", |b| put(b, 9, (1 << 26) + 1), &["vector count"], true),
    ("count_larger_than_the_file", "ovr", |b| put(b, 9, 1 << 26), &["truncated payload"], true),
    ("count_one_more", "ovrq", |b| put(b, 10, 4), &["truncated payload", "4 rows"], true),
    ("count_one_less", "ovrq", |b| put(b, 10, 2), &["trailing bytes"], true),
    ("last_byte_missing", "ovbm", |b| b.truncate(b.len() - 1), &["truncated payload"], true),
    ("one_byte_too_many", "ovsb", |b| b.push(0), &["trailing bytes"], true),
    ("rank_twice", "ovr", |b| b.copy_within(13..15, 15), &["row 0", "permutation"], false),
    ("rank_out_of_range", "ovr", |b| b[13 + 128] = 64, &["row 1", "permutation"], false),
    ("rank_all_ones", "ovr", |b| b[13..15].fill(255), &["rank 65535", "permutation"], false),
    ("buckets_uneven", "ovrq", |b| b[14 + 16] = 0, &["row 1", "composition"], false),
    ("one_coordinate_in_another_bucket", "ovrq", |b| b[14] ^= 0x40, &["row 0", "composition"], false),
    ("one_bit_too_many", "ovbm", |b| b[17] |= b[17] + 1, &["row 0", "17 bits set"], false),
    ("one_bit_too_few", "ovbm", |b| b[17] &= b[17] - 1, &["row 0", "15 bits set"], false),
    ("eight_bits_set", "ovbm", |b| b[17] |= 255, &["row 0", "bits set", "n_top 16"], false),
    ("a_row_without_bits", "ovbm", |b| b[17 + 8..17 + 16].fill(0), &["row 1", "0 bits set"], false),
    ("another_kind", "ovsb", |b| *b = sound("ovr"), &["magic", "sign_bitmap", "rank"], false),
];

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn sound_files_load() {
    for kind in ["ovr", "ovrq", "ovbm", "ovsb"] {
        load(kind, &sound(kind)).unwrap();
    }
}

#[test]
fn every_defect_is_named() {
    for &(name, kind, damage, words, probed) in DEFECTS {
        let mut bytes = sound(kind);
        damage(&mut bytes);
        let file = path(&format!("{name}.{kind}"));
        std::fs::write(&file, &bytes).unwrap();

        let error = load(kind, &bytes).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{name}: {error}");
        for word in words {
            assert!(
                error.to_string().contains(word),
                "{name}: no {word:?} in {error}"
            );
        }
        match probe_index_metadata(&file) {
            Ok(_) => assert!(!probed, "{name}: the probe takes it"),
            Err(found) => assert_eq!(found.to_string(), error.to_string(), "{name}"),
        }
    }
}

#[test]
fn what_is_not_a_file_is_refused() {
    let folder = path("a_folder");
    std::fs::create_dir_all(&folder).unwrap();
    assert_eq!(
        Rank::load(&folder).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        probe_index_metadata(&folder).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    let missing = path("nothing_here.ovr");
    assert_eq!(
        Rank::load(&missing).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(
        probe_index_metadata(&missing).unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

/// A fifo has no length and opening one blocks until somebody writes.
#[cfg(unix)]
#[test]
fn a_pipe_is_refused_without_blocking() {
    let pipe = path(&format!("pipe-{}", std::process::id()));
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    assert_eq!(
        Rank::load(&pipe).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    std::fs::remove_file(&pipe).unwrap();
}

proptest! {
    #![proptest_config(oracle::cases(256))]

    /// Whatever a few overwritten bytes make of a file, loading it returns.
    #[test]
    fn damaged_files_never_panic(
        kind in prop::sample::select(vec!["ovr", "ovrq", "ovbm", "ovsb"]),
        writes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = sound(kind);
        for (at, value) in writes {
            // Favour the header, where a byte decides more.
            let at = if value % 2 == 0 { at.index(17) } else { at.index(bytes.len()) };
            bytes[at] = value;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        for class in ["ovr", "ovrq", "ovbm", "ovsb"] {
            if let Err(error) = load(class, &bytes) {
                prop_assert_eq!(error.kind(), ErrorKind::InvalidData);
            }
        }
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(load("ovr", &bytes).is_err());
    }
}
