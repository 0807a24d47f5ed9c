//! Loading: header and length first, then memory, then the rows and their invariant, a block of
//! rows at a time: it is converted and checked while it is in a near cache. Rows of bytes are read
//! to where they stay.

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
    let mut bytes = Vec::new();
    for first in (0..header.rows).step_by(block) {
        let count = block.min(header.rows - first) * width;
        let start = rows.len();
        match T::Element::as_byte_vec(&mut rows) {
            Some(rows) => append(reader, count, rows)?,
            None => {
                // One read of the block: the reads of `append` begin small.
                bytes.resize(count, 0);
                reader.read_exact(&mut bytes)?;
                T::Element::read_le(&bytes, &mut rows);
            }
        }
        T::check_rows(header, first, &rows[start..])?;
    }
    Ok(rows)
}

/// Appends the next `count` bytes.
fn append<R: Read>(reader: &mut R, count: usize, to: &mut Vec<u8>) -> io::Result<()> {
    if reader.take(count as u64).read_to_end(to)? == count {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::BLOCK;
    use crate::{Bitmap, Rank, RankQuant};
    use std::io::{self, Cursor, Read, Seek, SeekFrom};

    /// A file that is cut after its length has been asked for.
    struct Cut(Cursor<Vec<u8>>);

    impl Read for Cut {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            self.0.read(to)
        }
    }

    impl Seek for Cut {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            let at = self.0.seek(to)?;
            if let SeekFrom::End(0) = to {
                self.0.get_mut().pop();
            }
            Ok(at)
        }
    }

    #[test]
    fn a_file_that_is_cut_while_it_is_read_is_an_error_whatever_its_elements() {
        let wave: Vec<f32> = (0..64 * 3000).map(|i| (i as f32 * 12.9).sin()).collect();
        let mut quant = RankQuant::try_new(64, 4).unwrap();
        quant.try_add(&wave).unwrap();
        let mut rank = Rank::try_new(64).unwrap();
        rank.try_add(&wave).unwrap();
        let (mut packed, mut whole) = (Vec::new(), Vec::new());
        quant.write_to(&mut packed).unwrap();
        rank.write_to(&mut whole).unwrap();
        let cut = |file| Cut(Cursor::new(file));
        for error in [
            RankQuant::read_from(cut(packed)).unwrap_err(),
            Rank::read_from(cut(whole)).unwrap_err(),
        ] {
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

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
