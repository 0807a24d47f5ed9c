//! Law: whoever reads the target while it is replaced sees one whole manifest.

mod common;

use common::*;
use ordvec_manifest::{create_manifest_for_index, load_manifest_file, CreateRowIdentity};
use std::thread;

#[test]
fn readers_never_see_a_mixture() {
    let folder = Folder::new();
    let (index, out) = (
        folder.write("index.ovrq", rank_quant(DIM, ROWS)),
        folder.path("m.json"),
    );
    create(&folder, &identity());
    let write = |model: &str| {
        for _ in 0..20 {
            let rows = CreateRowIdentity::RowIdIdentity;
            create_manifest_for_index(&index, rows, model, &out).unwrap();
        }
    };
    let read = || {
        for _ in 0..200 {
            let loaded = load_manifest_file(&out).unwrap();
            assert!(loaded.is_canonical);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| write("short"));
        scope.spawn(|| write(&"long".repeat(60)));
        scope.spawn(read);
    });
    assert_eq!(folder.names(), ["index.ovrq", "m.json"]);
}
