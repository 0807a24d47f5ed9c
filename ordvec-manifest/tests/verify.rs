//! Bundles that must verify, and what the report and the load plan say about them.

mod common;

use common::*;
use ordvec_manifest::{
    codes, create_manifest_for_index_with_options, load_manifest_file_with_options, sha256_bytes,
    sha256_file, verify_for_load, AuxiliaryState, IndexParams, LoadOptions, ManifestError,
    VerifyOptions,
};
use std::fs;

#[test]
fn a_fresh_bundle_verifies() {
    let folder = bundle();
    let report = verify(&folder);
    assert_eq!(error_codes(&report), [""; 0]);
    assert!(report.warnings.is_empty() && report.skipped_checks.is_empty());
    let index = fs::read(folder.path("index.ovrq")).unwrap();
    assert_eq!(report.artifact.sha256, Some(sha256_bytes(&index)));
    assert_eq!(report.artifact.size_bytes, Some(index.len() as u64));
    assert_eq!(
        report.artifact.canonical_path,
        Some(folder.path("index.ovrq"))
    );
    let metadata = report.artifact.metadata.unwrap();
    assert_eq!((metadata.dim, metadata.vector_count), (16, 3));
    let states: Vec<_> = report
        .auxiliary_artifacts
        .iter()
        .map(|aux| aux.state)
        .collect();
    assert_eq!(states, [AuxiliaryState::Verified; 2]);
    assert_eq!(report.row_identity.unwrap().observed_row_count, Some(3));
}

#[test]
fn every_index_kind_can_be_bound() {
    let cases = [
        (rank(16, 2), IndexParams::Rank {}),
        (rank_quant(16, 2), IndexParams::RankQuant { bits: 2 }),
        (bitmap(64, 5, 2), IndexParams::Bitmap { n_top: 5 }),
        (sign_bitmap(64, 2), IndexParams::SignBitmap {}),
    ];
    for (bytes, params) in cases {
        let folder = Folder::new();
        folder.write("index.ovrq", &bytes);
        let created = create(&folder, &identity());
        assert_eq!(created.document.artifact.params, params);
        assert_eq!(error_codes(&verify(&folder)), [""; 0], "{params:?}");
    }
}

#[test]
fn an_empty_index_can_be_bound() {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, 0));
    create(&folder, &identity());
    assert_eq!(error_codes(&verify(&folder)), [""; 0]);
}

#[test]
fn an_optional_sidecar_may_be_absent() {
    let folder = bundle();
    fs::remove_file(folder.path("stats.json")).unwrap();
    let report = verify(&folder);
    assert!(report.ok);
    let absent = &report.auxiliary_artifacts[1];
    assert_eq!(absent.name, "app.stats");
    assert_eq!(absent.state, AuxiliaryState::OptionalAbsent);
    assert_eq!(absent.reason_code, Some(codes::AUXILIARY_ABSENT));
}

#[test]
fn required_is_the_default_of_a_sidecar() {
    let folder = bundle();
    drop_key(&folder, "/auxiliary_artifacts/0/required");
    let report = verify(&folder);
    assert!(report.ok && report.auxiliary_artifacts[0].required);
}

#[test]
fn a_reformatted_document_verifies_with_a_warning() {
    let folder = bundle();
    let compact = serde_json::to_vec(&document(&folder)).unwrap();
    folder.write("m.json", compact);
    let report = verify(&folder);
    assert!(report.ok);
    assert_eq!(report.warnings[0].code, codes::MANIFEST_NOT_CANONICAL);
}

#[test]
fn another_copy_of_the_index_may_be_verified_instead() {
    let (folder, elsewhere) = (bundle(), Folder::new());
    let copy = elsewhere.write("copy.ovrq", rank_quant(DIM, ROWS));
    fs::remove_file(folder.path("index.ovrq")).unwrap();
    let options = VerifyOptions {
        index: Some(copy.clone()),
        ..VerifyOptions::default()
    };
    let report = verify_with(&folder, &options);
    assert_eq!(error_codes(&report), [""; 0]);
    assert_eq!(report.artifact.manifest_path.as_deref(), Some("index.ovrq"));
    assert_eq!(report.artifact.observed_path, Some(copy));
    assert_eq!(error_codes(&verify(&folder)), [codes::ARTIFACT_MISSING]);
}

