//! Defects of `calibration`: each one alone, at verification and at creation.

mod common;

use common::defects::*;
use common::profiles::*;
use common::*;
use ordvec_manifest::{codes, CreateManifestOptions, CreateProfileSection};
use serde_json::json;

#[test]
fn calibration_head() {
    use codes::*;
    let schema = CALIBRATION_SCHEMA_VERSION_UNSUPPORTED;
    alone(
        "/calibration/schema_version",
        [json!("ordvec.calibration.v2")],
        schema,
    );
    with(
        "/calibration/profile_id",
        blanks(),
        CALIBRATION_PROFILE_ID_EMPTY,
    );
    let times = [json!("yesterday"), json!("2026-02-30T00:00:00Z"), json!("")];
    alone(
        "/calibration/created_at",
        times,
        CALIBRATION_CREATED_AT_INVALID,
    );
}

#[test]
fn calibration_encoder() {
    use codes::*;
    let at = |member: &str| format!("/calibration/calibrated_for/{member}");
    with(&at("model"), blanks(), CALIBRATION_ENCODER_MODEL_EMPTY);
    alone(
        &at("model"),
        [json!("other")],
        CALIBRATION_ENCODER_MODEL_MISMATCH,
    );
    with(&at("dim"), [json!(0)], CALIBRATION_ENCODER_DIM_ZERO);
    alone(&at("dim"), [json!(65)], CALIBRATION_ENCODER_DIM_MISMATCH);
    let revision = CALIBRATION_ENCODER_MODEL_REVISION_MISMATCH;
    with(
        &at("model_revision"),
        blanks(),
        CALIBRATION_ENCODER_MODEL_REVISION_EMPTY,
    );
    alone(&at("model_revision"), [json!("r1")], revision);
    let normalization = CALIBRATION_ENCODER_NORMALIZATION_MISMATCH;
    with(
        &at("normalization"),
        blanks(),
        CALIBRATION_ENCODER_NORMALIZATION_EMPTY,
    );
    alone(&at("normalization"), [json!("l2")], normalization);
}

#[test]
fn calibration_ordinalization() {
    use codes::*;
    let at = |member: &str| format!("/calibration/ordinalization/{member}");
    with(&at("dim"), [json!(0)], CALIBRATION_ORDINALIZATION_DIM_ZERO);
    with(
        &at("dim"),
        [json!(65)],
        CALIBRATION_ORDINALIZATION_DIM_MISMATCH,
    );
    let mismatch = CALIBRATION_ORDINALIZATION_ARTIFACT_MISMATCH;
    alone(&at("k"), [json!(0), json!(6)], mismatch);
    let others = [
        json!({"kind": "bucket", "dim": 64, "bits": 2}),
        json!({"kind": "sign", "dim": 64}),
        json!({"kind": "rank_position", "dim": 64}),
        json!({"kind": "caller_defined", "dim": 64, "name": "x"}),
    ];
    with("/calibration/ordinalization", others, mismatch);
    let unknown = [
        json!({"kind": "median", "dim": 64}),
        json!({"kind": "sign", "dim": 64, "k": 5}),
    ];
    alone(
        "/calibration/ordinalization",
        unknown,
        MANIFEST_SCHEMA_INVALID,
    );
}

#[test]
fn ordinalization_of_every_other_kind_must_fit_its_index() {
    for (index, over, parameterization, shape) in other_kinds() {
        let folder = Folder::new();
        let path = folder.write("index.bin", &index);
        let values: u64 = shape.iter().product();
        let mut wrong = over.clone();
        match over["kind"].as_str().unwrap() {
            "bucket" => wrong["bits"] = json!(4),
            "caller_defined" => wrong["name"] = json!(" "),
            _ => wrong = json!({"kind": "top_k", "dim": 64, "k": 5}),
        }
        let options = CreateManifestOptions {
            calibration: Some(CreateProfileSection {
                section: object(weighted(wrong, parameterization, &shape)),
                profile: Some(folder.write("cal.bin", vec![0; 8 * values as usize])),
            }),
            ..identity()
        };
        assert_eq!(
            create_code(&path, &folder.path("m.json"), &options),
            codes::CALIBRATION_ORDINALIZATION_ARTIFACT_MISMATCH,
            "{over}"
        );
    }
}

