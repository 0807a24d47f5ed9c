//! Files that must be refused at verification or at creation, each named after its defect.

mod common;

use common::*;
use ordvec_manifest::{
    codes, codes::skipped, load_manifest_file, verify_manifest_file, verify_manifest_with_base,
    AuxiliaryArtifactState, CreateManifestOptions, ManifestError, VerifyOptions,
};
use serde_json::json;
use std::fs;

#[test]
fn digest_mismatch() {
    let folder = bundle();
    let mut bytes = fs::read(folder.path("index.ovrq")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    folder.write("index.ovrq", bytes);
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ARTIFACT_SHA256_MISMATCH]
    );
}

#[test]
fn size_mismatch() {
    let folder = bundle();
    spoil(&folder, "/artifact/file_size_bytes", 27);
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ARTIFACT_FILE_SIZE_MISMATCH]
    );
}

#[test]
fn header_differs_from_declaration() {
    for (pointer, value, code) in [
        (
            "/artifact/format_version",
            json!(2),
            codes::ARTIFACT_FORMAT_VERSION_MISMATCH,
        ),
        (
            "/artifact/bytes_per_vec",
            json!(8),
            codes::ARTIFACT_BYTES_PER_VEC_MISMATCH,
        ),
        (
            "/artifact/params/bits",
            json!(4),
            codes::ARTIFACT_PARAMS_MISMATCH,
        ),
    ] {
        let folder = bundle();
        spoil(&folder, pointer, value);
        assert_eq!(error_codes(&verify(&folder)), [code], "{pointer}");
    }
}

#[test]
fn dim_mismatch() {
    let folder = bundle();
    spoil(&folder, "/artifact/dim", 32);
    spoil(&folder, "/embedding/dim", 32);
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ARTIFACT_DIM_MISMATCH]
    );
}

#[test]
fn vector_count_mismatch() {
    let folder = bundle();
    spoil(&folder, "/artifact/vector_count", 4);
    spoil(&folder, "/row_identity/row_count", 4);
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ARTIFACT_VECTOR_COUNT_MISMATCH]
    );
}

#[test]
fn kind_mismatch() {
    let folder = bundle();
    spoil(&folder, "/artifact/kind", "rank");
    spoil(&folder, "/artifact/params", json!({"kind": "rank"}));
    let found = error_codes(&verify(&folder));
    assert_eq!(
        found,
        [
            codes::ARTIFACT_KIND_MISMATCH,
            codes::ARTIFACT_PARAMS_MISMATCH
        ]
    );
}

#[test]
fn index_that_is_no_index() {
    let folder = bundle();
    folder.write("index.ovrq", "not an ordvec index");
    let report = verify(&folder);
    assert!(error_codes(&report).contains(&codes::ARTIFACT_PROBE_FAILED));
    assert_eq!(
        report.skipped_checks,
        [skipped::ARTIFACT_METADATA, skipped::ATTESTATIONS_ABSENT]
    );
    let out = folder.path("other.json");
    let found = create_code(&folder.path("index.ovrq"), &out, &identity());
    assert_eq!(found, codes::ARTIFACT_PROBE_FAILED);
    assert!(!out.exists());
}

#[test]
fn index_with_trailing_bytes() {
    let folder = Folder::new();
    let mut bytes = rank_quant(DIM, ROWS);
    bytes.push(0);
    let index = folder.write("index.ovrq", bytes);
    let found = create_code(&index, &folder.path("m.json"), &identity());
    assert_eq!(found, codes::ARTIFACT_PROBE_FAILED);
}

#[test]
fn missing_index() {
    let folder = bundle();
    fs::remove_file(folder.path("index.ovrq")).unwrap();
    let report = verify(&folder);
    assert_eq!(error_codes(&report), [codes::ARTIFACT_PATH_UNAVAILABLE]);
    assert_eq!(
        report.skipped_checks,
        [skipped::ARTIFACT_CONTENT, skipped::ATTESTATIONS_ABSENT]
    );
    let created = create_at(
        &folder.path("index.ovrq"),
        &folder.path("other.json"),
        &identity(),
    );
    assert!(matches!(created, Err(ManifestError::Io { .. })));
}

