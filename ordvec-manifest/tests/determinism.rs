//! Law: the bytes of a manifest are a function of the bundle, not of where, when or in which
//! order it was described.

mod common;

use common::*;
use ordvec_manifest::{
    build_manifest, codes, parse_extensions, sha256_bytes, CreateManifestOptions,
    CreateRowIdentity, IndexManifest,
};
use serde_json::{json, Map, Value};
use std::fs;

#[test]
fn extensions_text_is_read_strictly() {
    let map = parse_extensions(b"{\"a\": 1}").unwrap();
    assert_eq!(map["a"], 1);
    for (text, code) in [
        (
            "{\"a\": {\"b\": 1, \"b\": 2}}",
            codes::MANIFEST_DUPLICATE_KEY,
        ),
        ("[]", codes::MANIFEST_JSON_INVALID),
        ("{} {}", codes::MANIFEST_JSON_INVALID),
        ("{\"a\": NaN}", codes::MANIFEST_JSON_INVALID),
    ] {
        let refusal = parse_extensions(text.as_bytes()).unwrap_err();
        assert_eq!(refusal.code(), Some(code), "{text}");
    }
}

fn extensions(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn with_sidecars(folder: &Folder, reversed: bool) -> IndexManifest {
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let mut auxiliary_artifacts = vec![
        sidecar("a", folder.write("z.bin", "z"), true),
        sidecar("b", folder.write("sub/y.bin", "y"), false),
        sidecar("c", folder.write("x.bin", "x"), true),
    ];
    if reversed {
        auxiliary_artifacts.reverse();
    }
    let options = CreateManifestOptions {
        auxiliary_artifacts,
        ..identity()
    };
    create(folder, &options)
}

#[test]
fn one_bundle_in_two_folders_has_one_address() {
    let (here, there) = (Folder::new(), Folder::new());
    let first = with_sidecars(&here, false);
    let second = with_sidecars(&there, true);
    let read = |folder: &Folder| fs::read(folder.path("m.json")).unwrap();
    assert_eq!(read(&here), read(&there));
    assert_eq!(first, second);
}

#[test]
fn creating_again_replaces_with_the_same_bytes() {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let first = create(&folder, &identity());
    let second = create(&folder, &identity());
    assert_eq!(first.sha256(), second.sha256());
    let bytes = fs::read(folder.path("m.json")).unwrap();
    assert_eq!(first.sha256(), sha256_bytes(&bytes));
    assert_eq!(folder.names(), ["index.ovrq", "m.json"]);
}

#[test]
fn the_layout_of_the_bytes_is_fixed() {
    let folder = Folder::new();
    let index = rank_quant(DIM, ROWS);
    folder.write("index.ovrq", &index);
    create(&folder, &identity());
    let expected = format!(
        r#"{{
  "schema_version": "ordvec.index_manifest.v2",
  "artifact": {{
    "path": "index.ovrq",
    "sha256": "{}",
    "kind": "rank_quant",
    "format_version": 1,
    "dim": 16,
    "vector_count": 3,
    "bytes_per_vec": 4,
    "params": {{
      "kind": "rank_quant",
      "bits": 2
    }},
    "file_size_bytes": 26
  }},
  "embedding": {{
    "model": "test-model",
    "dim": 16
  }},
  "row_identity": {{
    "kind": "row_id_identity",
    "row_count": 3
  }}
}}
"#,
        sha256_bytes(&index)
    );
    assert_eq!(fs::read_to_string(folder.path("m.json")).unwrap(), expected);
}

#[test]
fn extensions_are_sorted_at_every_depth_and_keep_their_numbers() {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let value = json!({"z": 1, "a": {"y": [{"d": 0.1, "c": 1e300}], "b": u64::MAX}, "k": -3});
    let mut shuffled = Map::new();
    for key in ["k", "z", "a"] {
        shuffled.insert(key.to_owned(), value[key].clone());
    }
    let options = |extensions| CreateManifestOptions {
        extensions,
        ..identity()
    };
    let first = create(&folder, &options(extensions(value.clone())));
    let text = fs::read_to_string(folder.path("m.json")).unwrap();
    let second = create(&folder, &options(shuffled));
    assert_eq!(first.sha256(), second.sha256());
    let at = |key: &str| text.find(&format!("\"{key}\":")).unwrap();
    assert!(at("a") < at("b") && at("b") < at("y") && at("c") < at("d"));
    assert!(at("y") < at("k") && at("k") < at("z"));
    assert_eq!(document(&folder)["extensions"], value);
    assert!(verify(&folder).warnings.is_empty());
}

#[test]
fn building_writes_nothing() {
    let folder = Folder::new();
    let index = folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let built = build_manifest(
        &index,
        CreateRowIdentity::RowIdIdentity,
        "test-model",
        folder.path("m.json"),
        identity(),
    )
    .unwrap();
    assert_eq!(folder.names(), ["index.ovrq"]);
    assert_eq!(built.to_bytes(), create(&folder, &identity()).to_bytes());
}
