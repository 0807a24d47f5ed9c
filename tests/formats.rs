//! The bytes of the four formats, written out by hand, and their way back.

mod oracle;

use ordvec::rank_io::{probe_index_metadata, IndexKind, IndexMetadata, IndexParams};
use ordvec::{Bitmap, Rank, RankQuant, SignBitmap};
use proptest::prelude::*;
use std::io::{Cursor, Seek, SeekFrom};
use std::path::PathBuf;

/// A path in the folder that Cargo gives to integration tests.
fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// One test per class: its golden bytes, written, loaded in every way, probed, and read under
/// the old magic.
macro_rules! golden {
    ($name:ident, $class:ty, $index:expr, $bytes:expr, $old:expr, $metadata:expr) => {
        #[test]
        fn $name() {
            let index: $class = $index;
            let golden: Vec<u8> = $bytes;
            let mut written = Vec::new();
            index.write_to(&mut written).unwrap();
            assert_eq!(written, golden);

            let file = path(concat!("golden-", stringify!($name)));
            index.write(&file).unwrap();
            assert_eq!(std::fs::read(&file).unwrap(), golden);
            assert_eq!(<$class>::load(&file).unwrap(), index);
            assert_eq!(probe_index_metadata(&file).unwrap(), $metadata);

            assert_eq!(<$class>::load_from_bytes(&golden).unwrap(), index);
            let mut old = golden.clone();
            old[..4].copy_from_slice($old);
            assert_eq!(<$class>::load_from_bytes(&old).unwrap(), index);
            std::fs::write(&file, &old).unwrap();
            assert_eq!(probe_index_metadata(&file).unwrap(), $metadata);

            let mut behind = Cursor::new([b"before", &golden[..]].concat());
            behind.seek(SeekFrom::Start(6)).unwrap();
            assert_eq!(<$class>::read_from(behind).unwrap(), index);
        }
    };
}

golden!(
    rank,
    Rank,
    {
        let mut index = Rank::try_new(3).unwrap();
        index.try_add(&[0.5, -1.0, 2.0, 7.0, 7.0, 1.0]).unwrap();
        index
    },
    [
        &b"OVR1\x01"[..],
        &[3, 0, 0, 0], // dim
        &[2, 0, 0, 0], // n
        &[1, 0, 0, 0, 2, 0],
        &[1, 0, 2, 0, 0, 0],
    ]
    .concat(),
    b"TVR1",
    IndexMetadata {
        kind: IndexKind::Rank,
        format_version: 1,
        dim: 3,
        vector_count: 2,
        bytes_per_vec: 6,
        params: IndexParams::Rank,
        file_size_bytes: 25,
    }
);

