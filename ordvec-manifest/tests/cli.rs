//! The built binary: exit codes 0, 1 and 2, what it prints, and the README's own example.

#![cfg(feature = "cli")]

mod common;

use common::*;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ordvec-manifest"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

const CREATE: [&str; 8] = [
    "create",
    "--index",
    "index.ovrq",
    "--row-id-is-identity",
    "--embedding-model",
    "test-model",
    "--out",
    "m.json",
];

#[test]
fn create_then_verify_exits_0() {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let created = run(folder.root(), &CREATE);
    assert_eq!(created.status.code(), Some(0), "{}", stderr(&created));
    let verified = run(folder.root(), &["verify", "--manifest", "m.json"]);
    assert_eq!(verified.status.code(), Some(0));
    assert_eq!(stdout(&verified), "m.json\nverified\n");
    let hashed = run(folder.root(), &["hash", "m.json"]);
    assert_eq!(stdout(&created), stdout(&hashed));
}

#[test]
fn a_failed_verification_exits_1_and_never_prints_verified() {
    let folder = bundle();
    folder.write("index.ovrq", "changed");
    let failed = run(folder.root(), &["verify", "--manifest", "m.json"]);
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(stdout(&failed), "m.json\nfailed\n");
    assert!(stderr(&failed).contains("error: artifact_sha256_mismatch: "));
    let report = json(&run(
        folder.root(),
        &["verify", "--manifest", "m.json", "--json"],
    ));
    assert_eq!(report["ok"], false);
}

#[test]
fn a_missing_manifest_exits_1() {
    let folder = Folder::new();
    for arguments in [
        ["verify", "--manifest", "m.json"].as_slice(),
        &["inspect", "m.json"],
        &["hash", "m.json"],
    ] {
        let failed = run(folder.root(), arguments);
        assert_eq!(failed.status.code(), Some(1), "{arguments:?}");
        assert_eq!(stdout(&failed), "");
        assert!(stderr(&failed).contains("m.json"));
    }
}

