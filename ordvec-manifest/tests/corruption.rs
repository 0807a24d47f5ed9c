//! Law: no single changed byte of a bound file, and no truncation, ever verifies; no changed
//! byte of the manifest makes the verifier panic or approve other files than before.

mod common;

use common::*;
use std::fs;

#[test]
fn every_flipped_byte_of_a_bound_file_is_found() {
    let folder = row_map_bundle();
    for name in ["index.ovrq", "rows.jsonl"] {
        let good = fs::read(folder.path(name)).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            folder.write(name, &bad);
            assert!(!verify(&folder).ok, "{name} byte {at}");
        }
        folder.write(name, &good);
    }
    assert!(verify(&folder).ok);
}

#[test]
fn every_truncation_of_a_bound_file_is_found() {
    let folder = row_map_bundle();
    for name in ["index.ovrq", "rows.jsonl"] {
        let good = fs::read(folder.path(name)).unwrap();
        for length in 0..good.len() {
            folder.write(name, &good[..length]);
            assert!(!verify(&folder).ok, "{name} length {length}");
        }
        folder.write(name, &good);
    }
}

#[test]
fn a_changed_manifest_never_approves_another_index() {
    let folder = bundle();
    let good = fs::read(folder.path("m.json")).unwrap();
    let digest = verify(&folder).artifact.sha256;
    for at in 0..good.len() {
        for flip in [0x01, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            folder.write("m.json", &bad);
            let report = verify(&folder);
            assert!(!report.ok || report.artifact.sha256 == digest, "byte {at}");
        }
    }
}

#[test]
fn every_truncation_of_the_manifest_is_found() {
    let folder = bundle();
    let good = fs::read(folder.path("m.json")).unwrap();
    let end = good.len() - 1; // The last byte is the newline after the document.
    for length in 0..end {
        folder.write("m.json", &good[..length]);
        assert!(!verify(&folder).ok, "length {length}");
    }
}
