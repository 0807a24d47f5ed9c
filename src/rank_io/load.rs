//! Loading: header and length first, then memory, then the rows and their invariant.

use super::element::Element;
use super::header::{self, Header};
use super::invalid;
use super::stored::Stored;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;

/// Bytes read and converted at a time. A multiple of every element's size.
const CHUNK: usize = 1 << 16;

/// Loads a file.
pub(crate) fn from_file<T: Stored>(path: &Path) -> io::Result<T> {
    from_reader(BufReader::new(open(path)?))
}

/// Loads from bytes in memory.
pub(crate) fn from_bytes<T: Stored>(bytes: &[u8]) -> io::Result<T> {
    from_reader(Cursor::new(bytes))
}

/// Loads from the reader's position to its end.
pub(crate) fn from_reader<T: Stored, R: Read + Seek>(mut reader: R) -> io::Result<T> {
    let header = header::read(&mut reader)?;
    if header.kind() != T::KIND {
        return Err(invalid(format!(
            "wrong magic: expected a {} index, found a {} index",
            T::KIND.name(),
            header.kind().name()
        )));
    }
    let rows = read_rows(&mut reader, &header)?;
    T::check_rows(&header, &rows)?;
    Ok(T::from_rows(&header, rows))
}

/// Opens a regular file. Anything else (a folder, a pipe that would block) is refused.
pub(super) fn open(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{} is not a regular file", path.display()),
        ));
    }
    File::open(path)
}

fn read_rows<E: Element, R: Read>(reader: &mut R, header: &Header) -> io::Result<Vec<E>> {
    let too_large = |_| io::Error::from(io::ErrorKind::OutOfMemory);
    let mut left = usize::try_from(header.payload_len()).map_err(too_large)?;
    let mut rows = Vec::new();
    rows.try_reserve_exact(left / E::SIZE)
        .map_err(|_| io::ErrorKind::OutOfMemory)?;
    let mut chunk = vec![0; left.min(CHUNK)];
    while left > 0 {
        let part = &mut chunk[..left.min(CHUNK)];
        reader.read_exact(part)?;
        E::read_le(part, &mut rows);
        left -= part.len();
    }
    Ok(rows)
}
