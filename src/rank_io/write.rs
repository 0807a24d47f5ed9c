//! Writing: a synced temporary file in the target's folder, then a rename.
//!
//! At any time, after the death of the process and after a loss of power too, the target is the
//! old file or the new one, whole. The folder is not synced: a loss of power soon after a write
//! may bring the old file back. Who must know that the new one stays syncs the folder.

use super::ahead::{self, Ahead};
use super::element::Element;
use super::stored::Stored;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes converted at a time, where a conversion is needed, and of the first write where not.
const CHUNK: usize = 1 << 18;

/// Writes header and rows to `writer` and flushes it.
pub(crate) fn to_writer<T: Stored, W: Write>(index: &T, mut writer: W) -> io::Result<()> {
    let mut chunk = index.header()?.encode();
    if let Some(bytes) = T::Element::as_bytes(index.rows()) {
        // The header goes with the first rows: what follows begins at a page.
        let (first, rest) = bytes.split_at(bytes.len().min(CHUNK - chunk.len()));
        chunk.extend_from_slice(first);
        writer.write_all(&chunk)?;
        writer.write_all(rest)?;
        return writer.flush();
    }
    writer.write_all(&chunk)?;
    for values in index.rows().chunks(CHUNK / T::Element::SIZE) {
        chunk.clear();
        T::Element::write_le(values, &mut chunk);
        writer.write_all(&chunk)?;
    }
    writer.flush()
}

/// Writes a file, replacing what is there only once the new file is complete and synced.
pub(crate) fn to_file<T: Stored>(index: &T, path: &Path) -> io::Result<()> {
    let header = index.header()?; // refuse before a temporary file exists
    let (file, temporary) = Temporary::create(path)?;
    let len = header.encode().len() as u64 + size_of_val(index.rows()) as u64;
    to_writer(index, Ahead::new(&file, len))?;
    ahead::forget(path);
    file.sync_data()?; // and the length, without which the data cannot be read
    drop(file); // an open file cannot be renamed on every platform
    temporary.persist(path)
}

/// A temporary file that is removed unless it takes the target's place.
struct Temporary {
    path: PathBuf,
    persisted: bool,
}

impl Temporary {
    /// Creates a new file beside `target`. Its name starts with a dot and ends in `.tmp`.
    fn create(target: &Path) -> io::Result<(File, Self)> {
        let name = target.file_name().ok_or_else(|| {
            let text = format!("{} does not name a file", target.display());
            io::Error::new(io::ErrorKind::InvalidInput, text)
        })?;
        loop {
            let path = target.with_file_name(unique(name));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let persisted = false;
                    return Ok((file, Self { path, persisted }));
                }
                // A file that a crashed process of the same id left behind.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn persist(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.persisted = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.persisted {
            // The error that led here is the one to report.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn unique(name: &std::ffi::OsStr) -> OsString {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut unique = OsString::from(".");
    unique.push(name);
    unique.push(format!(".{}-{count}.tmp", std::process::id()));
    unique
}
