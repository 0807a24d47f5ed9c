//! Documents that must be refused, each named after its defect.

mod common;

use common::*;
use ordvec_manifest::{codes, codes::skipped};
use serde_json::{json, Value};

fn codes_after(pointer: &str, value: Value) -> Vec<&'static str> {
    let folder = bundle();
    spoil(&folder, pointer, value);
    error_codes(&verify(&folder))
}

fn codes_of_text(edit: impl Fn(String) -> String) -> Vec<&'static str> {
    let folder = bundle();
    let text = std::fs::read_to_string(folder.path("m.json")).unwrap();
    folder.write("m.json", edit(text));
    let report = verify(&folder);
    assert_eq!(report.skipped_checks, [skipped::DOCUMENT]);
    assert!(report.artifact.sha256.is_none());
    error_codes(&report)
}

#[test]
fn trailing_garbage() {
    for garbage in ["x", "{}", "\0", " null"] {
        let found = codes_of_text(|text| text + garbage);
        assert_eq!(found, [codes::MANIFEST_JSON_INVALID], "{garbage:?}");
    }
}

#[test]
fn truncated_json() {
    let found = codes_of_text(|text| text[..text.len() / 2].to_owned());
    assert_eq!(found, [codes::MANIFEST_JSON_INVALID]);
}

#[test]
fn empty_file() {
    assert_eq!(
        codes_of_text(|_| String::new()),
        [codes::MANIFEST_JSON_INVALID]
    );
}

#[test]
fn byte_order_mark() {
    let found = codes_of_text(|text| format!("\u{feff}{text}"));
    assert_eq!(found, [codes::MANIFEST_JSON_INVALID]);
}

#[test]
fn not_utf8() {
    let folder = bundle();
    folder.write("m.json", b"{\"schema_version\": \"\xff\"}");
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::MANIFEST_JSON_INVALID]
    );
}

#[test]
fn array_at_top_level() {
    assert_eq!(
        codes_of_text(|text| format!("[{text}]")),
        [codes::MANIFEST_JSON_INVALID]
    );
}

#[test]
fn nesting_without_end() {
    let found = codes_of_text(|_| "[".repeat(100_000));
    assert_eq!(found, [codes::MANIFEST_JSON_INVALID]);
}

#[test]
fn duplicate_key_at_top_level() {
    let found = codes_of_text(|text| text.replacen('{', "{\"embedding\": {},", 1));
    assert_eq!(found, [codes::MANIFEST_DUPLICATE_KEY]);
}

#[test]
fn duplicate_key_in_a_section() {
    let found = codes_of_text(|text| text.replacen("\"dim\": 16", "\"dim\": 16, \"dim\": 16", 1));
    assert_eq!(found, [codes::MANIFEST_DUPLICATE_KEY]);
}

#[test]
fn duplicate_key_deep_in_extensions() {
    let extra = "{\"extensions\": {\"a\": [{\"b\": 1, \"b\": 2}]},";
    let found = codes_of_text(|text| text.replacen('{', extra, 1));
    assert_eq!(found, [codes::MANIFEST_DUPLICATE_KEY]);
}

#[test]
fn schema_version_of_another_release() {
    for version in [
        json!("ordvec.index_manifest.v0"),
        json!("ordvec.index_manifest.v3"),
        json!(2),
    ] {
        let found = codes_after("/schema_version", version);
        assert_eq!(found, [codes::SCHEMA_VERSION_UNSUPPORTED]);
    }
}

#[test]
fn schema_version_missing() {
    let folder = bundle();
    drop_key(&folder, "/schema_version");
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::SCHEMA_VERSION_UNSUPPORTED]
    );
}

#[test]
fn unknown_section() {
    assert_eq!(
        codes_after("/signature", json!({})),
        [codes::SECTION_UNKNOWN]
    );
    assert_eq!(
        codes_after("/created_at", json!(null)),
        [codes::SECTION_UNKNOWN]
    );
}

#[test]
fn section_of_the_wrong_type() {
    for name in ["calibration", "encoder_distortion", "attestations"] {
        for value in [json!({}), json!(7), json!("x")] {
            let found = codes_after(&format!("/{name}"), value);
            assert_eq!(found, [codes::MANIFEST_SCHEMA_INVALID], "{name}");
        }
    }
}

#[test]
fn section_missing() {
    for name in ["artifact", "embedding", "row_identity"] {
        let folder = bundle();
        drop_key(&folder, &format!("/{name}"));
        assert_eq!(
            error_codes(&verify(&folder)),
            [codes::MANIFEST_SCHEMA_INVALID],
            "{name}"
        );
    }
}

