//! The sections `calibration`, `encoder_distortion` and `attestations` in good bundles: what is
//! written, what the report says, and that the bytes depend on nothing but the bundle.

mod common;

use common::profiles::*;
use common::*;
use ordvec_manifest::{
    codes, sha256_bytes, verify_for_load, CreateManifestOptions, CreateProfileSection,
    VerifyOptions,
};
use serde_json::{json, Value};
use std::fs;

fn section(section: Value) -> Option<CreateProfileSection> {
    Some(CreateProfileSection {
        section: object(section),
        profile: None,
    })
}

#[test]
fn a_bundle_with_every_section_verifies() {
    let folder = profile_bundle();
    let report = verify(&folder);
    assert_eq!(error_codes(&report), [""; 0]);
    assert!(report.warnings.is_empty() && report.skipped_checks.is_empty());
    let found = serde_json::to_value(&report).unwrap();
    let cal = fs::read(folder.path("cal.bin")).unwrap();
    assert_eq!(
        found["calibration"],
        json!({
            "present": true,
            "schema_version": "ordvec.calibration.v1",
            "profile_id": "cal-1",
            "calibrated_for_model": "test-model",
            "ordinalization": "top_k",
            "null_model": "weighted_marginal_profile",
            "profile_manifest_path": "cal.bin",
            "profile_canonical_path": folder.path("cal.bin").to_str().unwrap(),
            "profile_sha256": sha256_bytes(&cal),
            "profile_size_bytes": 512,
        })
    );
    let distortion = &found["encoder_distortion"];
    assert_eq!(distortion["present"], true);
    assert_eq!(distortion["evidence_kind"], "empirical_sample");
    assert_eq!(distortion["source_metric"], "edit distance");
    assert_eq!(distortion["embedding_metric"], "cosine");
    assert_eq!(distortion["profile_manifest_path"], "data/dist.csv");
    assert_eq!(distortion["profile_size_bytes"], 12);
}

#[test]
fn attestations_are_looked_at_in_the_order_of_the_manifest() {
    let report = verify(&profile_bundle());
    assert_eq!(
        serde_json::to_value(&report.attestation_shape_checks).unwrap(),
        json!([
            {
                "predicate_type": "https://slsa.dev/provenance/v1",
                "builder_id": "https://builder.example",
                "subject_sha256_matched": true,
            },
            {
                "predicate_type": "https://example.org/sbom",
                "builder_id": null,
                "subject_sha256_matched": false,
            },
        ])
    );
}

#[test]
fn sections_that_are_not_there_are_reported_as_absent() {
    let report = serde_json::to_value(verify(&bundle())).unwrap();
    for name in ["calibration", "encoder_distortion"] {
        let found = report[name].as_object().unwrap();
        assert_eq!(found["present"], false);
        assert!(
            found
                .values()
                .skip(1)
                .filter(|value| !value.is_null())
                .count()
                <= 1
        );
        assert_eq!(found.len(), 10);
    }
    assert_eq!(report["attestation_shape_checks"], json!([]));
}

#[test]
fn every_kind_of_index_can_be_calibrated() {
    for (index, over, parameterization, shape) in other_kinds() {
        let folder = Folder::new();
        let path = folder.write("index.bin", &index);
        let values: u64 = shape.iter().product();
        let mut whole = weighted(over.clone(), parameterization, &shape);
        if parameterization == "empirical_tail_table" {
            whole["null_model"] = json!({"kind": "empirical_tail_table", "statistic": "overlap"});
        }
        let options = CreateManifestOptions {
            calibration: Some(CreateProfileSection {
                section: object(whole),
                profile: Some(folder.write("cal.bin", vec![0; 8 * values as usize])),
            }),
            ..identity()
        };
        create_at(&path, &folder.path("m.json"), &options).unwrap();
        assert_eq!(error_codes(&verify(&folder)), [""; 0], "{over}");
    }
}

#[test]
fn a_uniform_null_model_and_a_caller_s_word_need_no_file() {
    let folder = Folder::new();
    let path = folder.write("index.ovbm", bitmap(WIDTH, N_TOP, 3));
    let mut calibration = object(top_k());
    calibration.remove("profile");
    calibration["null_model"] = json!({"kind": "uniform_hypergeometric"});
    let mut word = object(distortion());
    word.remove("profile");
    word["evidence"] = json!({"kind": "caller_asserted"});
    let options = CreateManifestOptions {
        calibration: section(calibration.into()),
        encoder_distortion: section(word.into()),
        ..identity()
    };
    create_at(&path, &folder.path("m.json"), &options).unwrap();
    let report = verify(&folder);
    assert_eq!(error_codes(&report), [""; 0]);
    assert_eq!(
        report.calibration.null_model,
        Some("uniform_hypergeometric")
    );
    assert_eq!(report.calibration.profile_manifest_path, None);
}

#[test]
fn a_profile_may_be_named_by_the_section_itself() {
    let folder = profile_bundle();
    let before = fs::read(folder.path("m.json")).unwrap();
    let options = |folder: &Folder| {
        let whole = document(folder);
        CreateManifestOptions {
            calibration: section(whole["calibration"].clone()),
            encoder_distortion: section(whole["encoder_distortion"].clone()),
            attestations: whole["attestations"].as_array().unwrap().clone(),
            ..identity()
        }
    };
    let (index, out) = (folder.path("index.ovbm"), folder.path("m.json"));
    create_at(&index, &out, &options(&folder)).unwrap();
    assert_eq!(fs::read(&out).unwrap(), before);
}