#[test]
fn folder_in_place_of_a_file() {
    let folder = bundle();
    fs::remove_file(folder.path("index.ovrq")).unwrap();
    fs::create_dir(folder.path("index.ovrq")).unwrap();
    fs::remove_file(folder.path("data/ids.bin")).unwrap();
    fs::create_dir(folder.path("data/ids.bin")).unwrap();
    let found = error_codes(&verify(&folder));
    assert_eq!(
        found,
        [
            codes::ARTIFACT_NOT_REGULAR_FILE,
            codes::AUXILIARY_ARTIFACT_NOT_REGULAR_FILE
        ]
    );
    let report = verify_manifest_file(folder.root(), VerifyOptions::default()).unwrap();
    assert_eq!(error_codes(&report), [codes::MANIFEST_NOT_REGULAR_FILE]);
}

#[test]
fn missing_required_sidecar() {
    let folder = bundle();
    fs::remove_file(folder.path("data/ids.bin")).unwrap();
    let report = verify(&folder);
    assert_eq!(
        error_codes(&report),
        [codes::AUXILIARY_ARTIFACT_MISSING_REQUIRED]
    );
    let missing = &report.auxiliary_artifacts[0];
    assert_eq!(missing.state, AuxiliaryArtifactState::MissingRequired);
    assert_eq!(
        missing.reason_code,
        Some(codes::AUXILIARY_ARTIFACT_MISSING_REQUIRED)
    );
}

#[test]
fn sidecar_below_a_file() {
    let folder = bundle();
    spoil(&folder, "/auxiliary_artifacts/1/path", "index.ovrq/x");
    let report = verify(&folder);
    let code = codes::AUXILIARY_ARTIFACT_PATH_UNAVAILABLE;
    if cfg!(windows) {
        // Windows says of such a path that nothing is there.
        return assert!(report.ok);
    }
    assert_eq!(error_codes(&report), [code]);
    let found = &report.auxiliary_artifacts[1];
    assert_eq!(found.state, AuxiliaryArtifactState::Failed);
    assert_eq!(found.reason_code, Some(code));
}

#[test]
fn manifest_folder_that_cannot_be_resolved() {
    use codes::*;
    let report = |folder: Folder| {
        let manifest = load_manifest_file(folder.path("m.json")).unwrap().manifest;
        let nowhere = folder.path("none");
        verify_manifest_with_base(manifest, nowhere, VerifyOptions::default())
    };
    let rows = error_codes(&report(row_map_bundle()));
    assert_eq!(
        rows,
        [
            ARTIFACT_BASE_DIR_UNAVAILABLE,
            ROW_IDENTITY_BASE_DIR_UNAVAILABLE
        ]
    );
    let sections = error_codes(&report(profiles::profile_bundle()));
    assert_eq!(
        sections,
        [
            ARTIFACT_BASE_DIR_UNAVAILABLE,
            CALIBRATION_PROFILE_BASE_DIR_UNAVAILABLE,
            ENCODER_DISTORTION_PROFILE_BASE_DIR_UNAVAILABLE,
        ]
    );
}

#[test]
fn changed_sidecar() {
    for (name, bytes, code) in [
        (
            "data/ids.bin",
            vec![8; 24],
            codes::AUXILIARY_ARTIFACT_SHA256_MISMATCH,
        ),
        (
            "data/ids.bin",
            vec![7; 23],
            codes::AUXILIARY_ARTIFACT_FILE_SIZE_MISMATCH,
        ),
        (
            "stats.json",
            b"[]".to_vec(),
            codes::AUXILIARY_ARTIFACT_SHA256_MISMATCH,
        ),
    ] {
        let folder = bundle();
        folder.write(name, bytes);
        let report = verify(&folder);
        assert_eq!(error_codes(&report), [code], "{name}");
        let failed = report
            .auxiliary_artifacts
            .iter()
            .find(|aux| aux.reason_code.is_some());
        assert_eq!(failed.unwrap().state, AuxiliaryArtifactState::Failed);
    }
}

