//! Profile files that must be refused, at verification or at creation.

mod common;

use common::profiles::*;
use common::*;
use ordvec_manifest::{codes, CreateManifestOptions, ManifestError, VerifyOptions};
use serde_json::{json, Value};
use std::fs;

/// The file and the section of each profile.
const CALIBRATION: (&str, &str) = ("cal.bin", "calibration");
const DISTORTION: (&str, &str) = ("data/dist.csv", "encoder_distortion");

fn path_codes((_, section): (&str, &str), path: &str) -> Vec<&'static str> {
    let folder = profile_bundle();
    spoil(&folder, &format!("/{section}/profile/path"), path);
    error_codes(&verify(&folder))
}

#[test]
fn profile_paths() {
    use codes::*;
    for (path, of_calibration, of_distortion) in [
        (
            "",
            CALIBRATION_PROFILE_PATH_EMPTY,
            ENCODER_DISTORTION_PROFILE_PATH_EMPTY,
        ),
        (
            "/etc/passwd",
            CALIBRATION_PROFILE_ABSOLUTE_PATH_REJECTED,
            ENCODER_DISTORTION_PROFILE_ABSOLUTE_PATH_REJECTED,
        ),
        (
            "../cal.bin",
            CALIBRATION_PROFILE_PATH_ESCAPE_REJECTED,
            ENCODER_DISTORTION_PROFILE_PATH_ESCAPE_REJECTED,
        ),
        ("./cal.bin", PATH_INVALID, PATH_INVALID),
        (
            "none",
            CALIBRATION_PROFILE_PATH_UNAVAILABLE,
            ENCODER_DISTORTION_PROFILE_PATH_UNAVAILABLE,
        ),
        (
            "data",
            CALIBRATION_PROFILE_NOT_REGULAR_FILE,
            ENCODER_DISTORTION_PROFILE_NOT_REGULAR_FILE,
        ),
    ] {
        assert_eq!(path_codes(CALIBRATION, path), [of_calibration], "{path:?}");
        assert_eq!(path_codes(DISTORTION, path), [of_distortion], "{path:?}");
    }
}

#[test]
fn changed_profiles() {
    use codes::*;
    for ((file, _), sha256, size) in [
        (
            CALIBRATION,
            CALIBRATION_PROFILE_SHA256_MISMATCH,
            CALIBRATION_PROFILE_FILE_SIZE_MISMATCH,
        ),
        (
            DISTORTION,
            ENCODER_DISTORTION_PROFILE_SHA256_MISMATCH,
            ENCODER_DISTORTION_PROFILE_FILE_SIZE_MISMATCH,
        ),
    ] {
        let folder = profile_bundle();
        let good = fs::read(folder.path(file)).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            folder.write(file, bad);
            assert_eq!(error_codes(&verify(&folder)), [sha256], "{file} byte {at}");
        }
        folder.write(file, &good[1..]);
        assert_eq!(error_codes(&verify(&folder)), [sha256, size]);
        assert_eq!(create_codes(&folder), sha256);
        folder.write(file, &good);
        let pointer = format!("/{}/profile/file_size_bytes", section_of(file));
        spoil(&folder, &pointer, good.len() as u64 + 1);
        assert!(error_codes(&verify(&folder)).contains(&size));
        assert_eq!(create_codes(&folder), size);
    }
}

fn section_of(file: &str) -> &'static str {
    if file == CALIBRATION.0 {
        CALIBRATION.1
    } else {
        DISTORTION.1
    }
}

/// The refusal to create anew what `m.json` says, with digests and sizes as it states them.
fn create_codes(folder: &Folder) -> &'static str {
    let whole = document(folder);
    let out = folder.path("other.json");
    let found = create_code(&folder.path("index.ovbm"), &out, &stated(&whole));
    assert!(!out.exists());
    found
}

fn stated(whole: &Value) -> CreateManifestOptions {
    let section = |name: &str| {
        Some(ordvec_manifest::CreateProfileSection {
            section: object(whole[name].clone()),
            profile: None,
        })
    };
    CreateManifestOptions {
        calibration: section("calibration"),
        encoder_distortion: section("encoder_distortion"),
        ..CreateManifestOptions::default()
    }
}

