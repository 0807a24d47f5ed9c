//! The four index classes under one trait, for laws that hold for all of them.

use ordvec::{Bitmap, IndexKind, IndexParams, OrdvecError, Rank, RankQuant, SignBitmap};
use std::fmt::Debug;
use std::io::{self, Cursor};
use std::path::Path;

/// An index class with a file format.
pub trait Class: Sized + Clone + PartialEq + Debug {
    const KIND: IndexKind;
    fn from_bytes(bytes: &[u8]) -> io::Result<Self>;
    fn from_reader(reader: Cursor<&[u8]>) -> io::Result<Self>;
    fn from_file(path: &Path) -> io::Result<Self>;
    fn to_bytes(&self) -> io::Result<Vec<u8>>;
    fn rows(&self) -> usize;
    fn width(&self) -> usize;
    fn row_bytes(&self) -> usize;
    fn total_bytes(&self) -> usize;
    fn params(&self) -> IndexParams;
    fn insert(&mut self, vectors: &[f32]) -> Result<(), OrdvecError>;
    fn remove(&mut self, row: usize) -> Result<usize, OrdvecError>;
    /// Any search: `k` row ids for each query, or fewer.
    fn best(&self, queries: &[f32], k: usize) -> Result<Vec<i64>, OrdvecError>;
}

macro_rules! class {
    ($class:ident, $params:expr, $best:expr) => {
        impl Class for $class {
            const KIND: IndexKind = IndexKind::$class;

            fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
                Self::load_from_bytes(bytes)
            }

            fn from_reader(reader: Cursor<&[u8]>) -> io::Result<Self> {
                Self::read_from(reader)
            }

            fn from_file(path: &Path) -> io::Result<Self> {
                Self::load(path)
            }

            fn to_bytes(&self) -> io::Result<Vec<u8>> {
                let mut bytes = Vec::new();
                self.write_to(&mut bytes).map(|()| bytes)
            }

            fn rows(&self) -> usize {
                self.len()
            }

            fn width(&self) -> usize {
                self.dim()
            }

            fn row_bytes(&self) -> usize {
                self.bytes_per_vec()
            }

            fn total_bytes(&self) -> usize {
                self.byte_size()
            }

            fn params(&self) -> IndexParams {
                #[allow(clippy::redundant_closure_call)]
                ($params)(self)
            }

            fn insert(&mut self, vectors: &[f32]) -> Result<(), OrdvecError> {
                self.try_add(vectors)
            }

            fn remove(&mut self, row: usize) -> Result<usize, OrdvecError> {
                self.try_swap_remove(row)
            }

            fn best(&self, queries: &[f32], k: usize) -> Result<Vec<i64>, OrdvecError> {
                #[allow(clippy::redundant_closure_call)]
                ($best)(self, queries, k)
            }
        }
    };
}

class!(
    Rank,
    |_: &Rank| IndexParams::Rank,
    |index: &Rank, queries: &[f32], k| Ok(index.try_search(queries, k)?.indices)
);
class!(
    RankQuant,
    |index: &RankQuant| IndexParams::RankQuant { bits: index.bits() },
    |index: &RankQuant, queries: &[f32], k| Ok(index.try_search_asymmetric(queries, k)?.indices)
);
class!(
    Bitmap,
    |index: &Bitmap| IndexParams::Bitmap {
        n_top: index.n_top()
    },
    |index: &Bitmap, queries: &[f32], k| Ok(index.try_search(queries, k)?.indices)
);
class!(
    SignBitmap,
    |_: &SignBitmap| IndexParams::SignBitmap,
    |index: &SignBitmap, queries: &[f32], k| {
        let lists = index.try_top_m_candidates_batched(queries, k)?;
        Ok(lists.concat().into_iter().map(i64::from).collect())
    }
);
