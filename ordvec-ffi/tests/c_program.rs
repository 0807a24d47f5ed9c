//! Compiles tests/c/abi.c against the committed header, links it with the shared and with the
//! static library that this test run has built, runs it, and compares what it found with what
//! the core crate finds. Needs a C compiler: `CC`, or `cc`.
#![cfg(unix)]

#[path = "support/fixture.rs"]
mod fixture;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fixture::Fixture;

const WARNINGS: [&str; 5] = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];

#[test]
fn a_c_program_with_the_shared_library() {
    let library = built("libordvec_ffi").with_extension(std::env::consts::DLL_EXTENSION);
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
    let printed = String::from_utf8(output.stdout).expect("text");
    let printed: Vec<&str> = printed.lines().collect();
    assert_eq!(printed, fixture.expected);
}

fn compiler() -> Command {
    Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
}

fn done(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; these tests need a C compiler, set CC to name one")
    });
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The library that cargo has built for this very test run, next to its executable.
fn built(name: &str) -> PathBuf {
    let executable = std::env::current_exe().expect("a test has an executable");
    executable.with_file_name(name)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
