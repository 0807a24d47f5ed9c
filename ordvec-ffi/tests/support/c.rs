//! Compiling and running C programs against the libraries that this test run has built. Needs a C
//! compiler: `CC`, or `cc`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const WARNINGS: [&str; 5] = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];

pub fn compiler() -> Command {
    Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
}

/// The command's output, once it has succeeded.
pub fn done(command: &mut Command) -> Output {
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

/// The lines that a program printed.
pub fn lines(output: Output) -> Vec<String> {
    let printed = String::from_utf8(output.stdout).expect("text");
    printed.lines().map(str::to_owned).collect()
}

/// The library that cargo has built for this very test run, next to its executable.
pub fn built(name: &str) -> PathBuf {
    let executable = std::env::current_exe().expect("a test has an executable");
    executable.with_file_name(name)
}

/// The shared library of this test run.
pub fn shared() -> PathBuf {
    built("libordvec_ffi").with_extension(std::env::consts::DLL_EXTENSION)
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