#[test]
fn every_defect_is_reported_at_once() {
    let folder = bundle();
    fs::remove_file(folder.path("index.ovrq")).unwrap();
    fs::remove_file(folder.path("data/ids.bin")).unwrap();
    folder.write("stats.json", "changed");
    spoil(&folder, "/embedding/dim", 3);
    let found = error_codes(&verify(&folder));
    assert_eq!(
        found,
        [
            codes::ARTIFACT_EMBEDDING_DIM_MISMATCH,
            codes::ARTIFACT_PATH_UNAVAILABLE,
            codes::AUXILIARY_ARTIFACT_MISSING_REQUIRED,
            codes::AUXILIARY_ARTIFACT_FILE_SIZE_MISMATCH,
        ]
    );
}

#[test]
fn output_that_is_an_input() {
    let folder = bundle();
    let index = folder.path("index.ovrq");
    let before = fs::read(&index).unwrap();
    let found = create_code(&index, &index, &identity());
    assert_eq!(found, codes::OUTPUT_OVERWRITES_INPUT);
    assert_eq!(fs::read(&index).unwrap(), before);
    let manifest = folder.path("m.json");
    let options = CreateManifestOptions {
        auxiliary_artifacts: vec![sidecar("self", manifest.clone(), true)],
        ..identity()
    };
    assert_eq!(
        create_code(&index, &manifest, &options),
        codes::OUTPUT_OVERWRITES_INPUT
    );
}

#[test]
fn output_that_is_a_folder() {
    let folder = bundle();
    let found = create_code(
        &folder.path("index.ovrq"),
        &folder.path("data"),
        &identity(),
    );
    assert_eq!(found, codes::OUTPUT_NOT_REGULAR_FILE);
}

#[test]
fn output_in_a_missing_folder() {
    let folder = bundle();
    let out = folder.path("none/m.json");
    let refusal = create_at(&folder.path("index.ovrq"), &out, &identity());
    assert!(matches!(refusal, Err(ManifestError::Io { .. })));
    assert!(!folder.path("none").exists());
}

#[test]
fn refused_input_leaves_the_old_manifest() {
    let folder = bundle();
    let before = fs::read(folder.path("m.json")).unwrap();
    let names = folder.names();
    folder.write("index.ovrq", "garbage");
    create_code(
        &folder.path("index.ovrq"),
        &folder.path("m.json"),
        &identity(),
    );
    assert_eq!(fs::read(folder.path("m.json")).unwrap(), before);
    assert_eq!(folder.names(), names);
}

#[test]
fn duplicate_sidecar_names_at_creation() {
    let folder = bundle();
    let ids = folder.path("data/ids.bin");
    let options = CreateManifestOptions {
        auxiliary_artifacts: vec![
            sidecar("x", ids.clone(), true),
            sidecar("x", folder.path("stats.json"), true),
        ],
        ..identity()
    };
    let out = folder.path("other.json");
    let found = create_code(&folder.path("index.ovrq"), &out, &options);
    assert_eq!(found, codes::AUXILIARY_ARTIFACT_NAME_DUPLICATE);
    assert!(!out.exists());
}

