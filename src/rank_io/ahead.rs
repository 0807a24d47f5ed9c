//! A new file whose bytes are on their way to the disk while the next ones are being written.
//!
//! The naive way writes everything, then syncs: the disk waits for the first half, the processor
//! for the second. Departures from it, on Linux with the feature `early-sync`; elsewhere it is the
//! naive way:
//!
//! 1. The length is known, so its blocks are reserved at once instead of one by one at the sync.
//! 2. Each piece that is written is sent to the disk at once. The advice that pages are not needed
//!    does that, and keeps those that are still on their way, which is all of them. A small file
//!    is sent in several pieces too, a large one in pieces that keep the disk's queue full.
//! 3. The memory of the file that is going to be replaced is freed while the disk works, and not
//!    by the rename, when nobody does.
//!
//! All are requests that a file system may refuse; whether the bytes arrived, the sync tells.

use std::fs::File;
use std::io::{self, Write};

/// The least and the most bytes that are sent to the disk together, and pieces of a file between
/// the two. Whole pages: a half one would be sent again.
const LEAST: u64 = 1 << 18;
const MOST: u64 = 1 << 20;
const PIECES: u64 = 4;
const PAGE: u64 = 1 << 16;

/// A file that is written once, from its beginning.
pub(super) struct Ahead<'a> {
    file: &'a File,
    piece: u64,
    written: u64,
    sent: u64,
}

impl<'a> Ahead<'a> {
    /// `len`: the bytes that are going to be written to the empty `file`.
    pub(super) fn new(file: &'a File, len: u64) -> Self {
        let piece = (len / PIECES).next_multiple_of(PAGE).clamp(LEAST, MOST);
        if len > piece {
            reserve(file, len);
        }
        Self {
            file,
            piece,
            written: 0,
            sent: 0,
        }
    }
}

impl Write for Ahead<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self
            .file
            .write(&bytes[..bytes.len().min(self.piece as usize)])?;
        self.written += count as u64;
        let whole = self.written - self.written % self.piece;
        if whole > self.sent {
            send(self.file, self.sent, whole - self.sent);
            self.sent = whole;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(all(target_os = "linux", feature = "early-sync"))]
fn reserve(file: &File, len: u64) {
    use rustix::fs::{fallocate, FallocateFlags};
    // A full disk is found by the write, which names it.
    let _ = fallocate(file, FallocateFlags::empty(), 0, len);
}

#[cfg(all(target_os = "linux", feature = "early-sync"))]
fn send(file: &File, start: u64, len: u64) {
    use rustix::fs::{fadvise, Advice};
    let _ = fadvise(file, start, std::num::NonZero::new(len), Advice::DontNeed);
}

/// Gives up what memory keeps of the file at `path`, which is about to be replaced.
#[cfg(all(target_os = "linux", feature = "early-sync"))]
pub(super) fn forget(path: &std::path::Path) {
    use rustix::fs::{fadvise, Advice};
    // To open anything but a file could wait for its other end.
    if path.is_file() {
        if let Ok(file) = File::open(path) {
            let _ = fadvise(&file, 0, None, Advice::DontNeed);
        }
    }
}

#[cfg(not(all(target_os = "linux", feature = "early-sync")))]
pub(super) fn forget(_: &std::path::Path) {}

#[cfg(not(all(target_os = "linux", feature = "early-sync")))]
fn reserve(_: &File, _: u64) {}

#[cfg(not(all(target_os = "linux", feature = "early-sync")))]
fn send(_: &File, _: u64, _: u64) {}

#[cfg(test)]
mod tests {
    use super::{Ahead, LEAST, MOST};
    use std::fs::{self, File};
    use std::io::Write;

    #[test]
    fn every_byte_arrives_in_its_place_whatever_the_length_and_the_calls() {
        let path = std::env::temp_dir().join(format!("ordvec-ahead-{}", std::process::id()));
        let (least, most) = (LEAST as usize, MOST as usize);
        for len in [
            0,
            1,
            least - 1,
            least,
            least + 1,
            3 * most + 7,
            5 * most + 1,
        ] {
            let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            for step in [len.max(1), 1 << 18, 1000] {
                let file = File::create(&path).unwrap();
                let mut ahead = Ahead::new(&file, len as u64);
                for part in bytes.chunks(step) {
                    ahead.write_all(part).unwrap();
                }
                ahead.flush().unwrap();
                file.sync_data().unwrap();
                assert!(
                    fs::read(&path).unwrap() == bytes,
                    "{len} in steps of {step}"
                );
            }
        }
        fs::remove_file(&path).unwrap();
    }
}
