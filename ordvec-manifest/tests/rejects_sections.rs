//! Defects of `attestations`, and fields of any section too many or too few: each one alone.

mod common;

use common::defects::*;
use common::profiles::*;
use common::*;
use ordvec_manifest::codes;
use serde_json::json;

#[test]
fn unknown_fields_of_sections() {
    for pointer in [
        "/calibration/x",
        "/calibration/calibrated_for/x",
        "/calibration/ordinalization/x",
        "/calibration/profile/x",
        "/calibration/null_model/x",
        "/encoder_distortion/x",
        "/encoder_distortion/encoder/x",
        "/encoder_distortion/source_metric/x",
        "/encoder_distortion/bounds/x",
        "/encoder_distortion/scope/x",
        "/encoder_distortion/evidence/x",
        "/encoder_distortion/profile/x",
    ] {
        alone(pointer, [json!(1)], codes::MANIFEST_SCHEMA_INVALID);
    }
}

#[test]
fn missing_fields_of_sections() {
    for pointer in [
        "/calibration/schema_version",
        "/calibration/calibrated_for",
        "/calibration/ordinalization/k",
        "/calibration/null_model",
        "/calibration/profile/sample_count",
        "/encoder_distortion/bounds",
        "/encoder_distortion/scope",
        "/encoder_distortion/evidence",
        "/encoder_distortion/profile/format",
    ] {
        let folder = profile_bundle();
        drop_key(&folder, pointer);
        let found = error_codes(&verify(&folder));
        assert_eq!(found, [codes::MANIFEST_SCHEMA_INVALID], "{pointer}");
    }
}

#[test]
fn attestation_without_a_type() {
    let type_missing = codes::ATTESTATION_PREDICATE_TYPE_MISSING;
    alone(
        "/attestations/1",
        [json!({}), json!(7), json!([])],
        type_missing,
    );
    alone("/attestations/0/predicateType", [json!(7)], type_missing);
}

#[test]
fn attestation_of_another_file() {
    let at = "/attestations/0/subject/1/digest/sha256";
    let mismatch = codes::ATTESTATION_SUBJECT_SHA256_MISMATCH;
    alone(at, [json!("0".repeat(64)), json!(null)], mismatch);
    alone("/attestations/0/subject", [json!({})], mismatch);
    let folder = profile_bundle();
    folder.write("index.ovbm", bitmap(64, 5, 4));
    assert!(error_codes(&verify(&folder)).contains(&mismatch));
}
