//! Manifests that 0.5.0 wrote (`tests/data/v1`): read and verified with a warning, and refused
//! for the same defects as those of v2.

mod common;

use common::*;
use ordvec_manifest::{
    codes, load_manifest_file, verify_for_load, verify_manifest_file, VerificationReport,
    VerifyOptions, SCHEMA_VERSION, V1_SCHEMA_VERSION,
};
use serde_json::{json, Value};
use std::fs;
use std::path::Path;

/// A copy of the committed bundle with the manifest `name` as `m.json`.
fn copied(name: &str) -> Folder {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/v1");
    let folder = Folder::new();
    for file in [
        "index.ovbm",
        "sub/ids.bin",
        "cal.bin",
        "dist.csv",
        "rows.jsonl",
    ] {
        folder.write(file, fs::read(data.join(file)).unwrap());
    }
    folder.write("m.json", fs::read(data.join(name)).unwrap());
    folder
}

fn warnings(report: &VerificationReport) -> Vec<&'static str> {
    report.warnings.iter().map(|issue| issue.code).collect()
}

fn codes_after(pointer: &str, value: impl Into<Value>) -> Vec<&'static str> {
    let folder = copied("sections.json");
    spoil(&folder, pointer, value);
    error_codes(&verify(&folder))
}

#[test]
fn what_0_5_0_wrote_verifies_with_a_warning() {
    for name in ["identity.json", "rows.json", "sections.json"] {
        let folder = copied(name);
        let report = verify(&folder);
        assert_eq!(error_codes(&report), [""; 0], "{name}");
        assert_eq!(
            warnings(&report),
            [codes::MANIFEST_SCHEMA_OUTDATED],
            "{name}"
        );
        let id = &document(&folder)["manifest_id"];
        assert_eq!(report.manifest_id.as_deref(), id.as_str());
        let plan = verify_for_load(folder.path("m.json"), VerifyOptions::default()).unwrap();
        assert_eq!(plan.artifact_path(), folder.path("index.ovbm"));
    }
}

#[test]
fn the_whole_document_can_be_read() {
    let folder = copied("sections.json");
    let loaded = load_manifest_file(folder.path("m.json")).unwrap();
    assert_eq!(loaded.to_value(), document(&folder));
    assert_eq!(loaded.manifest.schema_version, V1_SCHEMA_VERSION);
    assert_eq!(loaded.manifest.extensions["example.note"], "kept");
    assert!(!loaded.is_canonical);
}

#[test]
fn a_v1_document_written_again_is_of_v2() {
    let folder = copied("sections.json");
    let loaded = load_manifest_file(folder.path("m.json")).unwrap();
    folder.write("m.json", loaded.manifest.to_bytes());
    assert_eq!(document(&folder)["schema_version"], SCHEMA_VERSION);
    let report = verify_manifest_file(folder.path("m.json"), VerifyOptions::default()).unwrap();
    assert_eq!(error_codes(&report), [""; 0]);
    assert!(report.warnings.is_empty() && report.manifest_id.is_none());
}

#[test]
fn changed_files_of_a_v1_bundle() {
    for (file, code) in [
        ("index.ovbm", codes::ARTIFACT_SHA256_MISMATCH),
        ("cal.bin", codes::CALIBRATION_PROFILE_SHA256_MISMATCH),
        (
            "dist.csv",
            codes::ENCODER_DISTORTION_PROFILE_SHA256_MISMATCH,
        ),
    ] {
        let folder = copied("sections.json");
        let mut bytes = fs::read(folder.path(file)).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        folder.write(file, bytes);
        let found = error_codes(&verify(&folder));
        assert_eq!(found[0], code, "{file}");
        assert!(verify_for_load(folder.path("m.json"), VerifyOptions::default()).is_err());
    }
}

#[test]
fn defects_of_a_v1_document() {
    for (pointer, value, code) in [
        ("/signature", json!({}), codes::SECTION_UNKNOWN),
        ("/manifest_id", json!(7), codes::MANIFEST_SCHEMA_INVALID),
        ("/build/x", json!(7), codes::MANIFEST_SCHEMA_INVALID),
        ("/manifest_id", json!(" "), codes::MANIFEST_ID_EMPTY),
        ("/created_at", json!("now"), codes::CREATED_AT_INVALID),
        (
            "/build/invocation_id",
            json!(""),
            codes::BUILD_INVOCATION_ID_EMPTY,
        ),
        (
            "/build/builder_id",
            json!(""),
            codes::BUILD_BUILDER_ID_EMPTY,
        ),
        (
            "/build/source_repo",
            json!(""),
            codes::BUILD_SOURCE_REPO_EMPTY,
        ),
        (
            "/build/source_commit",
            json!(""),
            codes::BUILD_SOURCE_COMMIT_EMPTY,
        ),
        (
            "/build/ci_provider",
            json!(""),
            codes::BUILD_CI_PROVIDER_EMPTY,
        ),
        ("/build/ci_run_id", json!(""), codes::BUILD_CI_RUN_ID_EMPTY),
        ("/artifact/x", json!(7), codes::MANIFEST_SCHEMA_INVALID),
        (
            "/artifact/path",
            json!("../i"),
            codes::ARTIFACT_PATH_ESCAPE_REJECTED,
        ),
        (
            "/artifact/path",
            json!("/i"),
            codes::ARTIFACT_ABSOLUTE_PATH_REJECTED,
        ),
        ("/artifact/path", json!(""), codes::ARTIFACT_PATH_EMPTY),
        ("/artifact/path", json!("./"), codes::PATH_INVALID),
    ] {
        assert_eq!(codes_after(pointer, value), [code], "{pointer}");
    }
    for key in ["/manifest_id", "/created_at", "/artifact"] {
        let folder = copied("identity.json");
        drop_key(&folder, key);
        assert_eq!(
            error_codes(&verify(&folder)),
            [codes::MANIFEST_SCHEMA_INVALID],
            "{key}"
        );
    }
}

#[test]
fn what_only_v1_has_is_unknown_to_v2() {
    for key in ["manifest_id", "created_at", "build"] {
        let folder = bundle();
        spoil(&folder, &format!("/{key}"), "x");
        assert_eq!(
            error_codes(&verify(&folder)),
            [codes::SECTION_UNKNOWN],
            "{key}"
        );
    }
}

#[test]
fn paths_of_v1_may_have_a_second_spelling() {
    for path in ["./index.ovbm", ".//index.ovbm", "sub/.././index.ovbm"] {
        let found = codes_after("/artifact/path", path);
        match path.contains("..") {
            false => assert_eq!(found, [""; 0], "{path}"),
            true => assert_eq!(found, [codes::ARTIFACT_PATH_ESCAPE_REJECTED], "{path}"),
        }
    }
}

/// A trailing slash names a folder, two leading ones a network share; neither is dropped.
#[test]
fn slashes_of_v1_that_mean_something() {
    for path in ["index.ovbm/", "index.ovbm/.", "./index.ovbm//"] {
        let found = codes_after("/artifact/path", path);
        assert_eq!(found, [codes::PATH_INVALID], "{path}");
    }
    let share = "//host/share/index.ovbm";
    let folder = copied("sections.json");
    spoil(&folder, "/artifact/path", share);
    let loaded = load_manifest_file(folder.path("m.json")).unwrap();
    assert_eq!(loaded.manifest.artifact.path, share);
    let options = VerifyOptions {
        allow_absolute_paths: true,
        ..VerifyOptions::default()
    };
    let found = error_codes(&verify_with(&folder, &options));
    assert_eq!(found, [codes::PATH_INVALID]);
}
