//! Compiles tests/c/abi.c against the committed header, links it with the shared and with the
//! static library that this test run has built, runs it, and compares what it found with what
//! the core crate finds.
#![cfg(unix)]

#[path = "support/c.rs"]
mod c;
#[path = "support/fixture.rs"]
mod fixture;

use std::path::Path;
use std::process::Command;

use c::{built, compiler, done, lines, root, shared, WARNINGS};
use fixture::Fixture;

#[test]
fn a_c_program_with_the_shared_library() {
    let library = shared();
    let folder = library.parent().expect("a file has a folder");
    let rpath = format!("-Wl,-rpath,{}", folder.display());
    check("shared", &[library.to_str().unwrap(), &rpath]);
}

#[test]
fn a_c_program_with_the_static_library() {
    let library = built("libordvec_ffi.a");
    // What rustc's own libraries need on these systems.
    let system: &[&str] = if cfg!(target_os = "macos") {
        &["-framework", "CoreFoundation", "-liconv"]
    } else {
        &["-ldl", "-lm", "-lgcc_s"]
    };
    check("static", &[&[library.to_str().unwrap()], system].concat());
}

#[test]
fn the_header_is_valid_cpp() {
    let include = root().join("include");
    let mut compiler = compiler();
    compiler.args([
        "-x",
        "c++",
        "-std=c++11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-fsyntax-only",
    ]);
    done(compiler.arg(include.join("ordvec.h")));
}

/// Compile, run, compare.
fn check(name: &str, libraries: &[&str]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("abi-{name}"));
    let fixture = Fixture::write(&folder);
    let program = folder.join("abi");
    let mut compiler = compiler();
    compiler.args(WARNINGS).args(["-O1", "-pthread", "-I"]);
    compiler
        .arg(root().join("include"))
        .arg(root().join("tests/c/abi.c"));
    done(compiler.arg("-o").arg(&program).args(libraries));
    let output = done(Command::new(&program).args(&fixture.arguments));
    assert_eq!(lines(output), fixture.expected);
}