#[test]
fn field_missing() {
    for pointer in [
        "/artifact/sha256",
        "/artifact/params/bits",
        "/embedding/dim",
        "/row_identity/row_count",
        "/row_identity/kind",
        "/auxiliary_artifacts/0/file_size_bytes",
    ] {
        let folder = bundle();
        drop_key(&folder, pointer);
        assert_eq!(
            error_codes(&verify(&folder)),
            [codes::MANIFEST_SCHEMA_INVALID],
            "{pointer}"
        );
    }
}

#[test]
fn unknown_field() {
    for pointer in [
        "/artifact/mode",
        "/artifact/params/n_top",
        "/embedding/revision",
        "/row_identity/path",
        "/auxiliary_artifacts/0/optional",
    ] {
        let found = codes_after(pointer, json!(1));
        assert_eq!(found, [codes::MANIFEST_SCHEMA_INVALID], "{pointer}");
    }
}

#[test]
fn field_of_wrong_type() {
    for (pointer, value) in [
        ("/artifact/dim", json!("16")),
        ("/artifact/dim", json!(16.0)),
        ("/artifact/vector_count", json!(-1)),
        ("/artifact/kind", json!("hnsw")),
        ("/artifact/params/kind", json!("hnsw")),
        ("/auxiliary_artifacts", json!({})),
        ("/auxiliary_artifacts", json!(null)),
        ("/auxiliary_artifacts/0/required", json!("yes")),
        ("/extensions", json!([])),
        ("/row_identity", json!("row_id_identity")),
    ] {
        let found = codes_after(pointer, value);
        assert_eq!(found, [codes::MANIFEST_SCHEMA_INVALID], "{pointer}");
    }
}

#[test]
fn row_identity_of_unknown_kind() {
    let found = codes_after("/row_identity/kind", json!("parquet"));
    assert_eq!(found, [codes::ROW_IDENTITY_KIND_UNSUPPORTED]);
    let folder = row_map_bundle();
    spoil(&folder, "/row_identity/id_kind", "integer");
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ROW_IDENTITY_ID_KIND_UNSUPPORTED]
    );
}

#[test]
fn row_identity_with_a_database() {
    let folder = row_map_bundle();
    spoil(&folder, "/row_identity/db", json!({"path": "rows.db"}));
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ROW_IDENTITY_DB_UNSUPPORTED]
    );
}

#[test]
fn digest_malformed() {
    for (pointer, code) in [
        ("/artifact/sha256", codes::ARTIFACT_SHA256_INVALID),
        (
            "/auxiliary_artifacts/1/sha256",
            codes::AUXILIARY_ARTIFACT_SHA256_INVALID,
        ),
    ] {
        let whole = document(&bundle());
        let digest = whole.pointer(pointer).unwrap().as_str().unwrap();
        for bad in [
            digest.to_uppercase(),
            digest[1..].to_owned(),
            String::new(),
            "g".repeat(64),
        ] {
            let found = codes_after(pointer, json!(bad));
            assert!(found.contains(&code), "{pointer} {bad:?} {found:?}");
        }
    }
}

#[test]
fn digest_of_a_row_map_malformed() {
    let folder = row_map_bundle();
    spoil(&folder, "/row_identity/sha256", "0");
    let found = error_codes(&verify(&folder));
    assert_eq!(found[0], codes::ROW_IDENTITY_SHA256_INVALID);
}

#[test]
fn empty_paths() {
    for (pointer, code) in [
        ("/artifact/path", codes::ARTIFACT_PATH_EMPTY),
        (
            "/auxiliary_artifacts/0/path",
            codes::AUXILIARY_ARTIFACT_PATH_EMPTY,
        ),
    ] {
        assert_eq!(codes_after(pointer, json!("")), [code]);
    }
    let folder = row_map_bundle();
    spoil(&folder, "/row_identity/path", "");
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ROW_IDENTITY_PATH_EMPTY]
    );
}

#[test]
fn embedding_details_that_say_nothing() {
    let digest = format!("sha256:{}", "0".repeat(64));
    for (member, bad, code) in [
        ("model_revision", " ", codes::EMBEDDING_MODEL_REVISION_EMPTY),
        (
            "tokenizer_revision",
            "",
            codes::EMBEDDING_TOKENIZER_REVISION_EMPTY,
        ),
        ("pooling", "", codes::EMBEDDING_POOLING_EMPTY),
        ("normalization", "", codes::EMBEDDING_NORMALIZATION_EMPTY),
        (
            "corpus_digest",
            &digest[7..],
            codes::EMBEDDING_CORPUS_DIGEST_INVALID,
        ),
        (
            "embedding_matrix_digest",
            "sha256:0",
            codes::EMBEDDING_MATRIX_DIGEST_INVALID,
        ),
    ] {
        let pointer = format!("/embedding/{member}");
        assert_eq!(codes_after(&pointer, json!(bad)), [code], "{member}");
        assert_eq!(codes_after(&pointer, json!(digest)), [""; 0], "{member}");
    }
}