#[test]
fn the_plan_hands_out_verified_paths() {
    let folder = bundle();
    fs::remove_file(folder.path("stats.json")).unwrap();
    let plan = verify_for_load(&folder.path("m.json"), &VerifyOptions::default()).unwrap();
    assert_eq!(plan.artifact_path(), folder.path("index.ovrq"));
    assert_eq!(plan.metadata().vector_count, 3);
    assert_eq!(plan.row_identity().kind, "row_id_identity");
    assert_eq!(
        plan.require_auxiliary("app.ids").unwrap(),
        folder.path("data/ids.bin")
    );
    let absent = plan.require_auxiliary("app.stats").unwrap_err();
    assert_eq!(absent.code(), Some(codes::AUXILIARY_ABSENT));
    let undeclared = plan.require_auxiliary("app.other").unwrap_err();
    assert_eq!(undeclared.code(), Some(codes::AUXILIARY_UNDECLARED));
}

#[test]
fn a_failed_verification_gives_no_plan_but_the_report() {
    let folder = bundle();
    folder.write("index.ovrq", rank_quant(DIM, ROWS + 1));
    let refusal = verify_for_load(&folder.path("m.json"), &VerifyOptions::default()).unwrap_err();
    let ManifestError::NotVerified(report) = refusal else {
        panic!("{refusal}");
    };
    assert!(error_codes(&report).contains(&codes::ARTIFACT_DIGEST_MISMATCH));
}

#[test]
fn a_missing_manifest_is_an_io_error() {
    let folder = Folder::new();
    let path = folder.path("none.json");
    let refusal = verify_for_load(&path, &VerifyOptions::default()).unwrap_err();
    assert!(matches!(refusal, ManifestError::Io { .. }), "{refusal}");
}

#[test]
fn loading_gives_the_bundle_address() {
    let folder = bundle();
    let path = folder.path("m.json");
    let loaded = load_manifest_file_with_options(&path, &LoadOptions::default()).unwrap();
    assert_eq!(loaded.sha256, sha256_file(&path).unwrap().sha256);
    assert!(loaded.is_canonical);
}

#[test]
fn files_outside_the_folder_need_the_flag_at_both_ends() {
    let folder = Folder::new();
    let index = folder.write("data/index.ovrq", rank_quant(DIM, ROWS));
    fs::create_dir(folder.path("manifests")).unwrap();
    let out = folder.path("manifests/m.json");
    let mut options = identity();
    assert_eq!(create_code(&index, &out, &options), codes::PATH_ESCAPE);
    assert!(!out.exists());
    options.paths.allow_escape = true;
    let created = create_manifest_for_index_with_options(&index, &out, &options).unwrap();
    assert_eq!(created.document.artifact.path, "../data/index.ovrq");
    let mut verifying = VerifyOptions::default();
    let verify = |options: &VerifyOptions| ordvec_manifest::verify_manifest(&out, options).unwrap();
    assert_eq!(error_codes(&verify(&verifying)), [codes::PATH_ESCAPE]);
    verifying.paths.allow_escape = true;
    assert_eq!(error_codes(&verify(&verifying)), [""; 0]);
}

#[test]
fn absolute_paths_need_the_flag_at_both_ends() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let index = elsewhere.write("index.ovrq", rank_quant(DIM, ROWS));
    let out = folder.path("m.json");
    let mut options = identity();
    options.paths.allow_absolute = true;
    let created = create_manifest_for_index_with_options(&index, &out, &options).unwrap();
    assert!(created.document.artifact.path.starts_with('/') || cfg!(windows));
    assert_eq!(error_codes(&verify(&folder)), [codes::PATH_ABSOLUTE]);
    let mut verifying = VerifyOptions::default();
    verifying.paths.allow_absolute = true;
    assert_eq!(error_codes(&verify_with(&folder, &verifying)), [""; 0]);
}
