//! The seeds satisfy the laws, and a class with a defect does not.

use ordvec::{IndexKind, IndexParams, OrdvecError, SignBitmap};
use ordvec_fuzz::classes::Class;
use ordvec_fuzz::{files, manifest, memory, seeds, TARGETS};
use std::io::{self, Cursor};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The count of memory is the process's: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn every_seed_satisfies_its_law() {
    let _turn = alone();
    for (target, law) in TARGETS {
        let seeds = seeds::of(target);
        assert!(seeds.len() > 8, "{target} has too few seeds");
        seeds.iter().for_each(|seed| law(seed));
    }
}

/// The seeds reach both answers of every loader.
#[test]
fn seeds_hold_good_files_and_bad_ones() {
    fn answers<C: Class>(target: &str) {
        let seeds = seeds::of(target);
        let good = seeds
            .iter()
            .filter(|seed| C::from_bytes(seed).is_ok())
            .count();
        assert!(
            good >= 2 && good < seeds.len(),
            "{target}: {good} of {}",
            seeds.len()
        );
    }
    let _turn = alone();
    answers::<ordvec::Rank>("load_rank");
    answers::<ordvec::RankQuant>("load_rank_quant");
    answers::<ordvec::Bitmap>("load_bitmap");
    answers::<SignBitmap>("load_sign_bitmap");
}

#[test]
fn memory_within_the_limit_passes() {
    let _turn = alone();
    assert_eq!(
        memory::within(1 << 17, || vec![1u8; 1 << 16].len()),
        1 << 16
    );
}

#[test]
#[should_panic(expected = "bytes of memory")]
fn memory_freed_before_the_end_still_counts() {
    let _turn = alone();
    memory::within(1 << 15, || drop(std::hint::black_box(vec![1u8; 1 << 16])));
}

/// A sign bitmap whose loader has one defect, or none.
#[derive(Clone, Debug, PartialEq)]
struct Broken<const DEFECT: u8>(SignBitmap);

const SOUND: u8 = 0;
const ALLOCATES_WHAT_THE_HEADER_SAYS: u8 = 1;
const ALLOWS_TRAILING_BYTES: u8 = 2;
const REPORTS_ANOTHER_KIND_OF_ERROR: u8 = 3;
const LOSES_A_ROW: u8 = 4;
const REFUSES_THE_OLD_MAGIC: u8 = 5;

impl<const DEFECT: u8> Broken<DEFECT> {
    fn broken(bytes: &[u8]) -> io::Result<SignBitmap> {
        match DEFECT {
            ALLOCATES_WHAT_THE_HEADER_SAYS => {
                drop(std::hint::black_box(vec![1u8; 1 << 20]));
                SignBitmap::load_from_bytes(bytes)
            }
            ALLOWS_TRAILING_BYTES => {
                let whole = bytes.len() - (bytes.len() + 64 - 13) % 8;
                SignBitmap::load_from_bytes(&bytes[..whole.max(13).min(bytes.len())])
            }
            REPORTS_ANOTHER_KIND_OF_ERROR => SignBitmap::load_from_bytes(bytes)
                .map_err(|error| io::Error::other(error.to_string())),
            REFUSES_THE_OLD_MAGIC if bytes.starts_with(b"TVSB") => {
                Err(io::Error::from(io::ErrorKind::InvalidData))
            }
            LOSES_A_ROW => {
                let mut index = SignBitmap::load_from_bytes(bytes)?;
                index.try_swap_remove(0).map_err(io::Error::other)?;
                Ok(index)
            }
            _ => SignBitmap::load_from_bytes(bytes),
        }
    }
}

impl<const DEFECT: u8> Class for Broken<DEFECT> {
    const KIND: IndexKind = IndexKind::SignBitmap;

    fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
        Self::broken(bytes).map(Self)
    }

    fn from_reader(reader: Cursor<&[u8]>) -> io::Result<Self> {
        let start = reader.position() as usize;
        Self::from_bytes(&reader.into_inner()[start..])
    }

    fn from_file(path: &Path) -> io::Result<Self> {
        Self::from_bytes(&std::fs::read(path)?)
    }

    fn to_bytes(&self) -> io::Result<Vec<u8>> {
        self.0.to_bytes()
    }

    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn width(&self) -> usize {
        self.0.width()
    }

    fn row_bytes(&self) -> usize {
        self.0.row_bytes()
    }

    fn total_bytes(&self) -> usize {
        self.0.total_bytes()
    }

    fn params(&self) -> IndexParams {
        self.0.params()
    }

    fn insert(&mut self, vectors: &[f32]) -> Result<(), OrdvecError> {
        self.0.insert(vectors)
    }

    fn remove(&mut self, row: usize) -> Result<usize, OrdvecError> {
        self.0.remove(row)
    }

    fn best(&self, queries: &[f32], k: usize) -> Result<Vec<i64>, OrdvecError> {
        self.0.best(queries, k)
    }
}

/// Whether some seed shows the defect.
fn caught<const DEFECT: u8>() -> bool {
    let _turn = alone();
    seeds::of("load_sign_bitmap")
        .iter()
        .any(|seed| std::panic::catch_unwind(|| files::load::<Broken<DEFECT>>(seed)).is_err())
}

#[test]
fn the_law_of_loading_rejects_each_defect() {
    assert!(!caught::<SOUND>());
    assert!(caught::<ALLOCATES_WHAT_THE_HEADER_SAYS>());
    assert!(caught::<ALLOWS_TRAILING_BYTES>());
    assert!(caught::<REPORTS_ANOTHER_KIND_OF_ERROR>());
    assert!(caught::<LOSES_A_ROW>());
    assert!(caught::<REFUSES_THE_OLD_MAGIC>());
}

/// A form that is canonical but for one space.
#[test]
fn the_law_of_manifests_rejects_another_form() {
    let _turn = alone();
    let broken = |bytes: &[u8]| {
        std::panic::catch_unwind(|| {
            manifest::law(bytes, |document| {
                [document.to_bytes(), b" ".to_vec()].concat()
            });
        })
        .is_err()
    };
    assert!(seeds::of("manifest").iter().any(|seed| broken(seed)));
}
