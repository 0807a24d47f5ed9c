//! Bundles that must verify, and what the report and the load plan say about them.

mod common;

use common::*;
use ordvec_manifest::{
    codes, codes::skipped, load_manifest_file, sha256_bytes, sha256_file, sha256_file_bounded,
    verify_for_load, verify_index_manifest, verify_manifest_file, verify_manifest_with_base,
    AuxiliaryArtifactState, ManifestError, ManifestIndexParams, RequireAuxiliaryError,
    VerifiedLoadPlanError, VerifyOptions,
};
use std::fs;

#[test]
fn a_fresh_bundle_verifies() {
    let folder = bundle();
    let report = verify(&folder);
    assert_eq!(error_codes(&report), [""; 0]);
    assert!(report.warnings.is_empty());
    assert_eq!(report.skipped_checks, [skipped::ATTESTATIONS_ABSENT]);
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
    assert_eq!(states, [AuxiliaryArtifactState::Verified; 2]);
    assert_eq!(report.row_identity.validated_rows, Some(3));
}

#[test]
fn every_index_kind_can_be_bound() {
    let cases = [
        (rank(16, 2), ManifestIndexParams::Rank {}),
        (
            rank_quant(16, 2),
            ManifestIndexParams::RankQuant { bits: 2 },
        ),
        (bitmap(64, 5, 2), ManifestIndexParams::Bitmap { n_top: 5 }),
        (sign_bitmap(64, 2), ManifestIndexParams::SignBitmap {}),
    ];
    for (bytes, params) in cases {
        let folder = Folder::new();
        folder.write("index.ovrq", &bytes);
        let created = create(&folder, &identity());
        assert_eq!(created.artifact.params, params);
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
    assert_eq!(absent.name, "shop.stats");
    assert_eq!(absent.state, AuxiliaryArtifactState::OptionalAbsent);
    assert_eq!(
        absent.reason_code,
        Some(codes::AUXILIARY_ARTIFACT_OPTIONAL_ABSENT)
    );
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
        index_override: Some(copy.clone()),
        ..VerifyOptions::default()
    };
    let report = verify_with(&folder, &options);
    assert_eq!(error_codes(&report), [""; 0]);
    assert_eq!(report.artifact.manifest_path.as_deref(), Some("index.ovrq"));
    assert_eq!(report.artifact.observed_path, Some(copy));
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ARTIFACT_PATH_UNAVAILABLE]
    );
}

#[test]
fn a_chosen_index_may_be_named_from_the_manifest_s_folder() {
    let folder = bundle();
    let name = "copy-that-the-working-folder-lacks.ovrq";
    fs::rename(folder.path("index.ovrq"), folder.path(name)).unwrap();
    let chosen = |name: &str| VerifyOptions {
        index_override: Some(name.into()),
        ..VerifyOptions::default()
    };
    let report = verify_with(&folder, &chosen(name));
    assert_eq!(error_codes(&report), [""; 0]);
    assert_eq!(report.artifact.canonical_path, Some(folder.path(name)));
    let report = verify_with(&folder, &chosen("none"));
    assert_eq!(error_codes(&report), [codes::ARTIFACT_PATH_UNAVAILABLE]);
    assert!(report.errors[0].message.contains("at none,"));
}

#[test]
fn the_plan_hands_out_verified_paths() {
    let folder = bundle();
    fs::remove_file(folder.path("stats.json")).unwrap();
    let plan = verify_for_load(folder.path("m.json"), VerifyOptions::default()).unwrap();
    assert_eq!(plan.artifact_path(), folder.path("index.ovrq"));
    assert_eq!(plan.metadata().vector_count, 3);
    assert_eq!(plan.row_identity().kind(), "row_id_identity");
    assert_eq!(
        plan.require_auxiliary("shop.ids").unwrap(),
        folder.path("data/ids.bin")
    );
    let absent = plan.require_auxiliary("shop.stats").unwrap_err();
    assert_eq!(
        absent,
        RequireAuxiliaryError::NotLoadable {
            name: "shop.stats".to_owned(),
            state: AuxiliaryArtifactState::OptionalAbsent,
            reason_code: Some(codes::AUXILIARY_ARTIFACT_OPTIONAL_ABSENT.to_owned()),
        }
    );
    let undeclared = plan.require_auxiliary("app.other").unwrap_err();
    assert_eq!(
        undeclared,
        RequireAuxiliaryError::MissingDeclaration {
            name: "app.other".to_owned(),
        }
    );
    assert_eq!(plan.manifest_path(), Some(folder.path("m.json").as_path()));
    let ids = plan.auxiliary_by_name("shop.ids").unwrap();
    assert!(ids.required() && ids.reason_code().is_none());
    assert_eq!(
        (ids.size_bytes(), ids.sha256()),
        (Some(24), Some(sha256_bytes(&[7; 24]).as_str()))
    );
    assert_eq!(plan.auxiliary_artifacts().len(), 2);
    assert_eq!(plan.row_identity().row_count(), 3);
    assert!(plan.into_report().ok);
}

