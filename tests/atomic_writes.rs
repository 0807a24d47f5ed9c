//! A write replaces the target whole or leaves it alone, and leaves nothing else behind.

mod oracle;

use ordvec::{Rank, RankQuant};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

/// A new empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn names(folder: &PathBuf) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn rank(rows: usize) -> Rank {
    let mut index = Rank::try_new(16).unwrap();
    index.try_add(&oracle::noise(16 * rows, 1)).unwrap();
    index
}

#[test]
fn a_write_replaces_the_target_and_leaves_no_temporary_file() {
    let folder = folder("replace");
    let target = folder.join("index.ovr");
    for rows in [3, 1] {
        rank(rows).write(&target).unwrap();
        assert_eq!(Rank::load(&target).unwrap(), rank(rows));
        assert_eq!(names(&folder), ["index.ovr"]);
    }
}

#[test]
fn a_rename_that_fails_leaves_no_temporary_file() {
    let folder = folder("rename-fails");
    let target = folder.join("index.ovr");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("kept"), "kept").unwrap();
    assert!(rank(2).write(&target).is_err());
    assert_eq!(names(&folder), ["index.ovr"]);
    assert_eq!(fs::read(target.join("kept")).unwrap(), b"kept");
}

#[test]
fn eight_bits_are_refused_before_anything_is_written() {
    let folder = folder("eight-bits");
    let target = folder.join("index.ovrq");
    fs::write(&target, "old").unwrap();
    let mut index = RankQuant::try_new(256, 8).unwrap();
    index.try_add(&oracle::noise(256, 1)).unwrap();
    let error = index.write(&target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("bits"), "{error}");
    assert!(index.write_to(Vec::new()).is_err());
    let nowhere = folder.join("no").join("index.ovrq");
    let refused = index.write(nowhere).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported, "{refused}");
    assert_eq!(fs::read(&target).unwrap(), b"old");
    assert_eq!(names(&folder), ["index.ovrq"]);
}

#[test]
fn a_path_that_names_no_file_is_refused() {
    assert_eq!(
        rank(1).write("..").unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    let missing = folder("missing").join("no").join("index.ovr");
    assert_eq!(
        rank(1).write(missing).unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[cfg(unix)]
#[test]
fn a_symlink_is_replaced_and_its_target_kept() {
    let folder = folder("symlink");
    let (real, link) = (folder.join("real"), folder.join("link"));
    fs::write(&real, "kept").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    rank(2).write(&link).unwrap();
    assert_eq!(fs::read(&real).unwrap(), b"kept");
    assert!(fs::symlink_metadata(&link).unwrap().is_file());
}

/// A writer that takes some bytes and then fails.
struct Failing(usize);

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other("disk full"));
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_error_of_the_writer_is_passed_on() {
    for room in [0, 5, 13, 20] {
        assert_eq!(
            rank(2).write_to(Failing(room)).unwrap_err().to_string(),
            "disk full"
        );
    }
}
