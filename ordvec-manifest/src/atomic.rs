//! Replacing a file so that a reader sees the old bytes or the new ones, never a mixture.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::codes;
use crate::error::{ManifestError, ReportIssue};

/// Refuse a target that is anything but absent or a regular file. A symlink is refused too:
/// renaming would replace the link and leave the file behind it stale.
pub(crate) fn check_target(target: &Path) -> Result<(), ManifestError> {
    let file_type = match fs::symlink_metadata(target) {
        Ok(metadata) => metadata.file_type(),
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(ManifestError::io(target, source)),
    };
    let code = match file_type {
        kind if kind.is_symlink() => codes::OUTPUT_SYMLINK,
        kind if kind.is_file() => return Ok(()),
        _ => codes::OUTPUT_NOT_REGULAR_FILE,
    };
    let found = target.display();
    Err(ReportIssue::new(
        code,
        format!("expected no file or a regular file to replace, found another kind at {found}"),
    )
    .into())
}

/// Write `bytes` to a synced temporary file beside `target` and rename it over `target`.
/// On any error the temporary file is gone and `target` is untouched.
pub(crate) fn write_atomically(target: &Path, bytes: &[u8]) -> Result<(), ManifestError> {
    check_target(target)?;
    let (temporary, file) =
        create_beside(target).map_err(|source| ManifestError::io(target, source))?;
    let written = write_synced(file, bytes).and_then(|()| fs::rename(&temporary, target));
    if let Err(source) = written {
        // The first failure is the one to report; a leftover would be its consequence.
        let _ = fs::remove_file(&temporary);
        return Err(ManifestError::io(target, source));
    }
    sync_folder(target).map_err(|source| ManifestError::io(target, source))
}

fn write_synced(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// A new file beside `target`; `create_new` never follows or reuses what is already there.
fn create_beside(target: &Path) -> io::Result<(PathBuf, File)> {
    loop {
        let path = target.with_file_name(temporary_name(target)?);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(source),
        }
    }
}

fn temporary_name(target: &Path) -> io::Result<OsString> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let name = target
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "expected a file name"))?;
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}-{number}.tmp", std::process::id()));
    Ok(temporary)
}

/// The rename itself is durable only once its folder is synced; Windows has no such call.
fn sync_folder(target: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(folder_of(target))?.sync_all()
}

/// The folder that holds `path`: `.` for a bare file name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::write_atomically;
    use crate::codes;
    use std::fs;
    use std::os::unix::fs::symlink;

    /// The caller checks the target long before it writes; the check at the write is its own.
    #[test]
    fn symlink_planted_after_the_first_check() {
        let name = format!("ordvec-manifest-atomic-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        let (kept, link) = (folder.join("kept"), folder.join("link"));
        fs::write(&kept, "kept").unwrap();
        symlink(&kept, &link).unwrap();
        let refusal = write_atomically(&link, b"new").unwrap_err();
        assert_eq!(refusal.code(), Some(codes::OUTPUT_SYMLINK));
        assert_eq!(fs::read_link(&link).unwrap(), kept);
        assert_eq!(fs::read(&kept).unwrap(), b"kept");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(&folder).unwrap();
    }
}