#[test]
fn params_of_another_kind() {
    let found = codes_after("/artifact/params", json!({"kind": "sign_bitmap"}));
    assert_eq!(
        found,
        [
            codes::ARTIFACT_PARAMS_KIND_MISMATCH,
            codes::ARTIFACT_PARAMS_MISMATCH
        ]
    );
}

#[test]
fn embedding_dim_mismatch() {
    assert_eq!(
        codes_after("/embedding/dim", json!(17)),
        [codes::ARTIFACT_EMBEDDING_DIM_MISMATCH]
    );
}

#[test]
fn numbers_that_are_zero() {
    for (pointer, code) in [
        ("/embedding/dim", codes::EMBEDDING_DIM_ZERO),
        (
            "/artifact/bytes_per_vec",
            codes::ARTIFACT_BYTES_PER_VEC_ZERO,
        ),
    ] {
        assert!(codes_after(pointer, json!(0)).contains(&code), "{pointer}");
    }
}

#[test]
fn embedding_model_unprintable() {
    for model in ["", " \u{a0}"] {
        let found = codes_after("/embedding/model", json!(model));
        assert_eq!(found, [codes::EMBEDDING_MODEL_EMPTY], "{model:?}");
    }
    for model in ["a\u{1b}[2J", "a\nb", &"m".repeat(257)] {
        let found = codes_after("/embedding/model", json!(model));
        assert_eq!(found, [codes::EMBEDDING_MODEL_INVALID], "{model:?}");
    }
}

#[test]
fn row_count_mismatch() {
    assert_eq!(
        codes_after("/row_identity/row_count", json!(4)),
        [codes::ARTIFACT_ROW_COUNT_MISMATCH]
    );
}

#[test]
fn duplicate_names() {
    let found = codes_after("/auxiliary_artifacts/1/name", json!("shop.ids"));
    assert_eq!(found, [codes::AUXILIARY_ARTIFACT_NAME_DUPLICATE]);
}

#[test]
fn sidecar_name_unprintable() {
    for (name, code) in [
        ("", codes::AUXILIARY_ARTIFACT_NAME_EMPTY),
        ("  ", codes::AUXILIARY_ARTIFACT_NAME_EMPTY),
        (" a", codes::AUXILIARY_ARTIFACT_NAME_NOT_TRIMMED),
        ("a\tb", codes::AUXILIARY_ARTIFACT_NAME_INVALID),
        (&"n".repeat(257), codes::AUXILIARY_ARTIFACT_NAME_INVALID),
    ] {
        let found = codes_after("/auxiliary_artifacts/0/name", json!(name));
        assert_eq!(found, [code], "{name:?}");
    }
}

#[test]
fn absolute_path() {
    for (pointer, code) in [
        ("/artifact/path", codes::ARTIFACT_ABSOLUTE_PATH_REJECTED),
        (
            "/auxiliary_artifacts/0/path",
            codes::AUXILIARY_ARTIFACT_ABSOLUTE_PATH_REJECTED,
        ),
    ] {
        for path in ["/etc/passwd", "\\\\host\\share\\f", "C:\\f"] {
            assert_eq!(codes_after(pointer, json!(path)), [code], "{path}");
        }
    }
}

#[test]
fn path_escape() {
    for (pointer, code) in [
        ("/artifact/path", codes::ARTIFACT_PATH_ESCAPE_REJECTED),
        (
            "/auxiliary_artifacts/0/path",
            codes::AUXILIARY_ARTIFACT_PATH_ESCAPE_REJECTED,
        ),
    ] {
        for path in ["../index.ovrq", "data/../../x", ".."] {
            assert_eq!(codes_after(pointer, json!(path)), [code], "{path}");
        }
    }
}

#[test]
fn path_with_a_second_spelling() {
    for path in [
        ".",
        "./index.ovrq",
        "data//ids.bin",
        "data/",
        "data\\ids.bin",
        "a\0b",
    ] {
        let found = codes_after("/auxiliary_artifacts/0/path", json!(path));
        assert_eq!(found, [codes::PATH_INVALID], "{path:?}");
    }
}

#[test]
fn absolute_path_of_a_row_map() {
    let folder = row_map_bundle();
    spoil(&folder, "/row_identity/path", "/rows.jsonl");
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ROW_IDENTITY_ABSOLUTE_PATH_REJECTED]
    );
    spoil(&folder, "/row_identity/path", "../rows.jsonl");
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ROW_IDENTITY_PATH_ESCAPE_REJECTED]
    );
}
