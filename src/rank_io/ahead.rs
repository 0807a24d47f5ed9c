//! A new file whose bytes are on their way to the disk while the next ones are being written.
//!
//! The naive way writes everything, then syncs: the disk waits for the first half, the processor
//! for the second. Departures from it, on Linux; elsewhere it is the naive way:
//!
//! 1. The length is known, so its blocks are reserved at once instead of one by one at the sync.
//! 2. Each piece that is written is sent to the disk at once. The advice that pages are not needed
//!    does that, and keeps those that are still on their way, which is all of them.
//!
//! Both are requests that a file system may refuse; whether the bytes arrived, the sync tells.

use std::fs::File;
use std::io::{self, Write};

/// Bytes that are sent to the disk together.
const PIECE: usize = 1 << 20;

/// A file that is written once, from its beginning.
pub(super) struct Ahead<'a> {
    file: &'a File,
    written: u64,
    sent: u64,
}

impl<'a> Ahead<'a> {
    /// `len`: the bytes that are going to be written to the empty `file`.
    pub(super) fn new(file: &'a File, len: u64) -> Self {
        if len > PIECE as u64 {
            reserve(file, len);
        }
        Self {
            file,
            written: 0,
            sent: 0,
        }
    }
}

impl Write for Ahead<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(&bytes[..bytes.len().min(PIECE)])?;
        self.written += count as u64;
        // Whole pages: a half one would be sent again.
        let whole = self.written - self.written % PIECE as u64;
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

#[cfg(target_os = "linux")]
fn reserve(file: &File, len: u64) {
    use rustix::fs::{fallocate, FallocateFlags};
    // A full disk is found by the write, which names it.
    let _ = fallocate(file, FallocateFlags::empty(), 0, len);
}

#[cfg(target_os = "linux")]
fn send(file: &File, start: u64, len: u64) {
    use rustix::fs::{fadvise, Advice};
    let _ = fadvise(file, start, std::num::NonZero::new(len), Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn reserve(_: &File, _: u64) {}

#[cfg(not(target_os = "linux"))]
fn send(_: &File, _: u64, _: u64) {}

#[cfg(test)]
mod tests {
    use super::{Ahead, PIECE};
    use std::fs::{self, File};
    use std::io::Write;

    #[test]
    fn every_byte_arrives_in_its_place_whatever_the_length_and_the_calls() {
        let path = std::env::temp_dir().join(format!("ordvec-ahead-{}", std::process::id()));
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
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
