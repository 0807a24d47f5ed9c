//! Bytes as manifests: reading, the canonical form, verification.

use ordvec_manifest::{load_manifest_file, verify_manifest, IndexManifest, VerifyOptions};
use std::fs;
use std::path::{Path, PathBuf};

/// [`law`] with the crate's own canonical form.
pub fn run(bytes: &[u8]) {
    law(bytes, IndexManifest::to_bytes);
}

/// What can be read has one canonical form, which reads as itself; and nothing verifies in a folder
/// that holds no index.
///
/// # Panics
/// If a promise is broken, or `canonical` does not give the canonical form.
pub fn law(bytes: &[u8], canonical: impl Fn(&IndexManifest) -> Vec<u8>) {
    let folder = scratch();
    let path = folder.join("m.json");
    fs::create_dir_all(&folder).expect("the temporary folder can be written");
    if let Some(found) = read(&path, bytes) {
        let form = canonical(&found);
        let again = read(&path, &form).expect("the canonical form can be read");
        assert_eq!(
            String::from_utf8_lossy(&again.to_bytes()),
            String::from_utf8_lossy(&form),
            "the canonical form reads as another document"
        );
    }
    fs::remove_dir_all(&folder).expect("the folder is there");
}

fn read(path: &Path, bytes: &[u8]) -> Option<IndexManifest> {
    fs::write(path, bytes).expect("the temporary folder can be written");
    let document = load_manifest_file(path).ok()?;
    let report = verify_manifest(&document, VerifyOptions::default());
    assert!(!report.ok && !report.errors.is_empty(), "{report:?}");
    Some(document.manifest)
}

fn scratch() -> PathBuf {
    let thread = std::thread::current().id();
    let name = format!("ordvec-fuzz-manifest-{}-{thread:?}", std::process::id());
    std::env::temp_dir().join(name)
}
