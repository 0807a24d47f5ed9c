//! Law: each bound refuses one unit above it, accepts exactly it, and has a code of its own.

mod common;

use common::*;
use ordvec_manifest::{codes, ResourceLimits, VerifyOptions};
use std::fs;

fn found(folder: &Folder, set: impl Fn(&mut ResourceLimits)) -> Vec<&'static str> {
    let mut options = VerifyOptions::default();
    set(&mut options.limits);
    error_codes(&verify_with(folder, &options))
}

fn size(folder: &Folder, name: &str) -> u64 {
    fs::metadata(folder.path(name)).unwrap().len()
}

#[test]
fn oversized_manifest() {
    let folder = bundle();
    let size = size(&folder, "m.json");
    assert_eq!(
        found(&folder, |limits| limits.max_manifest_bytes = size),
        [""; 0]
    );
    let codes_above = found(&folder, |limits| limits.max_manifest_bytes = size - 1);
    assert_eq!(codes_above, [codes::MANIFEST_FILE_TOO_LARGE]);
}

#[test]
fn manifest_above_one_mebibyte_by_default() {
    let folder = bundle();
    let text = fs::read_to_string(folder.path("m.json")).unwrap();
    let padding = (1 << 20) - text.len();
    folder.write("m.json", text.clone() + &" ".repeat(padding));
    assert_eq!(error_codes(&verify(&folder)), [""; 0]);
    folder.write("m.json", text + &" ".repeat(padding + 1));
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::MANIFEST_FILE_TOO_LARGE]
    );
}

#[test]
fn oversized_manifest_at_creation() {
    let folder = bundle();
    let mut options = identity();
    options.limits.max_manifest_bytes = 100;
    let out = folder.path("other.json");
    let code = create_code(&folder.path("index.ovrq"), &out, &options);
    assert_eq!(code, codes::MANIFEST_FILE_TOO_LARGE);
    assert!(!out.exists());
}

#[test]
fn oversized_index() {
    let folder = bundle();
    let size = size(&folder, "index.ovrq");
    assert_eq!(
        found(&folder, |limits| limits.max_index_bytes = Some(size)),
        [""; 0]
    );
    let codes_above = found(&folder, |limits| limits.max_index_bytes = Some(size - 1));
    assert_eq!(codes_above, [codes::INDEX_FILE_TOO_LARGE]);
}

#[test]
fn oversized_sidecar() {
    let folder = bundle();
    assert_eq!(
        found(&folder, |limits| limits.max_auxiliary_artifact_bytes = 24),
        [""; 0]
    );
    let codes_above = found(&folder, |limits| limits.max_auxiliary_artifact_bytes = 23);
    assert_eq!(codes_above, [codes::AUXILIARY_ARTIFACT_FILE_TOO_LARGE]);
}

#[test]
fn too_many_sidecars() {
    let folder = bundle();
    assert_eq!(
        found(&folder, |limits| limits.max_auxiliary_artifacts = 2),
        [""; 0]
    );
    let codes_above = found(&folder, |limits| limits.max_auxiliary_artifacts = 1);
    assert_eq!(
        codes_above,
        [codes::AUXILIARY_ARTIFACT_COUNT_LIMIT_EXCEEDED]
    );
}

#[test]
fn too_many_attestations_by_default() {
    let folder = profiles::profile_bundle();
    let one = document(&folder)["attestations"][0].clone();
    let count = |number| serde_json::Value::from(vec![one.clone(); number]);
    spoil(&folder, "/attestations", count(1_024));
    assert_eq!(error_codes(&verify(&folder)), [""; 0]);
    spoil(&folder, "/attestations", count(1_025));
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ATTESTATION_COUNT_LIMIT_EXCEEDED]
    );
}

#[test]
fn too_many_attestations() {
    let folder = profiles::profile_bundle();
    assert_eq!(
        found(&folder, |limits| limits.max_attestations = 2),
        [""; 0]
    );
    let codes_above = found(&folder, |limits| limits.max_attestations = 1);
    assert_eq!(codes_above, [codes::ATTESTATION_COUNT_LIMIT_EXCEEDED]);
}

