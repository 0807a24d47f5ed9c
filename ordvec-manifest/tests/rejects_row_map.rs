//! Row maps: the one that is accepted, and each defect that is not.

mod common;

use common::*;
use ordvec_manifest::{codes, codes::skipped, sha256_bytes, VerifyOptions};

/// Put `text` in place of the row map, with a digest that fits, and verify.
fn codes_with(text: impl AsRef<[u8]>) -> Vec<&'static str> {
    let folder = row_map_bundle();
    spoil(&folder, "/row_identity/sha256", sha256_bytes(text.as_ref()));
    folder.write("rows.jsonl", text);
    error_codes(&verify(&folder))
}

fn lines(second: &str) -> String {
    let whole = row_map(0..ROWS);
    let mut lines: Vec<&str> = whole.lines().collect();
    lines[1] = second;
    lines.join("\n")
}

#[test]
fn a_row_map_of_uuids_verifies() {
    let folder = row_map_bundle();
    let report = verify(&folder);
    assert_eq!(error_codes(&report), [""; 0]);
    let rows = report.row_identity;
    assert_eq!((rows.kind, rows.validated_rows), (Some("jsonl"), Some(3)));
    assert_eq!(rows.canonical_path, Some(folder.path("rows.jsonl")));
    let section = &document(&folder)["row_identity"];
    assert_eq!(section["kind"], "jsonl");
    assert_eq!(section["path"], "rows.jsonl");
    assert_eq!(section["id_kind"], "uuid");
}

#[test]
fn the_last_newline_is_optional() {
    assert_eq!(codes_with(row_map(0..ROWS).trim_end()), [""; 0]);
}

#[test]
fn digest_mismatch() {
    let folder = row_map_bundle();
    folder.write("rows.jsonl", row_map(1..=ROWS));
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ROW_IDENTITY_SHA256_MISMATCH]
    );
}

#[test]
fn too_few_and_too_many_rows() {
    assert_eq!(
        codes_with(row_map(0..ROWS - 1)),
        [codes::ROW_IDENTITY_ROW_COUNT_MISMATCH]
    );
    assert_eq!(
        codes_with(row_map(0..ROWS + 1)),
        [codes::ROW_IDENTITY_ROW_COUNT_MISMATCH]
    );
    assert_eq!(codes_with(""), [codes::ROW_IDENTITY_ROW_COUNT_MISMATCH]);
}

#[test]
fn line_that_is_no_row() {
    for line in [
        "",
        "x",
        "[1]",
        "{\"row_id\": 1}",
        "{\"row_id\": 1.0, \"db_id\": \"00000000-0000-4000-8000-000000000001\"}",
        "{\"row_id\": 1, \"row_id\": 1, \"db_id\": \"00000000-0000-4000-8000-000000000001\"}",
        "{\"row_id\": 1, \"db_id\": \"00000000-0000-4000-8000-000000000001\", \"x\": 0}",
        "{\"row_id\": 1, \"db_id\": \"00000000-0000-4000-8000-000000000001\"} {}",
        "{\"row_id\": 1, \"db_id\": 7}",
    ] {
        assert_eq!(
            codes_with(lines(line)),
            [codes::ROW_IDENTITY_JSONL_INVALID_JSON],
            "{line:?}"
        );
    }
}

#[test]
fn blank_line_at_the_end() {
    let found = codes_with(row_map(0..ROWS) + "\n");
    assert_eq!(found, [codes::ROW_IDENTITY_JSONL_INVALID_JSON]);
}

#[test]
fn row_out_of_order() {
    let line = format!("{{\"row_id\": 2, \"db_id\": \"{}\"}}", uuid(1));
    assert_eq!(
        codes_with(lines(&line)),
        [codes::ROW_IDENTITY_ROW_ID_MISMATCH]
    );
}

#[test]
fn id_that_is_no_uuid() {
    for (id, code) in [
        ("7", codes::ROW_IDENTITY_DB_ID_INVALID_UUID),
        ("", codes::ROW_IDENTITY_DB_ID_EMPTY),
        ("a\\u0000", codes::ROW_IDENTITY_DB_ID_CONTAINS_NUL),
        ("urn:uuid:0", codes::ROW_IDENTITY_DB_ID_INVALID_UUID),
    ] {
        let line = format!("{{\"row_id\": 1, \"db_id\": \"{id}\"}}");
        assert_eq!(codes_with(lines(&line)), [code], "{id:?}");
    }
}

