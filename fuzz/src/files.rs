//! Bytes as index files: loaders and the probe.

use crate::classes::Class;
use crate::format;
use crate::input::noise;
use crate::memory::within;
use ordvec::{probe_index_metadata, Bitmap, IndexMetadata, Rank, RankQuant, SignBitmap};
use std::fmt::Debug;
use std::io::{self, Cursor, ErrorKind};
use std::path::{Path, PathBuf};

/// What a loader may hold beyond two bytes for each byte of the file: a mark for each rank there can
/// be (64 KiB), an error's text, and room to spare.
const SLACK: usize = 96 << 10;

/// What the probe may hold, whatever the file: a header, an error's text, a path.
const PROBE: usize = 16 << 10;

/// A loader takes exactly the bytes that are a file of its class, and the index is those bytes; it
/// refuses everything else with `InvalidData`.
pub fn load<C: Class>(bytes: &[u8]) {
    let loaded = within(2 * bytes.len() + SLACK, || C::from_bytes(bytes));
    assert_eq!(loaded.is_ok(), format::valid(C::KIND, bytes), "{loaded:?}");
    same(&loaded, &C::from_reader(Cursor::new(bytes)));
    same(&loaded, &from_the_middle(bytes));
    match loaded {
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}"),
        Ok(index) => {
            is_those_bytes(&index, bytes);
            can_be_searched(&index);
        }
    }
}

/// Readers load from where they stand.
fn from_the_middle<C: Class>(bytes: &[u8]) -> io::Result<C> {
    let shifted = [b"OVR", bytes].concat();
    let mut reader = Cursor::new(shifted.as_slice());
    reader.set_position(3);
    C::from_reader(reader)
}

/// Two ways to load agree, in their refusals too.
fn same<T: PartialEq + Debug>(left: &io::Result<T>, right: &io::Result<T>) {
    let told = |error: &io::Error| (error.kind(), error.to_string());
    match (left, right) {
        (Ok(left), Ok(right)) => assert_eq!(left, right),
        (Err(left), Err(right)) => assert_eq!(told(left), told(right)),
        (left, right) => panic!("{left:?} one way, {right:?} the other"),
    }
}

fn is_those_bytes<C: Class>(index: &C, bytes: &[u8]) {
    assert_eq!(index.total_bytes(), index.rows() * index.row_bytes());
    assert_eq!(index.total_bytes() + C::KIND.header_len(), bytes.len());
    let written = index.to_bytes().expect("what was loaded can be written");
    let magics = [C::KIND.magic(), C::KIND.old_magic()];
    assert!(magics.iter().any(|magic| bytes.starts_with(magic)));
    assert_eq!(written[..4], C::KIND.magic());
    assert_eq!(
        written[4..],
        bytes[4..],
        "the bytes are not those that were loaded"
    );
}

fn can_be_searched<C: Class>(index: &C) {
    if index.width() > 1 << 12 || index.total_bytes() > 1 << 16 {
        return;
    }
    let query = noise(index.width(), 1);
    let found = index
        .best(&query, 3)
        .expect("a finite query of the dimension");
    assert_eq!(found.len(), index.rows().min(3));
}

/// The probe refuses what every loader refuses, with the same words, and says of what it accepts
/// what the loader says. Loading a file is loading its bytes.
pub fn probe(bytes: &[u8]) {
    let path = scratch();
    std::fs::write(&path, bytes).expect("the temporary folder can be written");
    let probed = within(PROBE, || probe_index_metadata(&path));
    against::<Rank>(&path, bytes, &probed);
    against::<RankQuant>(&path, bytes, &probed);
    against::<Bitmap>(&path, bytes, &probed);
    against::<SignBitmap>(&path, bytes, &probed);
    std::fs::remove_file(&path).expect("the file is there");
}

fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("ordvec-fuzz-{}", std::process::id()))
}

fn against<C: Class>(path: &Path, bytes: &[u8], probed: &io::Result<IndexMetadata>) {
    let loaded = C::from_file(path);
    same(&loaded, &C::from_bytes(bytes));
    match (probed, loaded) {
        (Ok(probed), Ok(index)) => assert_eq!(*probed, described(&index, bytes.len())),
        (Ok(probed), Err(error)) => {
            // Only what the probe does not look at may be wrong.
            let expected = if probed.kind == C::KIND {
                "row"
            } else {
                "wrong magic"
            };
            assert!(
                error.to_string().starts_with(expected),
                "{probed:?} {error}"
            );
        }
        (Err(probed), Err(error)) => assert_eq!(probed.to_string(), error.to_string()),
        (Err(probed), Ok(_)) => panic!("loaded what the probe refuses: {probed}"),
    }
}

fn described<C: Class>(index: &C, len: usize) -> IndexMetadata {
    IndexMetadata {
        kind: C::KIND,
        format_version: 1,
        dim: index.width(),
        vector_count: index.rows(),
        bytes_per_vec: index.row_bytes(),
        params: index.params(),
        file_size_bytes: len as u64,
    }
}
