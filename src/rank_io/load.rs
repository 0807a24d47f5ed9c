//! Loading: header and length first, then memory, then the rows and their invariant, a block of
//! rows at a time: it is converted and checked while it is in a near cache.

use super::element::Element;
use super::header::{self, Header};
use super::invalid;
use super::stored::Stored;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;

/// Bytes of the rows that are read, converted and checked at a time, or one row if that has more.
const BLOCK: usize = 1 << 17;

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
    let rows = read_rows::<T, R>(&mut reader, &header)?;
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

fn read_rows<T: Stored, R: Read>(reader: &mut R, header: &Header) -> io::Result<Vec<T::Element>> {
    let too_large = |_| io::Error::from(io::ErrorKind::OutOfMemory);
    let total = usize::try_from(header.payload_len()).map_err(too_large)?;
    let mut rows = Vec::new();
    rows.try_reserve_exact(total / T::Element::SIZE)
        .map_err(|_| io::ErrorKind::OutOfMemory)?;
    let width = header.bytes_per_vec();
    let block = (BLOCK / width).max(1);
    let mut bytes = vec![0; header.rows.min(block) * width];
    for first in (0..header.rows).step_by(block) {
        let bytes = &mut bytes[..block.min(header.rows - first) * width];
        reader.read_exact(bytes)?;
        let start = rows.len();
        T::Element::read_le(bytes, &mut rows);
        T::check_rows(header, first, &rows[start..])?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::BLOCK;
    use crate::{Bitmap, Rank, RankQuant};

    /// The error of the last row of a file of three blocks, whose bytes are all zero.
    fn last_row_zero(mut file: Vec<u8>, width: usize, load: fn(&[u8]) -> std::io::Error) -> String {
        let start = file.len() - width;
        file[start..].fill(0);
        load(&file).to_string()
    }

    #[test]
    fn a_bad_row_of_a_later_block_is_named_by_its_number_in_the_file() {
        let wave: Vec<f32> = (0..64).map(|i| (i as f32 * 12.9).sin()).collect();
        let vectors = |width: usize| wave.repeat(3 * (BLOCK / width));
        let mut file = Vec::new();
        let mut rank = Rank::try_new(64).unwrap();
        rank.try_add(&vectors(128)).unwrap();
        rank.write_to(&mut file).unwrap();
        let found = last_row_zero(file, 128, |file| Rank::load_from_bytes(file).unwrap_err());
        assert!(
            found.starts_with("row 3071 is not a permutation"),
            "{found}"
        );

        let mut file = Vec::new();
        let mut quant = RankQuant::try_new(64, 4).unwrap();
        quant.try_add(&vectors(32)).unwrap();
        quant.write_to(&mut file).unwrap();
        let load = |file: &[u8]| RankQuant::load_from_bytes(file).unwrap_err();
        let found = last_row_zero(file, 32, load);
        assert!(
            found.starts_with("row 12287 breaks the constant"),
            "{found}"
        );

        let mut file = Vec::new();
        let mut bitmap = Bitmap::try_new(64, 9).unwrap();
        bitmap.try_add(&vectors(8)).unwrap();
        bitmap.write_to(&mut file).unwrap();
        let load = |file: &[u8]| Bitmap::load_from_bytes(file).unwrap_err();
        let found = last_row_zero(file, 8, load);
        assert!(found.starts_with("row 49151 has 0 bits set"), "{found}");
    }
}
