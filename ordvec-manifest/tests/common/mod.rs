//! Bundles made by hand: index bytes from the documented file layout, a folder that cleans up
//! after itself, and one way to spoil a manifest.

#![allow(dead_code)] // Each test binary uses its own part.

pub mod defects;
pub mod profiles;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use ordvec_manifest::{
    create_manifest_for_index_with_options, verify_manifest_file, CreateAuxiliaryArtifact,
    CreateManifestOptions, CreateRowIdentity, IndexManifest, ManifestError, VerificationReport,
    VerifyOptions,
};
use serde_json::Value;

pub const DIM: u32 = 16;
pub const ROWS: u32 = 3;

/// A folder under the system's temporary one, removed on drop.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("ordvec-manifest-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Folder(fs::canonicalize(path).unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn root(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Two-bit `.ovrq` with `rows` rows, each with the four codes in equal number.
pub fn rank_quant(dim: u32, rows: u32) -> Vec<u8> {
    let mut bytes = b"OVRQ\x01\x02".to_vec();
    bytes.extend(dim.to_le_bytes());
    bytes.extend(rows.to_le_bytes());
    let row = vec![0b0001_1011_u8; dim as usize / 4];
    bytes.extend(row.repeat(rows as usize));
    bytes
}

/// `.ovbm` with `n_top` bits of every row set, `dim` a multiple of 64.
pub fn bitmap(dim: u32, n_top: u32, rows: u32) -> Vec<u8> {
    let mut bytes = b"OVBM\x01".to_vec();
    for field in [dim, n_top, rows] {
        bytes.extend(field.to_le_bytes());
    }
    let mut row = vec![0_u8; dim as usize / 8];
    (0..n_top as usize).for_each(|bit| row[bit / 8] |= 1 << (bit % 8));
    bytes.extend(row.repeat(rows as usize));
    bytes
}

/// `.ovsb` with every sign clear.
pub fn sign_bitmap(dim: u32, rows: u32) -> Vec<u8> {
    let mut bytes = b"OVSB\x01".to_vec();
    bytes.extend(dim.to_le_bytes());
    bytes.extend(rows.to_le_bytes());
    bytes.extend(vec![0; dim as usize / 8 * rows as usize]);
    bytes
}

/// `.ovr` whose rows are the identity permutation.
pub fn rank(dim: u32, rows: u32) -> Vec<u8> {
    let mut bytes = b"OVR1\x01".to_vec();
    bytes.extend(dim.to_le_bytes());
    bytes.extend(rows.to_le_bytes());
    for _ in 0..rows {
        (0..dim as u16).for_each(|value| bytes.extend(value.to_le_bytes()));
    }
    bytes
}

pub fn uuid(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

pub fn row_map(ids: impl IntoIterator<Item = u32>) -> String {
    let lines = ids.into_iter().enumerate();
    lines
        .map(|(row, id)| format!("{{\"row_id\": {row}, \"db_id\": \"{}\"}}\n", uuid(id)))
        .collect()
}

pub fn sidecar(name: &str, path: PathBuf, required: bool) -> CreateAuxiliaryArtifact {
    CreateAuxiliaryArtifact {
        name: name.to_owned(),
        path,
        required,
    }
}

pub fn identity() -> CreateManifestOptions {
    CreateManifestOptions::default()
}

/// With row-id identity, for the model `test-model`.
pub fn create_at(
    index: &Path,
    out: &Path,
    options: &CreateManifestOptions,
) -> Result<IndexManifest, ManifestError> {
    let rows = CreateRowIdentity::RowIdIdentity;
    create_manifest_for_index_with_options(index, rows, "test-model", out, options.clone())
}

pub fn create_with_rows(
    folder: &Folder,
    rows: PathBuf,
    options: CreateManifestOptions,
) -> Result<IndexManifest, ManifestError> {
    let (index, out) = (folder.path("index.ovrq"), folder.path("m.json"));
    let rows = CreateRowIdentity::Jsonl(rows);
    create_manifest_for_index_with_options(index, rows, "test-model", out, options)
}

pub fn create(folder: &Folder, options: &CreateManifestOptions) -> IndexManifest {
    create_at(&folder.path("index.ovrq"), &folder.path("m.json"), options).unwrap()
}

pub fn create_code(index: &Path, out: &Path, options: &CreateManifestOptions) -> &'static str {
    let refusal = create_at(index, out, options).unwrap_err();
    refusal.code().expect("a refusal, not an I/O error")
}

/// An index, a required and an optional sidecar, and their manifest `m.json`.
pub fn bundle() -> Folder {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let options = CreateManifestOptions {
        auxiliary_artifacts: vec![
            sidecar("shop.stats", folder.write("stats.json", "{}"), false),
            sidecar("shop.ids", folder.write("data/ids.bin", [7; 24]), true),
        ],
        ..identity()
    };
    create(&folder, &options);
    folder
}

/// An index and a row map `rows.jsonl` with the given ids, bound by `m.json`.
pub fn row_map_bundle() -> Folder {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let rows = folder.write("rows.jsonl", row_map(0..ROWS));
    create_with_rows(&folder, rows, identity()).unwrap();
    folder
}

pub fn verify(folder: &Folder) -> VerificationReport {
    verify_with(folder, &VerifyOptions::default())
}

pub fn verify_with(folder: &Folder, options: &VerifyOptions) -> VerificationReport {
    verify_manifest_file(folder.path("m.json"), options.clone()).unwrap()
}

/// Codes of the errors; a report is `ok` exactly when there are none.
pub fn error_codes(report: &VerificationReport) -> Vec<&'static str> {
    assert_eq!(report.ok, report.errors.is_empty());
    report.errors.iter().map(|issue| issue.code).collect()
}

pub fn document(folder: &Folder) -> Value {
    serde_json::from_slice(&fs::read(folder.path("m.json")).unwrap()).unwrap()
}

/// Replace or add one value, e.g. at `/artifact/dim`.
pub fn spoil_value(whole: &mut Value, pointer: &str, value: impl Into<Value>) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match whole.pointer_mut(parent).expect(pointer) {
        Value::Object(map) => drop(map.insert(key.to_owned(), value.into())),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value.into(),
        other => panic!("{parent} is {other}"),
    }
}

/// Rewrite the manifest with one value replaced or added.
pub fn spoil(folder: &Folder, pointer: &str, value: impl Into<Value>) {
    let mut whole = document(folder);
    spoil_value(&mut whole, pointer, value);
    folder.write("m.json", serde_json::to_vec(&whole).unwrap());
}

/// Rewrite the manifest without one value.
pub fn drop_key(folder: &Folder, pointer: &str) {
    let mut whole = document(folder);
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let map = whole.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    map.remove(key).expect(pointer);
    folder.write("m.json", serde_json::to_vec(&whole).unwrap());
}