#[test]
fn profile_sizes_are_bounded() {
    for (size, code, set) in [
        (
            512,
            codes::CALIBRATION_PROFILE_TOO_LARGE,
            (|options, limit| options.limits.max_calibration_profile_bytes = limit)
                as fn(&mut VerifyOptions, u64),
        ),
        (
            12,
            codes::ENCODER_DISTORTION_PROFILE_TOO_LARGE,
            |options, limit| options.limits.max_encoder_distortion_profile_bytes = limit,
        ),
    ] {
        let folder = profile_bundle();
        let found = |limit| {
            let mut verifying = VerifyOptions::default();
            set(&mut verifying, limit);
            let mut creating = stated(&document(&folder));
            creating.limits = verifying.limits.clone();
            let out = folder.path("other.json");
            let created = create_at(&folder.path("index.ovbm"), &out, &creating);
            let created = created.err().and_then(|refusal| refusal.code());
            (error_codes(&verify_with(&folder, &verifying)), created)
        };
        assert_eq!(found(size), (vec![], None));
        assert_eq!(found(size - 1), (vec![code], Some(code)));
    }
}

#[test]
fn sections_that_creation_cannot_write() {
    let folder = profile_bundle();
    let good = document(&folder);
    let index = folder.path("index.ovbm");
    for (pointer, value, code) in [
        ("/calibration/x", json!(1), codes::MANIFEST_SCHEMA_INVALID),
        (
            "/calibration/profile",
            json!(7),
            codes::MANIFEST_SCHEMA_INVALID,
        ),
        (
            "/calibration/profile/sha256",
            json!(7),
            codes::MANIFEST_SCHEMA_INVALID,
        ),
        (
            "/calibration/profile/path",
            json!(""),
            codes::CALIBRATION_PROFILE_PATH_EMPTY,
        ),
        (
            "/calibration/profile/path",
            json!("../x"),
            codes::CALIBRATION_PROFILE_PATH_ESCAPE_REJECTED,
        ),
        (
            "/encoder_distortion/profile/path",
            json!("index.ovbm"),
            codes::ENCODER_DISTORTION_PROFILE_SHA256_MISMATCH,
        ),
        (
            "/encoder_distortion/bounds/violation_rate",
            json!(2),
            codes::ENCODER_DISTORTION_VIOLATION_RATE_INVALID,
        ),
    ] {
        let mut whole = good.clone();
        spoil_value(&mut whole, pointer, value);
        let out = folder.path("other.json");
        assert_eq!(
            create_code(&index, &out, &stated(&whole)),
            code,
            "{pointer}"
        );
        assert!(!out.exists());
    }
    let mut whole = good;
    spoil_value(&mut whole, "/calibration/profile/path", json!("none"));
    let created = create_at(&index, &folder.path("other.json"), &stated(&whole));
    assert!(matches!(created, Err(ManifestError::Io { .. })));
}

#[test]
fn embedding_details_that_say_too_much() {
    let folder = profile_bundle();
    for details in [
        json!({"model": "x"}),
        json!({"dim": 64}),
        json!({"colour": "red"}),
    ] {
        let options = CreateManifestOptions {
            embedding_details: object(details.clone()),
            ..identity()
        };
        let out = folder.path("other.json");
        let found = create_code(&folder.path("index.ovbm"), &out, &options);
        assert_eq!(found, codes::MANIFEST_SCHEMA_INVALID, "{details}");
    }
}

#[test]
fn attestations_that_creation_refuses() {
    let folder = profile_bundle();
    let index = bitmap(WIDTH, N_TOP, 3);
    let of_another = attestation(b"another index");
    let untyped = json!({"subject": attestation(&index)["subject"]});
    for (attestations, code) in [
        (vec![of_another], codes::ATTESTATION_SUBJECT_SHA256_MISMATCH),
        (vec![untyped], codes::ATTESTATION_PREDICATE_TYPE_MISSING),
    ] {
        let options = CreateManifestOptions {
            attestations,
            ..identity()
        };
        let out = folder.path("other.json");
        let found = create_code(&folder.path("index.ovbm"), &out, &options);
        assert_eq!(found, code);
        assert!(!out.exists());
    }
}

#[test]
fn target_that_is_a_profile() {
    let folder = profile_bundle();
    let options = stated(&document(&folder));
    let profile = folder.path("cal.bin");
    let found = create_code(&folder.path("index.ovbm"), &profile, &options);
    assert_eq!(found, codes::OUTPUT_OVERWRITES_INPUT);
    assert_eq!(fs::read(&profile).unwrap().len(), 512);
}
