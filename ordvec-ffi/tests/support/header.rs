//! The header as cbindgen generates it from the sources of this crate.

use std::path::{Path, PathBuf};

/// The command that mends a drifted header. The example that it runs has no use for it.
#[allow(dead_code)]
pub const MEND: &str = "cargo run -p ordvec-ffi --example header";

/// Modules with exported items, in the order in which a reader of the header wants them.
pub const EXPORTING: [&str; 6] = [
    "version",
    "status",
    "last_error",
    "probe",
    "index",
    "search",
];

/// Where the header is committed: here, and in the Go module, which can only hold files of its own
/// folder.
pub fn committed() -> [PathBuf; 2] {
    ["include/ordvec.h", "../ordvec-go/ordvec.h"].map(|path| root().join(path))
}

/// The folder of this crate.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text that the header should have.
pub fn generate() -> String {
    // By file, not by crate: that would run `cargo metadata` and need the whole workspace.
    let config = cbindgen::Config::from_file(root().join("cbindgen.toml")).expect("cbindgen.toml");
    let mut builder = cbindgen::Builder::new().with_config(config);
    for module in EXPORTING {
        builder = builder.with_src(root().join(format!("src/{module}.rs")));
    }
    let bindings = builder
        .generate()
        .expect("sources that cbindgen understands");
    let mut text = Vec::new();
    bindings.write(&mut text);
    String::from_utf8(text).expect("a header in UTF-8")
}