#[test]
fn a_failed_verification_gives_no_plan_but_the_report() {
    let folder = bundle();
    folder.write("index.ovrq", rank_quant(DIM, ROWS + 1));
    let refusal = verify_for_load(folder.path("m.json"), VerifyOptions::default()).unwrap_err();
    let VerifiedLoadPlanError::VerificationFailed(report) = refusal else {
        panic!("{refusal}");
    };
    assert!(error_codes(&report).contains(&codes::ARTIFACT_SHA256_MISMATCH));
}

#[test]
fn a_missing_manifest_is_an_io_error() {
    let folder = Folder::new();
    let path = folder.path("none.json");
    let refusal = verify_for_load(&path, VerifyOptions::default()).unwrap_err();
    let io = matches!(
        refusal,
        VerifiedLoadPlanError::Manifest(ManifestError::Io { .. })
    );
    assert!(io, "{refusal}");
}

#[test]
fn loading_gives_the_bundle_address() {
    let folder = bundle();
    let path = folder.path("m.json");
    let loaded = load_manifest_file(&path).unwrap();
    assert_eq!(loaded.sha256, sha256_file(&path).unwrap().sha256);
    assert!(loaded.is_canonical);
    assert_eq!(loaded.manifest.sha256(), loaded.sha256);
}

#[test]
fn a_document_without_a_file_is_verified_from_its_folder() {
    let folder = bundle();
    let manifest = load_manifest_file(folder.path("m.json")).unwrap().manifest;
    let options = VerifyOptions::default;
    let report = verify_manifest_with_base(manifest.clone(), folder.root(), options());
    assert_eq!(error_codes(&report), [""; 0]);
    let report = verify_manifest_with_base(manifest, folder.path("none"), options());
    assert_eq!(
        error_codes(&report),
        [
            codes::ARTIFACT_BASE_DIR_UNAVAILABLE,
            codes::AUXILIARY_ARTIFACT_BASE_DIR_UNAVAILABLE,
            codes::AUXILIARY_ARTIFACT_BASE_DIR_UNAVAILABLE,
        ]
    );
}

#[test]
fn another_index_may_be_verified_by_its_path() {
    let (folder, elsewhere) = (bundle(), Folder::new());
    let copy = elsewhere.write("copy.ovrq", rank_quant(DIM, ROWS));
    let found = verify_index_manifest(&copy, folder.path("m.json"), VerifyOptions::default());
    assert_eq!(found.unwrap().artifact.canonical_path, Some(copy));
}

#[test]
fn a_bounded_hash_refuses_with_the_callers_code() {
    let folder = Folder::new();
    let file = folder.write("f", "abc");
    let found = sha256_file_bounded(&file, 3, "vocabulary_too_large", "vocabulary");
    assert_eq!(found.unwrap(), sha256_file(&file).unwrap());
    let refusal = sha256_file_bounded(&file, 2, "vocabulary_too_large", "vocabulary").unwrap_err();
    assert_eq!(refusal.code(), Some("vocabulary_too_large"));
}

#[test]
fn files_outside_the_folder_need_the_flag_at_both_ends() {
    let folder = Folder::new();
    let index = folder.write("data/index.ovrq", rank_quant(DIM, ROWS));
    fs::create_dir(folder.path("manifests")).unwrap();
    let out = folder.path("manifests/m.json");
    let mut options = identity();
    assert_eq!(
        create_code(&index, &out, &options),
        codes::ARTIFACT_PATH_ESCAPE_REJECTED
    );
    assert!(!out.exists());
    options.allow_path_escape = true;
    let created = create_at(&index, &out, &options).unwrap();
    assert_eq!(created.artifact.path, "../data/index.ovrq");
    let mut verifying = VerifyOptions::default();
    let verify = |options: &VerifyOptions| verify_manifest_file(&out, options.clone()).unwrap();
    assert_eq!(
        error_codes(&verify(&verifying)),
        [codes::ARTIFACT_PATH_ESCAPE_REJECTED]
    );
    verifying.allow_path_escape = true;
    assert_eq!(error_codes(&verify(&verifying)), [""; 0]);
}

#[test]
fn absolute_paths_need_the_flag_at_both_ends() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let index = elsewhere.write("index.ovrq", rank_quant(DIM, ROWS));
    let out = folder.path("m.json");
    let mut options = identity();
    options.allow_absolute_paths = true;
    let created = create_at(&index, &out, &options).unwrap();
    assert!(created.artifact.path.starts_with('/') || cfg!(windows));
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ARTIFACT_ABSOLUTE_PATH_REJECTED]
    );
    let verifying = VerifyOptions {
        allow_absolute_paths: true,
        ..VerifyOptions::default()
    };
    assert_eq!(error_codes(&verify_with(&folder, &verifying)), [""; 0]);
}