#[test]
fn calibration_null_model() {
    use codes::*;
    let table = |statistic: &str| json!({"kind": "empirical_tail_table", "statistic": statistic});
    with(
        "/calibration/null_model",
        BLANKS.map(table),
        CALIBRATION_NULL_STATISTIC_EMPTY,
    );
    let mismatch = CALIBRATION_NULL_PARAMETERIZATION_MISMATCH;
    let weighted =
        json!({"kind": "weighted_marginal_profile", "parameterization": "sign_frequency"});
    alone(
        "/calibration/null_model",
        [table("overlap"), weighted],
        mismatch,
    );
    let named = |name: &str| json!({"kind": "caller_defined", "name": name});
    alone(
        "/calibration/null_model",
        BLANKS.map(named),
        CALIBRATION_NULL_NAME_EMPTY,
    );
    let held =
        |text: &str| json!({"kind": "caller_defined", "name": "n", "parameterization": text});
    alone(
        "/calibration/null_model",
        BLANKS.map(held),
        CALIBRATION_NULL_PARAMETERIZATION_EMPTY,
    );
    let uniform = [json!({"kind": "uniform_hypergeometric"})];
    alone(
        "/calibration/null_model",
        uniform,
        CALIBRATION_PROFILE_UNEXPECTED,
    );
    let unknown = [
        json!({"kind": "gaussian"}),
        json!({"kind": "uniform_hypergeometric", "k": 5}),
    ];
    alone("/calibration/null_model", unknown, MANIFEST_SCHEMA_INVALID);
}

#[test]
fn uniform_null_model_over_signs() {
    let folder = Folder::new();
    let path = folder.write("index.ovsb", sign_bitmap(64, 2));
    let mut section = object(top_k());
    section.remove("profile");
    section["ordinalization"] = json!({"kind": "sign", "dim": 64});
    section["null_model"] = json!({"kind": "uniform_hypergeometric"});
    let options = CreateManifestOptions {
        calibration: Some(CreateProfileSection {
            section,
            profile: None,
        }),
        ..identity()
    };
    assert_eq!(
        create_code(&path, &folder.path("m.json"), &options),
        codes::CALIBRATION_NULL_MODEL_ORDINALIZATION_MISMATCH
    );
}

#[test]
fn calibration_profile_missing() {
    let folder = profile_bundle();
    drop_key(&folder, "/calibration/profile");
    assert_eq!(
        error_codes(&verify(&folder)),
        [codes::CALIBRATION_PROFILE_REQUIRED]
    );
}

#[test]
fn calibration_profile_members() {
    use codes::*;
    let at = |member: &str| format!("/calibration/profile/{member}");
    with(
        &at("sha256"),
        [json!("0")],
        CALIBRATION_PROFILE_SHA256_INVALID,
    );
    with(
        &at("file_size_bytes"),
        [json!(0)],
        CALIBRATION_PROFILE_FILE_SIZE_ZERO,
    );
    alone(&at("dim"), [json!(32)], CALIBRATION_PROFILE_DIM_MISMATCH);
    alone(
        &at("sample_count"),
        [json!(0)],
        CALIBRATION_PROFILE_SAMPLE_COUNT_ZERO,
    );
    alone(&at("format"), blanks(), CALIBRATION_PROFILE_FORMAT_EMPTY);
    alone(
        &at("source_digest"),
        no_digests(),
        CALIBRATION_PROFILE_SOURCE_DIGEST_INVALID,
    );
    with(
        &at("parameterization"),
        [json!("sign_frequency")],
        CALIBRATION_PROFILE_PARAMETERIZATION_ORDINALIZATION_MISMATCH,
    );
    alone(
        &at("parameterization"),
        [json!("guess")],
        MANIFEST_SCHEMA_INVALID,
    );
}

#[test]
fn calibration_profile_shape() {
    use codes::*;
    let at = "/calibration/profile/shape";
    let overflow = json!([u64::MAX, u64::MAX]);
    with(
        at,
        [json!([32, 2]), json!([65]), overflow],
        CALIBRATION_PROFILE_SHAPE_MISMATCH,
    );
    let bytes = CALIBRATION_PROFILE_FILE_SIZE_MISMATCH;
    alone("/calibration/profile/format", [json!("raw_f32_le")], bytes);
    // Without a shape, or in a layout of the caller's, the numbers are not counted.
    assert_eq!(codes_after(at, json!([])), [""; 0]);
    assert_eq!(codes_after("/calibration/profile/format", "npy"), [""; 0]);
}
