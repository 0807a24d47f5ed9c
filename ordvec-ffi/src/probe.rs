//! What an index file says in its header, without loading it.

use std::ffi::{c_char, CStr};
use std::path::PathBuf;

use ordvec::rank_io::{probe_index_metadata, IndexKind, IndexMetadata, IndexParams};

use crate::core_error;
use crate::sized::{self, Sized1};
use crate::status::{guard, Failure, OrdvecStatus};

/// `kind` of a `.ovr` file. It can be probed, not loaded.
pub const ORDVEC_KIND_RANK: u32 = 1;
/// `kind` of a `.ovrq` file.
pub const ORDVEC_KIND_RANK_QUANT: u32 = 2;
/// `kind` of a `.ovbm` file.
pub const ORDVEC_KIND_BITMAP: u32 = 3;
/// `kind` of a `.ovsb` file. It can be probed, not loaded.
pub const ORDVEC_KIND_SIGN_BITMAP: u32 = 4;

/// The header of an index file.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct OrdvecProbe {
    /// Set by `ordvec_probe_init`.
    pub struct_size: usize,
    /// One of the `ORDVEC_KIND_*` values.
    pub kind: u32,
    /// Version of the file format.
    pub format_version: u32,
    /// Coordinates of a vector.
    pub dim: u64,
    /// Bits per coordinate of a `.ovrq` file, otherwise 0.
    pub bits: u64,
    /// Bits set per vector of a `.ovbm` file, otherwise 0.
    pub n_top: u64,
    /// Number of vectors.
    pub vector_count: u64,
    /// Bytes of one stored vector.
    pub bytes_per_vec: u64,
    /// Length of the file in bytes.
    pub file_size_bytes: u64,
}

// SAFETY: plain integers, the size first.
unsafe impl Sized1 for OrdvecProbe {
    const NAME: &'static str = "ordvec_probe";
}

/// Zero the struct and set its `struct_size`. Does nothing for null.
///
/// # Safety
/// `probe` is null or points to a writable `OrdvecProbe`.
#[no_mangle]
pub unsafe extern "C" fn ordvec_probe_init(probe: *mut OrdvecProbe) {
    sized::init(probe);
}

/// Read the header of an index file of any kind and compare it with the length of the file.
///
/// `path` is UTF-8 on Windows and bytes elsewhere, NUL-terminated.
///
/// # Safety
/// `path` is null or a NUL-terminated string; `probe` is null or points to `struct_size` bytes.
#[no_mangle]
pub unsafe extern "C" fn ordvec_index_probe(
    path: *const c_char,
    probe: *mut OrdvecProbe,
) -> OrdvecStatus {
    guard(|| {
        let path = path_of(path)?;
        let probe = sized::output(probe)?;
        let metadata = metadata_of(&path)?;
        *probe = describe(&metadata, probe.struct_size)?;
        Ok(())
    })
}

fn describe(metadata: &IndexMetadata, struct_size: usize) -> Result<OrdvecProbe, Failure> {
    let (bits, n_top) = match metadata.params {
        IndexParams::RankQuant { bits } => (u64::from(bits), 0),
        IndexParams::Bitmap { n_top } => (0, n_top as u64),
        _ => (0, 0),
    };
    Ok(OrdvecProbe {
        struct_size,
        kind: kind_number(metadata.kind)?,
        format_version: metadata.format_version.into(),
        dim: metadata.dim as u64,
        bits,
        n_top,
        vector_count: metadata.vector_count as u64,
        bytes_per_vec: metadata.bytes_per_vec as u64,
        file_size_bytes: metadata.file_size_bytes,
    })
}

pub(crate) fn metadata_of(path: &std::path::Path) -> Result<IndexMetadata, Failure> {
    probe_index_metadata(path).map_err(|error| core_error::file(path, &error))
}

fn kind_number(kind: IndexKind) -> Result<u32, Failure> {
    Ok(match kind {
        IndexKind::Rank => ORDVEC_KIND_RANK,
        IndexKind::RankQuant => ORDVEC_KIND_RANK_QUANT,
        IndexKind::Bitmap => ORDVEC_KIND_BITMAP,
        IndexKind::SignBitmap => ORDVEC_KIND_SIGN_BITMAP,
        kind => {
            return Err(Failure::new(
                OrdvecStatus::Unsupported,
                format!("expected an index kind of this ABI, found {kind:?}"),
            ))
        }
    })
}

/// The path argument of a call.
///
/// # Safety
/// `path` is null or a NUL-terminated string.
pub(crate) unsafe fn path_of(path: *const c_char) -> Result<PathBuf, Failure> {
    if path.is_null() {
        return Err(Failure::null("path"));
    }
    native_path(CStr::from_ptr(path))
}

#[cfg(unix)]
fn native_path(path: &CStr) -> Result<PathBuf, Failure> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(OsStr::from_bytes(path.to_bytes())))
}

#[cfg(not(unix))]
fn native_path(path: &CStr) -> Result<PathBuf, Failure> {
    match path.to_str() {
        Ok(text) => Ok(PathBuf::from(text)),
        Err(_) => Err(Failure::argument("path: expected UTF-8")),
    }
}
