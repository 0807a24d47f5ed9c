//! Headers: bytes to proven values and back.

use super::invalid;
use super::kind::{IndexKind, IndexMetadata, IndexParams, FORMAT_VERSION};
use crate::limits::MAX_VECTORS;
use std::io::{self, Read, Seek, SeekFrom};

/// A header whose values are proven: the parameters are ones that a constructor takes, the
/// number of rows is within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) params: IndexParams,
    pub(crate) dim: usize,
    pub(crate) rows: usize,
}

impl Header {
    /// Which index it is.
    pub(crate) fn kind(&self) -> IndexKind {
        match self.params {
            IndexParams::Rank => IndexKind::Rank,
            IndexParams::RankQuant { .. } => IndexKind::RankQuant,
            IndexParams::Bitmap { .. } => IndexKind::Bitmap,
            IndexParams::SignBitmap => IndexKind::SignBitmap,
        }
    }

    /// Bytes of a row.
    pub(crate) fn bytes_per_vec(&self) -> usize {
        match self.params {
            IndexParams::Rank => self.dim * 2,
            IndexParams::RankQuant { bits } => self.dim * usize::from(bits) / 8,
            IndexParams::Bitmap { .. } | IndexParams::SignBitmap => self.dim / 8,
        }
    }

    /// Bytes of all rows. Within u64: at most 2^26 rows of at most 2^21 bytes.
    pub(crate) fn payload_len(&self) -> u64 {
        self.rows as u64 * self.bytes_per_vec() as u64
    }

    /// Length of the whole file.
    pub(crate) fn file_len(&self) -> u64 {
        self.kind().header_len() as u64 + self.payload_len()
    }

    /// The bytes before the rows.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.kind().magic().to_vec();
        bytes.push(FORMAT_VERSION);
        if let IndexParams::RankQuant { bits } = self.params {
            bytes.push(bits);
        }
        bytes.extend((self.dim as u32).to_le_bytes());
        if let IndexParams::Bitmap { n_top } = self.params {
            bytes.extend((n_top as u32).to_le_bytes());
        }
        bytes.extend((self.rows as u32).to_le_bytes());
        bytes
    }

    /// What the probe reports.
    pub(super) fn metadata(&self) -> IndexMetadata {
        IndexMetadata {
            kind: self.kind(),
            format_version: FORMAT_VERSION,
            dim: self.dim,
            vector_count: self.rows,
            bytes_per_vec: self.bytes_per_vec(),
            params: self.params,
            file_size_bytes: self.file_len(),
        }
    }
}

/// Reads the header and proves that exactly the declared rows follow it.
pub(super) fn read<R: Read + Seek>(reader: &mut R) -> io::Result<Header> {
    let found = remaining(reader)?;
    let kind = read_kind(reader, found)?;
    if found < kind.header_len() as u64 {
        return Err(too_short(found, kind.header_len()));
    }
    let mut fields = [0; 13];
    let fields = &mut fields[..kind.header_len() - 4];
    reader.read_exact(fields)?;
    let header = parse(kind, fields)?;
    check_length(&header, found)?;
    Ok(header)
}

/// Bytes from the reader's position to its end. The position is left as it was.
fn remaining<R: Seek>(reader: &mut R) -> io::Result<u64> {
    let start = reader.stream_position()?;
    let end = reader.seek(SeekFrom::End(0))?;
    reader.seek(SeekFrom::Start(start))?;
    Ok(end.saturating_sub(start))
}

fn read_kind<R: Read>(reader: &mut R, found: u64) -> io::Result<IndexKind> {
    let mut magic = [0; 4];
    if found < magic.len() as u64 {
        return Err(too_short(found, IndexKind::Rank.header_len()));
    }
    reader.read_exact(&mut magic)?;
    IndexKind::from_magic(magic).ok_or_else(|| {
        let shown = magic.escape_ascii();
        invalid(format!(
            "unknown magic \"{shown}\", expected OVR1, OVRQ, OVBM or OVSB"
        ))
    })
}

fn too_short(found: u64, needed: usize) -> io::Error {
    invalid(format!(
        "truncated header: expected at least {needed} bytes, found {found}"
    ))
}

/// Fields of the header after the magic, in file order.
fn parse(kind: IndexKind, fields: &[u8]) -> io::Result<Header> {
    let mut fields = Fields(fields);
    let version = fields.u8();
    if version != FORMAT_VERSION {
        return Err(invalid(format!(
            "unsupported format version {version}, this release reads version {FORMAT_VERSION}"
        )));
    }
    let bits = if kind == IndexKind::RankQuant {
        fields.u8()
    } else {
        0
    };
    let dim = fields.u32();
    let n_top = if kind == IndexKind::Bitmap {
        fields.u32()
    } else {
        0
    };
    let rows = fields.u32();
    let params = match kind {
        IndexKind::Rank => IndexParams::Rank,
        IndexKind::RankQuant => IndexParams::RankQuant { bits },
        IndexKind::Bitmap => IndexParams::Bitmap { n_top },
        IndexKind::SignBitmap => IndexParams::SignBitmap,
    };
    check_params(params, dim)?;
    if rows > MAX_VECTORS {
        return Err(invalid(format!(
            "vector count {rows} is more than {MAX_VECTORS}"
        )));
    }
    Ok(Header { params, dim, rows })
}

/// The rules of the constructors, so that file and memory cannot differ.
fn check_params(params: IndexParams, dim: usize) -> io::Result<()> {
    match params {
        IndexParams::Rank => crate::rank::check(dim),
        IndexParams::RankQuant { bits } => crate::rankquant::check_stored(dim, bits),
        IndexParams::Bitmap { n_top } => crate::bitmap::check(dim, n_top),
        IndexParams::SignBitmap => crate::sign_bitmap::check(dim),
    }
    .map_err(|error| invalid(format!("invalid header: {error}")))
}

fn check_length(header: &Header, found: u64) -> io::Result<()> {
    let expected = header.file_len();
    if found == expected {
        return Ok(());
    }
    let problem = if found < expected {
        "truncated payload"
    } else {
        "trailing bytes"
    };
    Err(invalid(format!(
        "{problem}: the header declares {} rows of {} bytes, {expected} bytes in all, found {found}",
        header.rows,
        header.bytes_per_vec(),
    )))
}

/// A cursor over the fixed-width fields. The caller has sized the slice by the kind.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u8(&mut self) -> u8 {
        self.take::<1>()[0]
    }

    fn u32(&mut self) -> usize {
        u32::from_le_bytes(self.take()) as usize
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self
            .0
            .split_first_chunk()
            .expect("header_len covers every field");
        self.0 = rest;
        *field
    }
}