#[test]
fn extensions_too_deep_to_be_read_back() {
    let folder = bundle();
    let deep = (0..200).fold(json!(0), |inner, _| json!([inner]));
    let mut options = identity();
    options.extensions.insert("deep".to_owned(), deep);
    let out = folder.path("other.json");
    let found = create_code(&folder.path("index.ovrq"), &out, &options);
    assert_eq!(found, codes::MANIFEST_JSON_INVALID);
    assert!(!out.exists());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn symlink_target() {
        let folder = bundle();
        let kept = folder.write("kept.json", "kept");
        let link = folder.path("link.json");
        symlink(&kept, &link).unwrap();
        let found = create_code(&folder.path("index.ovrq"), &link, &identity());
        assert_eq!(found, codes::OUTPUT_SYMLINK);
        assert_eq!(fs::read(&kept).unwrap(), b"kept");
        assert!(fs::symlink_metadata(&link)
            .unwrap()
            .file_type()
            .is_symlink());
    }

    #[test]
    fn dangling_symlink_target() {
        let folder = bundle();
        let link = folder.path("link.json");
        symlink(folder.path("nowhere"), &link).unwrap();
        let found = create_code(&folder.path("index.ovrq"), &link, &identity());
        assert_eq!(found, codes::OUTPUT_SYMLINK);
        assert!(!folder.path("nowhere").exists());
    }

    #[test]
    fn symlink_that_leaves_the_folder() {
        let (folder, elsewhere) = (bundle(), Folder::new());
        let outside = elsewhere.write("ids.bin", [7; 24]);
        fs::remove_file(folder.path("data/ids.bin")).unwrap();
        symlink(&outside, folder.path("data/ids.bin")).unwrap();
        let report = verify(&folder);
        assert_eq!(
            error_codes(&report),
            [codes::AUXILIARY_ARTIFACT_PATH_ESCAPE_REJECTED]
        );
        assert_eq!(
            report.auxiliary_artifacts[0].reason_code,
            Some(codes::AUXILIARY_ARTIFACT_PATH_ESCAPE_REJECTED)
        );
        let options = VerifyOptions {
            allow_path_escape: true,
            ..VerifyOptions::default()
        };
        assert!(verify_with(&folder, &options).ok);
    }

    #[test]
    fn creation_records_the_file_behind_a_symlink() {
        let folder = bundle();
        symlink(folder.path("index.ovrq"), folder.path("current.ovrq")).unwrap();
        let (link, out) = (folder.path("current.ovrq"), folder.path("m.json"));
        let created = create_at(&link, &out, &identity()).unwrap();
        assert_eq!(created.artifact.path, "index.ovrq");
    }

    #[test]
    fn pipe_in_place_of_a_file_does_not_block() {
        let folder = bundle();
        fs::remove_file(folder.path("data/ids.bin")).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(folder.path("data/ids.bin"))
            .status()
            .unwrap();
        assert!(made.success());
        assert_eq!(
            error_codes(&verify(&folder)),
            [codes::AUXILIARY_ARTIFACT_NOT_REGULAR_FILE]
        );
        let found = create_code(
            &folder.path("index.ovrq"),
            &folder.path("data/ids.bin"),
            &identity(),
        );
        assert_eq!(found, codes::OUTPUT_NOT_REGULAR_FILE);
    }

    /// Linux has a regular file that opens for everybody and reads for nobody.
    #[test]
    #[cfg(target_os = "linux")]
    fn files_that_cannot_be_read() {
        let unreadable = "/proc/self/mem";
        let options = VerifyOptions {
            allow_absolute_paths: true,
            ..VerifyOptions::default()
        };
        let sections = profiles::profile_bundle;
        for (folder, pointer, code) in [
            (bundle(), "/artifact", codes::ARTIFACT_HASH_FAILED),
            (
                bundle(),
                "/auxiliary_artifacts/0",
                codes::AUXILIARY_ARTIFACT_HASH_FAILED,
            ),
            (
                row_map_bundle(),
                "/row_identity",
                codes::ROW_IDENTITY_READ_FAILED,
            ),
            (
                sections(),
                "/calibration/profile",
                codes::CALIBRATION_PROFILE_HASH_FAILED,
            ),
            (
                sections(),
                "/encoder_distortion/profile",
                codes::ENCODER_DISTORTION_PROFILE_HASH_FAILED,
            ),
        ] {
            spoil(&folder, &format!("{pointer}/path"), unreadable);
            let report = verify_with(&folder, &options);
            assert_eq!(error_codes(&report), [code], "{pointer}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")] // Other systems refuse to create such a name.
    fn path_not_utf8() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let folder = Folder::new();
        let index = folder.root().join(OsStr::from_bytes(b"i\xff.ovrq"));
        fs::write(&index, rank_quant(DIM, ROWS)).unwrap();
        let found = create_code(&index, &folder.path("m.json"), &identity());
        assert_eq!(found, codes::PATH_NOT_UTF8);
    }
}