#[test]
fn parent_that_is_no_uuid() {
    let line = |parent: &str| {
        let (id, head) = (uuid(1), "\"row_id\": 1, \"db_id\"");
        format!("{{{head}: \"{id}\", \"parent_id\": \"{parent}\"}}")
    };
    for (parent, code) in [
        ("7", codes::ROW_IDENTITY_PARENT_ID_INVALID_UUID),
        ("", codes::ROW_IDENTITY_PARENT_ID_EMPTY),
        ("\\u0000", codes::ROW_IDENTITY_PARENT_ID_CONTAINS_NUL),
    ] {
        assert_eq!(codes_with(lines(&line(parent))), [code], "{parent:?}");
    }
    // The parent of a row may be a row, and of any number of rows.
    assert_eq!(codes_with(lines(&line(&uuid(0)))), [""; 0]);
}

#[test]
fn ids_in_every_spelling() {
    let plain = uuid(1).replace('-', "");
    let spellings = [
        plain.clone(),
        format!("urn:uuid:{}", uuid(1)),
        format!("{{{}}}", uuid(1)),
    ];
    for id in spellings {
        let line = format!("{{\"row_id\": 1, \"db_id\": \"{id}\"}}");
        assert_eq!(codes_with(lines(&line)), [""; 0], "{id}");
    }
    let line = format!("{{\"row_id\": 1, \"db_id\": \"{}\"}}", &plain[1..]);
    let found = codes_with(lines(&line));
    assert_eq!(found, [codes::ROW_IDENTITY_DB_ID_INVALID_UUID]);
}

#[test]
fn duplicate_ids_need_the_flag_at_both_ends() {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let rows = folder.write("rows.jsonl", row_map([5, 6, 5]));
    let mut options = identity();
    let refusal = create_with_rows(&folder, rows.clone(), options.clone()).unwrap_err();
    assert_eq!(refusal.code(), Some(codes::ROW_IDENTITY_DUPLICATE_DB_ID));
    options.allow_duplicate_db_ids = true;
    create_with_rows(&folder, rows, options).unwrap();
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ROW_IDENTITY_DUPLICATE_DB_ID]
    );
    let verifying = VerifyOptions {
        allow_duplicate_db_ids: true,
        ..VerifyOptions::default()
    };
    let report = verify_with(&folder, &verifying);
    assert_eq!(error_codes(&report), [""; 0]);
    assert_eq!(
        report.skipped_checks,
        [skipped::ROW_MAP_DUPLICATES, skipped::ATTESTATIONS_ABSENT]
    );
}

#[test]
fn one_id_in_two_spellings_is_a_duplicate() {
    let id = "abcdef00-0000-4000-8000-000000000000";
    let text = format!(
        "{{\"row_id\": 0, \"db_id\": \"{id}\"}}\n{{\"row_id\": 1, \"db_id\": \"{}\"}}\n{{\"row_id\": 2, \"db_id\": \"{}\"}}\n",
        id.to_uppercase(),
        uuid(2)
    );
    assert_eq!(codes_with(text), [codes::ROW_IDENTITY_DUPLICATE_DB_ID]);
}

#[test]
fn missing_row_map() {
    let folder = row_map_bundle();
    std::fs::remove_file(folder.path("rows.jsonl")).unwrap();
    let report = verify(&folder);
    assert_eq!(error_codes(&report), [codes::ROW_IDENTITY_PATH_UNAVAILABLE]);
    assert_eq!(
        report.skipped_checks,
        [skipped::ROW_MAP_DIGEST, skipped::ATTESTATIONS_ABSENT]
    );
}

#[test]
fn folder_in_place_of_a_row_map() {
    let folder = row_map_bundle();
    std::fs::remove_file(folder.path("rows.jsonl")).unwrap();
    std::fs::create_dir(folder.path("rows.jsonl")).unwrap();
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::ROW_IDENTITY_NOT_REGULAR_FILE]
    );
}

#[test]
fn a_row_map_must_fit_the_index_at_creation() {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let rows = folder.write("rows.jsonl", row_map(0..ROWS + 1));
    let refusal = create_with_rows(&folder, rows, identity()).unwrap_err();
    assert_eq!(refusal.code(), Some(codes::ARTIFACT_ROW_COUNT_MISMATCH));
    assert!(!folder.path("m.json").exists());
}