#[test]
fn embedding_details_are_written_and_profiles_must_agree_with_them() {
    let folder = Folder::new();
    let index = bitmap(WIDTH, N_TOP, 3);
    let path = folder.write("index.ovbm", &index);
    let mut options = options(&folder, &index);
    let details = json!({"normalization": "l2", "model_revision": "r7", "pooling": "mean"});
    options.embedding_details = object(details);
    let out = folder.path("m.json");
    assert_eq!(
        create_code(&path, &out, &options),
        codes::CALIBRATION_ENCODER_MODEL_REVISION_MISMATCH
    );
    let encoder =
        json!({"model": "test-model", "dim": WIDTH, "model_revision": "r7", "normalization": "l2"});
    let calibration = &mut options.calibration.as_mut().unwrap().section;
    calibration["calibrated_for"] = encoder.clone();
    let distortion = &mut options.encoder_distortion.as_mut().unwrap().section;
    distortion["encoder"] = encoder;
    assert_eq!(
        create_code(&path, &out, &options),
        codes::ENCODER_DISTORTION_POOLING_MISMATCH
    );
    let distortion = &mut options.encoder_distortion.as_mut().unwrap().section;
    distortion.insert("pooling".to_owned(), "mean".into());
    let manifest = create_at(&path, &out, &options).unwrap();
    assert_eq!(manifest.embedding.normalization.as_deref(), Some("l2"));
    assert_eq!(error_codes(&verify(&folder)), [""; 0]);
}

#[test]
fn one_bundle_with_sections_has_one_address() {
    let (here, there) = (profile_bundle(), Folder::new());
    let index = bitmap(WIDTH, N_TOP, 3);
    let path = there.write("index.ovbm", &index);
    let mut options = options(&there, &index);
    options.attestations.reverse();
    for one in &mut options.attestations {
        let map = one.as_object_mut().unwrap();
        *map = std::mem::take(map).into_iter().rev().collect();
    }
    create_at(&path, &there.path("m.json"), &options).unwrap();
    let read = |folder: &Folder| fs::read_to_string(folder.path("m.json")).unwrap();
    assert_eq!(read(&here), read(&there));
    let at = |key: &str| read(&here).find(&format!("\n  \"{key}\":")).unwrap();
    assert!(at("row_identity") < at("calibration"));
    assert!(at("calibration") < at("encoder_distortion"));
    assert!(at("encoder_distortion") < at("attestations"));
}

#[test]
fn a_plan_needs_sound_sections() {
    let folder = profile_bundle();
    let plan = || verify_for_load(folder.path("m.json"), VerifyOptions::default());
    assert!(plan().unwrap().report().calibration.present);
    fs::write(folder.path("cal.bin"), [1; 8 * WIDTH as usize]).unwrap();
    let refusal = plan().unwrap_err();
    assert_eq!(
        refusal.code(),
        Some(codes::CALIBRATION_PROFILE_SHA256_MISMATCH)
    );
}

/// `"profile": null` beside a profile file is no profile stated, not a profile refused.
#[test]
fn a_profile_file_beside_a_null_profile_is_bound() {
    let folder = Folder::new();
    let index = bitmap(WIDTH, N_TOP, 3);
    let path = folder.write("index.ovbm", &index);
    let mut section = object(distortion());
    section["profile"] = Value::Null;
    section["evidence"] = json!({"kind": "caller_asserted"});
    section.remove("calibration_profile_id");
    let options = CreateManifestOptions {
        encoder_distortion: Some(CreateProfileSection {
            section,
            profile: Some(folder.write("dist.csv", "pairs,ratio\n")),
        }),
        ..identity()
    };
    let out = folder.path("m.json");
    // The file has no format stated, so the section is incomplete, not silently unbound.
    assert_eq!(
        create_code(&path, &out, &options),
        codes::MANIFEST_SCHEMA_INVALID
    );
}

/// What the section states of the file is compared, but where it lies is the file's to say.
#[test]
fn a_stated_profile_path_is_replaced_by_that_of_the_file() {
    let folder = Folder::new();
    let index = bitmap(WIDTH, N_TOP, 3);
    let path = folder.write("index.ovbm", &index);
    let mut options = options(&folder, &index);
    let section = &mut options.calibration.as_mut().unwrap().section;
    section["profile"]["path"] = json!("elsewhere/cal.bin");
    let out = folder.path("m.json");
    let manifest = create_at(&path, &out, &options).unwrap();
    let profile = manifest.calibration.unwrap().profile.unwrap();
    assert_eq!(profile.path, "cal.bin");
    let section = &mut options.calibration.as_mut().unwrap().section;
    section["profile"]["sha256"] = json!("0".repeat(64));
    assert_eq!(
        create_code(&path, &out, &options),
        codes::CALIBRATION_PROFILE_SHA256_MISMATCH
    );
}

#[test]
fn a_blank_name_of_an_ordinalization_is_called_blank() {
    let folder = Folder::new();
    let path = folder.write("index.ovr", rank(WIDTH, 2));
    let over = json!({"kind": "caller_defined", "dim": WIDTH, "name": " "});
    let options = CreateManifestOptions {
        calibration: Some(CreateProfileSection {
            section: object(weighted(over, "empirical_tail_table", &[7])),
            profile: Some(folder.write("cal.bin", [0; 56])),
        }),
        ..identity()
    };
    let refusal = create_at(&path, &folder.path("m.json"), &options).unwrap_err();
    let message = refusal.to_string();
    assert!(
        message.contains("expected calibration.ordinalization.name to say something"),
        "{message}"
    );
}
