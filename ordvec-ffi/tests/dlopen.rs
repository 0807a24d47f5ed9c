//! Compiles tests/c/dlopen.c, which opens the shared library of this test run twice and uses it
//! from eight threads, runs it, and compares what it found with what the core crate finds.
//!
//! With `ORDVEC_FFI_ASAN=1` the program is compiled for the address sanitizer, and must then also
//! be stopped where it gives the library a buffer that is too small; `nox -s asan` does so with a
//! library that is instrumented too.
#![cfg(unix)]

#[path = "support/c.rs"]
mod c;
#[path = "support/fixture.rs"]
mod fixture;

use std::path::{Path, PathBuf};
use std::process::Command;

use c::{compiler, done, lines, root, shared, WARNINGS};
use fixture::Fixture;

#[test]
fn two_copies_of_the_library_used_from_eight_threads() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dlopen");
    let fixture = Fixture::write(&folder);
    // Another file is another instance, with globals and a thread pool of its own.
    let (library, copy) = (shared(), folder.join("copy"));
    std::fs::copy(&library, &copy).unwrap();
    let [index, .., queries] = fixture.arguments.as_slice() else {
        panic!("the fixture names its files");
    };
    let run = |program: &Path| {
        let mut command = Command::new(program);
        command
            .args([&library, &copy])
            .args([index, queries].map(Path::new));
        command
    };

    let asan = std::env::var_os("ORDVEC_FFI_ASAN").is_some();
    let found = done(&mut run(&compiled(&folder, "sound", asan, &[])));
    let of_all = |line: &&String| line.starts_with("rankquant-all ");
    let expected: Vec<&String> = fixture.expected.iter().filter(of_all).collect();
    assert_eq!(lines(found).iter().collect::<Vec<_>>(), expected);
    if asan {
        let defect = compiled(&folder, "defect", asan, &["-DTOO_SMALL"]);
        let output = run(&defect).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && said.contains("heap-buffer-overflow"),
            "{said}"
        );
    }
}

fn compiled(folder: &Path, name: &str, asan: bool, flags: &[&str]) -> PathBuf {
    let program = folder.join(name);
    let mut compiler = compiler();
    compiler
        .args(WARNINGS)
        .args(["-O1", "-g", "-pthread", "-I"]);
    compiler
        .arg(root().join("include"))
        .arg(root().join("tests/c/dlopen.c"));
    compiler.args(flags).arg("-o").arg(&program);
    if asan {
        compiler.arg("-fsanitize=address");
    }
    if cfg!(target_os = "linux") {
        compiler.arg("-ldl");
    }
    done(&mut compiler);
    program
}
