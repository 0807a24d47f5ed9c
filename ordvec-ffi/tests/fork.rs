//! Compiles tests/c/fork.c, which searches in forked children, and runs it.
#![cfg(unix)]

#[path = "support/c.rs"]
mod c;
#[path = "support/fixture.rs"]
mod fixture;

use std::path::Path;
use std::process::Command;

use c::{compiler, done, lines, root, shared, WARNINGS};
use fixture::Fixture;

#[test]
fn a_forked_child_and_its_child_search_on_threads_of_their_own() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fork");
    let fixture = Fixture::write(&folder);
    assert!(!fixture.expected.is_empty());
    let (library, program) = (shared(), folder.join("fork"));
    let rpath = format!("-Wl,-rpath,{}", library.parent().unwrap().display());
    let mut compiler = compiler();
    compiler.args(WARNINGS).args(["-O1", "-I"]);
    compiler
        .arg(root().join("include"))
        .arg(root().join("tests/c/fork.c"));
    done(compiler.arg("-o").arg(&program).arg(&library).arg(rpath));
    let [index, .., queries] = fixture.arguments.as_slice() else {
        panic!("the fixture names its files");
    };
    // Two threads at least: with one, rayon has a pool all the same, and a child waits for it.
    let output = done(
        Command::new(&program)
            .args([index, queries])
            .env("RAYON_NUM_THREADS", "2"),
    );
    assert!(lines(output).is_empty());
}