golden!(
    rank_quant,
    RankQuant,
    {
        let mut index = RankQuant::try_new(8, 2).unwrap();
        index
            .try_add(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
            .unwrap();
        index
            .try_add(&[7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0])
            .unwrap();
        index
    },
    [
        &b"OVRQ\x01"[..],
        &[2],          // bits
        &[8, 0, 0, 0], // dim
        &[2, 0, 0, 0], // n
        &[0b0000_0101, 0b1010_1111],
        &[0b1111_1010, 0b0101_0000],
    ]
    .concat(),
    b"TVRQ",
    IndexMetadata {
        kind: IndexKind::RankQuant,
        format_version: 1,
        dim: 8,
        vector_count: 2,
        bytes_per_vec: 2,
        params: IndexParams::RankQuant { bits: 2 },
        file_size_bytes: 18,
    }
);

golden!(
    bitmap,
    Bitmap,
    {
        let mut row = [0.0; 128];
        (row[0], row[9], row[64]) = (1.0, 2.0, 3.0);
        let mut index = Bitmap::try_new(128, 3).unwrap();
        index.try_add(&row).unwrap();
        index
    },
    [
        &b"OVBM\x01"[..],
        &[128, 0, 0, 0], // dim
        &[3, 0, 0, 0],   // n_top
        &[1, 0, 0, 0],   // n
        &[0b0000_0001, 0b0000_0010, 0, 0, 0, 0, 0, 0],
        &[1, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat(),
    b"TVBM",
    IndexMetadata {
        kind: IndexKind::Bitmap,
        format_version: 1,
        dim: 128,
        vector_count: 1,
        bytes_per_vec: 16,
        params: IndexParams::Bitmap { n_top: 3 },
        file_size_bytes: 33,
    }
);

golden!(
    sign_bitmap,
    SignBitmap,
    {
        let mut row = [-1.0; 64];
        (row[0], row[15], row[62]) = (1.0, 1.0, 1.0);
        let mut index = SignBitmap::try_new(64).unwrap();
        index.try_add(&row).unwrap();
        index
    },
    [
        &b"OVSB\x01"[..],
        &[64, 0, 0, 0], // dim
        &[1, 0, 0, 0],  // n
        &[0b0000_0001, 0b1000_0000, 0, 0, 0, 0, 0, 0b0100_0000],
    ]
    .concat(),
    b"TVSB",
    IndexMetadata {
        kind: IndexKind::SignBitmap,
        format_version: 1,
        dim: 64,
        vector_count: 1,
        bytes_per_vec: 8,
        params: IndexParams::SignBitmap,
        file_size_bytes: 21,
    }
);

golden!(
    empty_index,
    Bitmap,
    Bitmap::try_new(64, 16).unwrap(),
    b"OVBM\x01\x40\0\0\0\x10\0\0\0\0\0\0\0".to_vec(),
    b"TVBM",
    IndexMetadata {
        kind: IndexKind::Bitmap,
        format_version: 1,
        dim: 64,
        vector_count: 0,
        bytes_per_vec: 8,
        params: IndexParams::Bitmap { n_top: 16 },
        file_size_bytes: 17,
    }
);

/// Writes, loads and compares.
macro_rules! back {
    ($class:ty, $new:expr, $rows:expr) => {{
        let mut index = $new.unwrap();
        index.try_add($rows).unwrap();
        let mut bytes = Vec::new();
        index.write_to(&mut bytes).unwrap();
        prop_assert_eq!(<$class>::load_from_bytes(&bytes).unwrap(), index);
    }};
}

proptest! {
    #![proptest_config(oracle::cases(32))]

    #[test]
    fn every_index_comes_back(problem in oracle::problem(64, 3), n_top in 1usize..64) {
        let (dim, rows, _) = &problem;
        back!(Rank, Rank::try_new(*dim), rows);
        back!(RankQuant, RankQuant::try_new(*dim, 1), rows);
        back!(RankQuant, RankQuant::try_new(*dim, 2), rows);
        back!(RankQuant, RankQuant::try_new(*dim, 4), rows);
        back!(Bitmap, Bitmap::try_new(*dim, n_top), rows);
        back!(SignBitmap, SignBitmap::try_new(*dim), rows);
    }
}

/// A payload of more than one read buffer, of an odd length.
#[test]
fn a_payload_longer_than_the_buffers_comes_back() {
    let mut index = Rank::try_new(1001).unwrap();
    index.try_add(&oracle::noise(1001 * 77, 1)).unwrap();
    let mut bytes = Vec::new();
    index.write_to(&mut bytes).unwrap();
    assert_eq!(Rank::load_from_bytes(&bytes).unwrap(), index);
}

#[test]
fn kinds_have_the_names_and_extensions_of_the_formats() {
    let facts = IndexKind::ALL.map(|kind| (kind.name(), kind.extension(), kind.header_len()));
    assert_eq!(
        facts,
        [
            ("rank", "ovr", 13),
            ("rank_quant", "ovrq", 14),
            ("bitmap", "ovbm", 17),
            ("sign_bitmap", "ovsb", 13)
        ]
    );
}