#[test]
fn wrong_usage_exits_2() {
    let folder = bundle();
    let both = [CREATE.as_slice(), &["--row-map", "rows.jsonl"]].concat();
    let neither: Vec<&str> = CREATE
        .into_iter()
        .filter(|word| *word != "--row-id-is-identity")
        .collect();
    let nameless = [CREATE.as_slice(), &["--aux", "ids.bin"]].concat();
    for arguments in [
        vec![],
        vec!["verify"],
        vec!["sign"],
        vec!["verify", "--manifest", "m.json", "--force"],
        vec![
            "verify",
            "--manifest",
            "m.json",
            "--max-index-bytes",
            "many",
        ],
        both,
        neither,
        nameless,
    ] {
        let output = run(folder.root(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn report_json_has_the_documented_keys() {
    let folder = bundle();
    let output = run(folder.root(), &["verify", "--manifest", "m.json", "--json"]);
    let report = json(&output);
    let keys: Vec<&str> = report
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "artifact",
        "attestation_shape_checks",
        "auxiliary_artifacts",
        "calibration",
        "checked_at",
        "encoder_distortion",
        "errors",
        "ok",
        "row_identity",
        "skipped_checks",
        "warnings",
    ];
    assert_eq!(keys, expected);
    assert_eq!(report["ok"], true);
    for key in [
        "manifest_path",
        "observed_path",
        "canonical_path",
        "sha256",
        "size_bytes",
        "metadata",
    ] {
        assert!(!report["artifact"][key].is_null(), "{key}");
    }
    assert_eq!(report["auxiliary_artifacts"][0]["state"], "verified");
    assert_eq!(report["auxiliary_artifacts"][0]["reason_code"], Value::Null);
    assert_eq!(
        report["artifact"]["metadata"]["params"],
        serde_json::json!({"kind": "rank_quant", "bits": 2})
    );
}

#[test]
fn issues_in_json_are_code_and_message() {
    let folder = bundle();
    std::fs::remove_file(folder.path("data/ids.bin")).unwrap();
    let output = run(folder.root(), &["verify", "--manifest", "m.json", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report = json(&output);
    let issue = report["errors"][0].as_object().unwrap();
    assert_eq!(issue.keys().collect::<Vec<_>>(), ["code", "message"]);
    assert_eq!(issue["code"], "auxiliary_artifact_missing_required");
    assert_eq!(
        report["auxiliary_artifacts"][0]["state"],
        "missing_required"
    );
}

#[test]
fn hash_json_has_digest_and_size() {
    let folder = Folder::new();
    folder.write("f", "abc");
    let output = run(folder.root(), &["hash", "f", "--json"]);
    // FIPS 180-2, appendix B.1: the digest of "abc".
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        json(&output),
        serde_json::json!({"path": "f", "sha256": expected, "size_bytes": 3})
    );
    assert_eq!(
        stdout(&run(folder.root(), &["hash", "f"])),
        format!("{expected}  f\n")
    );
}

#[test]
fn inspect_reads_no_file_but_the_manifest() {
    let folder = bundle();
    std::fs::remove_file(folder.path("index.ovrq")).unwrap();
    let output = run(folder.root(), &["inspect", "m.json", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(json(&output), document(&folder));
    let summary = stdout(&run(folder.root(), &["inspect", "m.json"]));
    assert!(
        summary.contains("3 x 16") && summary.contains("shop.ids"),
        "{summary}"
    );
}

#[test]
fn inspect_refuses_an_unknown_section() {
    let folder = bundle();
    spoil(&folder, "/signature", "x");
    let output = run(folder.root(), &["inspect", "m.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("section_unknown"));
}

#[test]
fn bounds_can_be_set() {
    let folder = profiles::profile_bundle();
    for (flag, code) in [
        ("--max-manifest-bytes", "manifest_file_too_large"),
        ("--max-attestations", "attestation_count_limit_exceeded"),
    ] {
        let output = run(
            folder.root(),
            &["verify", "--manifest", "m.json", flag, "1"],
        );
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(code), "{flag}");
    }
}

#[test]
#[cfg(target_os = "linux")] // Only Linux has a device that is always full.
fn a_verdict_that_cannot_be_written_exits_1() {
    let folder = bundle();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_ordvec-manifest"))
        .args(["verify", "--manifest", "m.json"])
        .current_dir(folder.root())
        .stdout(full)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
}

#[test]
fn row_map_and_flags_reach_the_library() {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    folder.write("rows.jsonl", row_map([1, 2, 1]));
    let create = [
        "create",
        "--index",
        "index.ovrq",
        "--row-map",
        "rows.jsonl",
        "--embedding-model",
        "m",
        "--out",
        "m.json",
    ];
    let refused = run(folder.root(), &create);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("row_identity_duplicate_db_id"));
    let flag = "--allow-duplicate-db-ids";
    let created = run(folder.root(), &[create.as_slice(), &[flag]].concat());
    assert_eq!(created.status.code(), Some(0), "{}", stderr(&created));
    let verified = run(folder.root(), &["verify", "--manifest", "m.json", flag]);
    assert_eq!(verified.status.code(), Some(0), "{}", stderr(&verified));
}

#[test]
fn sections_are_read_from_json_files() {
    let folder = Folder::new();
    let index = bitmap(profiles::WIDTH, profiles::N_TOP, 3);
    folder.write("index.ovbm", &index);
    folder.write("cal.bin", [0; 8 * profiles::WIDTH as usize]);
    folder.write("dist.csv", "pairs,ratio\n");
    folder.write("cal.json", profiles::top_k().to_string());
    folder.write("dist.json", profiles::distortion().to_string());
    folder.write("slsa.json", profiles::attestation(&index).to_string());
    folder.write("extensions.json", "{\"note\": [1]}");
    folder.write("details.json", "{\"corpus_digest\": \"x\"}");
    let create: Vec<&str> = "create --index index.ovbm --row-id-is-identity \
        --embedding-model test-model --out m.json --calibration cal.json \
        --calibration-profile cal.bin --encoder-distortion dist.json \
        --encoder-distortion-profile dist.csv --attestation slsa.json \
        --extensions extensions.json"
        .split_whitespace()
        .collect();
    let created = run(folder.root(), &create);
    assert_eq!(created.status.code(), Some(0), "{}", stderr(&created));
    let report = json(&run(
        folder.root(),
        &["verify", "--manifest", "m.json", "--json"],
    ));
    assert_eq!(report["ok"], true, "{report}");
    assert_eq!(report["calibration"]["profile_id"], "cal-1");
    assert_eq!(report["encoder_distortion"]["profile_size_bytes"], 12);
    assert_eq!(document(&folder)["extensions"]["note"][0], 1);
    let summary = stdout(&run(folder.root(), &["inspect", "m.json"]));
    for words in ["weighted_marginal_profile over top_k", "empirical_sample"] {
        assert!(summary.contains(words), "{summary}");
    }
    let details = [create.as_slice(), &["--embedding-details", "details.json"]].concat();
    let refused = run(folder.root(), &details);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("embedding_corpus_digest_invalid"));
}

#[test]
fn a_section_file_that_is_no_object_exits_1() {
    let folder = bundle();
    folder.write("cal.json", "[]");
    let create = [CREATE.as_slice(), &["--calibration", "cal.json"]].concat();
    let refused = run(folder.root(), &create);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("manifest_json_invalid"));
}

#[test]
fn a_profile_without_its_section_exits_2() {
    let folder = bundle();
    for flag in ["--calibration-profile", "--encoder-distortion-profile"] {
        let output = run(folder.root(), &[CREATE.as_slice(), &[flag, "x"]].concat());
        assert_eq!(output.status.code(), Some(2), "{flag}");
    }
}

#[test]
fn the_readme_calibration_is_accepted() {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(384, 2));
    folder.write("cal.bin", vec![0; 384 * 4 * 8]);
    let readme = include_str!("../README.md");
    let block = readme.split("```json\n").nth(1).unwrap();
    folder.write("cal.json", block.split("```").next().unwrap());
    let create = "create --index index.ovrq --row-id-is-identity --embedding-model \
        multilingual-e5-small --out m.json --calibration cal.json --calibration-profile cal.bin";
    let create: Vec<&str> = create.split_whitespace().collect();
    let created = run(folder.root(), &create);
    assert_eq!(created.status.code(), Some(0), "{}", stderr(&created));
}

/// Every command of the README's shell block, in a folder with the files it names.
#[test]
fn the_readme_example_runs() {
    let folder = Folder::new();
    folder.write("index.ovrq", rank_quant(DIM, ROWS));
    folder.write("ids.bin", [1; 24]);
    folder.write("stats.json", "{}");
    let readme = include_str!("../README.md");
    let block = readme
        .split("```sh\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let commands = block.replace("\\\n", " ");
    let mut count = 0;
    for command in commands
        .lines()
        .filter(|line| line.starts_with("ordvec-manifest "))
    {
        let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
        let output = run(folder.root(), &arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{command}: {}",
            stderr(&output)
        );
        count += 1;
    }
    assert_eq!(count, 4);
}