#[test]
fn too_many_attestations_at_creation() {
    let folder = profiles::profile_bundle();
    let index = fs::read(folder.path("index.ovbm")).unwrap();
    let mut options = profiles::options(&folder, &index);
    options.limits.max_attestations = 1;
    let out = folder.path("other.json");
    let code = create_code(&folder.path("index.ovbm"), &out, &options);
    assert_eq!(code, codes::ATTESTATION_COUNT_LIMIT_EXCEEDED);
    assert!(!out.exists());
}

#[test]
fn row_map_line_too_long() {
    let folder = row_map_bundle();
    let longest = row_map(0..1).len() as u64 - 1;
    assert_eq!(
        found(&folder, |limits| limits.max_row_identity_jsonl_line_bytes =
            longest),
        [""; 0]
    );
    let codes_above = found(&folder, |limits| {
        limits.max_row_identity_jsonl_line_bytes = longest - 1
    });
    assert_eq!(codes_above, [codes::ROW_IDENTITY_LINE_TOO_LARGE]);
}

#[test]
fn row_map_line_without_end_by_default() {
    let folder = row_map_bundle();
    folder.write("rows.jsonl", "x".repeat((64 << 10) + 1));
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ROW_IDENTITY_LINE_TOO_LARGE]
    );
}

#[test]
fn too_many_rows() {
    let folder = row_map_bundle();
    assert_eq!(
        found(&folder, |limits| limits.max_row_identity_rows = 3),
        [""; 0]
    );
    let codes_above = found(&folder, |limits| limits.max_row_identity_rows = 2);
    assert_eq!(codes_above, [codes::ROW_IDENTITY_ROW_COUNT_LIMIT_EXCEEDED]);
}

#[test]
fn too_many_tracked_ids() {
    let folder = row_map_bundle();
    let set = |limit| {
        move |limits: &mut ResourceLimits| limits.max_row_identity_tracked_db_id_bytes = limit
    };
    assert_eq!(found(&folder, set(48)), [""; 0]);
    assert_eq!(
        found(&folder, set(47)),
        [codes::ROW_IDENTITY_DUPLICATE_TRACKING_LIMIT_EXCEEDED]
    );
    let mut options = VerifyOptions {
        allow_duplicate_db_ids: true,
        ..VerifyOptions::default()
    };
    options.limits.max_row_identity_tracked_db_id_bytes = 0;
    assert!(verify_with(&folder, &options).ok);
}

#[test]
fn too_many_report_issues() {
    let folder = bundle();
    fs::remove_file(folder.path("index.ovrq")).unwrap();
    fs::remove_file(folder.path("data/ids.bin")).unwrap();
    let exact = found(&folder, |limits| limits.max_report_issues = 2);
    assert_eq!(
        exact,
        [
            codes::ARTIFACT_PATH_UNAVAILABLE,
            codes::AUXILIARY_ARTIFACT_MISSING_REQUIRED
        ]
    );
    let fewer = found(&folder, |limits| limits.max_report_issues = 1);
    assert_eq!(
        fewer,
        [
            codes::ARTIFACT_PATH_UNAVAILABLE,
            codes::VERIFICATION_REPORT_ISSUE_LIMIT_EXCEEDED
        ]
    );
    let none = found(&folder, |limits| limits.max_report_issues = 0);
    assert_eq!(none, [codes::VERIFICATION_REPORT_ISSUE_LIMIT_EXCEEDED]);
}

#[test]
fn documented_defaults() {
    let limits = ResourceLimits::default();
    assert_eq!(limits.max_manifest_bytes, 1_048_576);
    assert_eq!(limits.max_row_identity_jsonl_line_bytes, 65_536);
    assert_eq!(limits.max_row_identity_rows, 10_000_000);
    assert_eq!(limits.max_row_identity_tracked_db_id_bytes, 67_108_864);
    assert_eq!(limits.max_auxiliary_artifacts, 1_024);
    assert_eq!(limits.max_attestations, 1_024);
    assert_eq!(limits.max_auxiliary_artifact_bytes, 17_179_869_184);
    assert_eq!(limits.max_calibration_profile_bytes, 67_108_864);
    assert_eq!(limits.max_encoder_distortion_profile_bytes, 67_108_864);
    assert_eq!(limits.max_report_issues, 1_024);
    assert_eq!(limits.max_index_bytes, None);
}
