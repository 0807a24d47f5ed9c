//! The handle: loading, describing and freeing an index.

use std::ffi::c_char;
use std::path::Path;

use ordvec::rank_io::IndexKind;
use ordvec::{Bitmap, RankQuant};

use crate::core_error;
use crate::probe::{metadata_of, path_of, ORDVEC_KIND_BITMAP, ORDVEC_KIND_RANK_QUANT};
use crate::sized::{self, Sized1};
use crate::status::{guard, Failure, OrdvecStatus};

/// A loaded index. Opaque; made by `ordvec_index_load`, ended by `ordvec_index_free`.
pub struct OrdvecIndex {
    pub(crate) loaded: Loaded,
}

pub(crate) enum Loaded {
    RankQuant(RankQuant),
    Bitmap(Bitmap),
}

/// What a handle holds.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct OrdvecIndexInfo {
    /// Set by `ordvec_index_info_init`.
    pub struct_size: usize,
    /// `ORDVEC_KIND_RANK_QUANT` or `ORDVEC_KIND_BITMAP`.
    pub kind: u32,
    /// Zero.
    pub reserved: u32,
    /// Coordinates of a vector.
    pub dim: u64,
    /// Bits per coordinate of a RankQuant index, otherwise 0.
    pub bits: u64,
    /// Bits set per vector of a Bitmap index, otherwise 0.
    pub n_top: u64,
    /// Number of vectors.
    pub vector_count: u64,
    /// Bytes of one stored vector.
    pub bytes_per_vec: u64,
    /// Bytes of all stored vectors.
    pub byte_size: u64,
}

// SAFETY: plain integers, the size first.
unsafe impl Sized1 for OrdvecIndexInfo {
    const NAME: &'static str = "ordvec_index_info";
}

/// Zero the struct and set its `struct_size`. Does nothing for null.
///
/// # Safety
/// `info` is null or points to a writable `OrdvecIndexInfo`.
#[no_mangle]
pub unsafe extern "C" fn ordvec_index_info_init(info: *mut OrdvecIndexInfo) {
    sized::init(info);
}

/// Load a `.ovrq` or `.ovbm` file, checking every row, and store a new handle in `*index`.
///
/// `path` as for `ordvec_index_probe`. On a failure `*index` is left as it was.
///
/// # Safety
/// `path` is null or a NUL-terminated string; `index` is null or points to a writable pointer.
#[no_mangle]
pub unsafe extern "C" fn ordvec_index_load(
    path: *const c_char,
    index: *mut *mut OrdvecIndex,
) -> OrdvecStatus {
    guard(|| {
        let path = path_of(path)?;
        if index.is_null() {
            return Err(Failure::null("index"));
        }
        let loaded = load(&path)?;
        *index = Box::into_raw(Box::new(OrdvecIndex { loaded }));
        Ok(())
    })
}

fn load(path: &Path) -> Result<Loaded, Failure> {
    let failed = |error: std::io::Error| core_error::file(path, &error);
    match metadata_of(path)?.kind {
        IndexKind::RankQuant => Ok(Loaded::RankQuant(RankQuant::load(path).map_err(failed)?)),
        IndexKind::Bitmap => Ok(Loaded::Bitmap(Bitmap::load(path).map_err(failed)?)),
        kind => Err(Failure::new(
            OrdvecStatus::Unsupported,
            format!(
                "{}: expected a .ovrq or .ovbm index, found .{}",
                path.display(),
                kind.extension()
            ),
        )),
    }
}

/// Describe a loaded index.
///
/// # Safety
/// `index` is null or a live handle; `info` is null or points to `struct_size` bytes.
#[no_mangle]
pub unsafe extern "C" fn ordvec_index_info(
    index: *const OrdvecIndex,
    info: *mut OrdvecIndexInfo,
) -> OrdvecStatus {
    guard(|| {
        let index = handle(index)?;
        let info = sized::output(info)?;
        *info = describe(&index.loaded, info.struct_size);
        Ok(())
    })
}

fn describe(loaded: &Loaded, struct_size: usize) -> OrdvecIndexInfo {
    let (kind, bits, n_top) = match loaded {
        Loaded::RankQuant(index) => (ORDVEC_KIND_RANK_QUANT, index.bits().into(), 0),
        Loaded::Bitmap(index) => (ORDVEC_KIND_BITMAP, 0, index.n_top() as u64),
    };
    OrdvecIndexInfo {
        struct_size,
        kind,
        reserved: 0,
        dim: loaded.dim() as u64,
        bits,
        n_top,
        vector_count: loaded.len() as u64,
        bytes_per_vec: loaded.bytes_per_vec() as u64,
        byte_size: loaded.byte_size() as u64,
    }
}

/// End a handle. Null is allowed. No other call on the handle may be under way or follow.
///
/// # Safety
/// `index` is null or a live handle that no other thread uses.
#[no_mangle]
pub unsafe extern "C" fn ordvec_index_free(index: *mut OrdvecIndex) {
    if !index.is_null() {
        drop(Box::from_raw(index));
    }
}

/// The index behind a handle.
///
/// # Safety
/// `index` is null or a live handle.
pub(crate) unsafe fn handle<'a>(index: *const OrdvecIndex) -> Result<&'a OrdvecIndex, Failure> {
    index.as_ref().ok_or_else(|| Failure::null("index"))
}

impl Loaded {
    pub(crate) fn dim(&self) -> usize {
        match self {
            Self::RankQuant(index) => index.dim(),
            Self::Bitmap(index) => index.dim(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::RankQuant(index) => index.len(),
            Self::Bitmap(index) => index.len(),
        }
    }

    fn bytes_per_vec(&self) -> usize {
        match self {
            Self::RankQuant(index) => index.bytes_per_vec(),
            Self::Bitmap(index) => index.bytes_per_vec(),
        }
    }

    fn byte_size(&self) -> usize {
        match self {
            Self::RankQuant(index) => index.byte_size(),
            Self::Bitmap(index) => index.byte_size(),
        }
    }
}
