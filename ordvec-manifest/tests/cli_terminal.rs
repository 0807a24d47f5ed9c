//! What a document can put on a terminal: no control character of its own, on any route.

#![cfg(feature = "cli")]

mod common;

use common::*;
use std::process::{Command, Output};

const CLEAR_SCREEN: &str = "\u{1b}[2J";

fn command(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ordvec-manifest"));
    command.args(arguments).current_dir(folder.root());
    command
}

/// Both streams of a call that must be refused; the hostile text must be there, escaped.
fn refused(folder: &Folder, arguments: &[&str]) -> Output {
    let output = command(folder, arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(shown.contains("\\u{1b}[2J"), "{arguments:?}: {shown:?}");
    assert_plain(&output);
    output
}

fn assert_plain(output: &Output) {
    for stream in [&output.stdout, &output.stderr] {
        let shown = String::from_utf8_lossy(stream);
        let control = shown
            .chars()
            .find(|found| found.is_control() && *found != '\n');
        assert_eq!(control, None, "{shown:?}");
    }
}

const VERIFY: [&str; 3] = ["verify", "--manifest", "m.json"];

#[test]
fn escape_sequence_in_a_path() {
    for pointer in ["/artifact/path", "/auxiliary_artifacts/0/path"] {
        let folder = bundle();
        spoil(&folder, pointer, format!("{CLEAR_SCREEN}x"));
        refused(&folder, &VERIFY);
    }
    let folder = row_map_bundle();
    spoil(&folder, "/row_identity/path", format!("{CLEAR_SCREEN}x"));
    refused(&folder, &VERIFY);
}

#[test]
#[cfg(unix)] // Windows has no such names.
fn escape_sequence_in_the_name_of_a_file_that_is_there() {
    let folder = bundle();
    let name = format!("{CLEAR_SCREEN}x");
    folder.write(&name, "no index");
    spoil(&folder, "/artifact/path", name.as_str());
    refused(&folder, &VERIFY);
    let hashed = command(&folder, &["hash", &name]).output().unwrap();
    assert_eq!(hashed.status.code(), Some(0));
    assert_plain(&hashed);
    let created = ["create", "--index", &name, "--row-id-is-identity"];
    let rest = ["--embedding-model", "m", "--out", "n.json"];
    refused(&folder, &[created, rest].concat());
}

#[test]
fn escape_sequence_in_a_digest() {
    for pointer in ["/artifact/sha256", "/auxiliary_artifacts/0/sha256"] {
        let folder = bundle();
        spoil(&folder, pointer, CLEAR_SCREEN);
        refused(&folder, &VERIFY);
    }
}

#[test]
fn escape_sequence_in_a_key() {
    let folder = bundle();
    spoil(&folder, &format!("/artifact/{CLEAR_SCREEN}"), 1);
    refused(&folder, &VERIFY);
    refused(&folder, &["inspect", "m.json"]);
}

#[test]
fn escape_sequence_in_a_row_map_line() {
    let folder = row_map_bundle();
    folder.write("rows.jsonl", "{\"row_id\": 0, \"\\u001b[2J\": 1}\n");
    refused(&folder, &VERIFY);
}

#[test]
fn escape_sequence_in_a_section_file() {
    let folder = bundle();
    folder.write("cal.json", "{\"\\u001b[2J\": 1}");
    let words = "create --index index.ovrq --row-id-is-identity --embedding-model m --out n.json \
        --calibration cal.json";
    refused(&folder, &words.split_whitespace().collect::<Vec<_>>());
}

/// One issue is one line: a newline in a path must not forge a line of its own.
#[test]
fn newline_in_a_path_does_not_forge_a_verdict() {
    let folder = bundle();
    spoil(&folder, "/artifact/path", "x\nverified");
    let output = command(&folder, &VERIFY).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(!shown.lines().any(|line| line.starts_with("verified")));
    assert!(shown.contains("x\\nverified"), "{shown:?}");
}

/// JSON leaves the second control block (U+009B begins a sequence too) to the writer.
#[test]
fn escape_sequence_of_the_second_block_in_json() {
    let folder = bundle();
    spoil(&folder, "/artifact/path", "\u{9b}2J");
    for arguments in [
        [VERIFY.as_slice(), &["--json"]].concat(),
        vec!["inspect", "m.json", "--json"],
    ] {
        let output = command(&folder, &arguments).output().unwrap();
        assert_plain(&output);
        let whole: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let path = whole.pointer("/artifact/manifest_path");
        let path = path.or(whole.pointer("/artifact/path")).unwrap();
        assert_eq!(path, "\u{9b}2J");
    }
}

#[test]
#[cfg(target_os = "linux")] // Only Linux has a device that is always full.
fn an_issue_that_cannot_be_written_exits_1() {
    let failing = bundle();
    failing.write("index.ovrq", "changed");
    let warning = bundle();
    spoil(&warning, "/embedding/model", "test-model");
    let refused = bundle();
    spoil(&refused, "/signature", 1);
    for (folder, arguments) in [
        (&failing, VERIFY.as_slice()),
        (&warning, &VERIFY),
        (&refused, &["inspect", "m.json"]),
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let output = command(folder, arguments)
            .stderr(full.unwrap())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
    }
}
