//! Defects of `calibration`, `encoder_distortion` and `attestations`: each one alone, at
//! verification and at creation.

mod common;

use common::profiles::*;
use common::*;
use ordvec_manifest::{codes, CreateManifestOptions, CreateProfileSection};
use serde_json::{json, Value};

const BLANKS: [&str; 2] = ["", " \t"];

fn codes_after(pointer: &str, value: impl Into<Value>) -> Vec<&'static str> {
    let folder = profile_bundle();
    spoil(&folder, pointer, value);
    error_codes(&verify(&folder))
}

fn alone(pointer: &str, values: impl IntoIterator<Item = Value>, code: &'static str) {
    for value in values {
        assert_eq!(
            codes_after(pointer, value.clone()),
            [code],
            "{pointer} {value}"
        );
    }
}

fn with(pointer: &str, values: impl IntoIterator<Item = Value>, code: &'static str) {
    for value in values {
        let found = codes_after(pointer, value.clone());
        assert!(found.contains(&code), "{pointer} {value} {found:?}");
    }
}

fn blanks() -> impl Iterator<Item = Value> {
    BLANKS.into_iter().map(Value::from)
}

fn no_digests() -> impl Iterator<Item = Value> {
    let plain = "0".repeat(64);
    let upper = format!("sha256:{}", "A".repeat(64));
    [plain, upper, "sha256:0".to_owned(), String::new()]
        .into_iter()
        .map(Value::from)
}

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

#[test]
fn distortion_head() {
    use codes::*;
    let at = |member: &str| format!("/encoder_distortion/{member}");
    let version = [json!("ordvec.encoder_distortion.v2")];
    alone(
        &at("schema_version"),
        version,
        ENCODER_DISTORTION_SCHEMA_VERSION_UNSUPPORTED,
    );
    alone(
        &at("profile_id"),
        blanks(),
        ENCODER_DISTORTION_PROFILE_ID_EMPTY,
    );
    alone(
        &at("created_at"),
        [json!("now")],
        ENCODER_DISTORTION_CREATED_AT_INVALID,
    );
}

#[test]
fn distortion_encoder() {
    use codes::*;
    let at = |member: &str| format!("/encoder_distortion/{member}");
    with(
        &at("encoder/model"),
        blanks(),
        ENCODER_DISTORTION_ENCODER_MODEL_EMPTY,
    );
    alone(
        &at("encoder/model"),
        [json!("other")],
        ENCODER_DISTORTION_ENCODER_MODEL_MISMATCH,
    );
    with(
        &at("encoder/dim"),
        [json!(0)],
        ENCODER_DISTORTION_ENCODER_DIM_ZERO,
    );
    alone(
        &at("encoder/dim"),
        [json!(65)],
        ENCODER_DISTORTION_ENCODER_DIM_MISMATCH,
    );
    for (member, empty, mismatch) in [
        (
            "encoder/model_revision",
            ENCODER_DISTORTION_ENCODER_MODEL_REVISION_EMPTY,
            ENCODER_DISTORTION_ENCODER_MODEL_REVISION_MISMATCH,
        ),
        (
            "encoder/normalization",
            ENCODER_DISTORTION_ENCODER_NORMALIZATION_EMPTY,
            ENCODER_DISTORTION_ENCODER_NORMALIZATION_MISMATCH,
        ),
        (
            "tokenizer_revision",
            ENCODER_DISTORTION_TOKENIZER_REVISION_EMPTY,
            ENCODER_DISTORTION_TOKENIZER_REVISION_MISMATCH,
        ),
        (
            "pooling",
            ENCODER_DISTORTION_POOLING_EMPTY,
            ENCODER_DISTORTION_POOLING_MISMATCH,
        ),
    ] {
        with(&at(member), blanks(), empty);
        alone(&at(member), [json!("r1")], mismatch);
    }
}

#[test]
fn distortion_metrics() {
    use codes::*;
    let at = |member: &str| format!("/encoder_distortion/{member}");
    for (metric, name, version, digest) in [
        (
            "source_metric",
            ENCODER_DISTORTION_SOURCE_METRIC_NAME_EMPTY,
            ENCODER_DISTORTION_SOURCE_METRIC_VERSION_EMPTY,
            ENCODER_DISTORTION_SOURCE_METRIC_DIGEST_INVALID,
        ),
        (
            "embedding_metric",
            ENCODER_DISTORTION_EMBEDDING_METRIC_NAME_EMPTY,
            ENCODER_DISTORTION_EMBEDDING_METRIC_VERSION_EMPTY,
            ENCODER_DISTORTION_EMBEDDING_METRIC_DIGEST_INVALID,
        ),
    ] {
        alone(&at(&format!("{metric}/name")), blanks(), name);
        alone(&at(&format!("{metric}/version")), blanks(), version);
        alone(&at(&format!("{metric}/digest")), no_digests(), digest);
    }
}

#[test]
fn distortion_bounds() {
    use codes::*;
    let at = |member: &str| format!("/encoder_distortion/bounds/{member}");
    let not_positive = || [json!(0.0), json!(-1)];
    let no_share = || [json!(-0.1), json!(1.1)];
    with(
        &at("declared_lower_bound"),
        not_positive(),
        ENCODER_DISTORTION_LOWER_BOUND_INVALID,
    );
    with(
        &at("declared_upper_bound"),
        not_positive(),
        ENCODER_DISTORTION_UPPER_BOUND_INVALID,
    );
    with(
        &at("estimated_distortion"),
        not_positive(),
        ENCODER_DISTORTION_ESTIMATED_DISTORTION_INVALID,
    );
    alone(
        &at("violation_rate"),
        no_share(),
        ENCODER_DISTORTION_VIOLATION_RATE_INVALID,
    );
    let worst = ENCODER_DISTORTION_MAX_OBSERVED_VIOLATION_INVALID;
    alone(&at("max_observed_violation"), [json!(-0.1)], worst);
    let quantile = ENCODER_DISTORTION_QUANTILE_OBSERVED_VIOLATION_INVALID;
    alone(&at("quantile_observed_violation"), [json!(-0.1)], quantile);
    with(
        &at("declared_lower_bound"),
        [json!(2.1)],
        ENCODER_DISTORTION_BOUNDS_ORDER_INVALID,
    );
    let mismatch = ENCODER_DISTORTION_DISTORTION_MISMATCH;
    alone(&at("estimated_distortion"), [json!(4.00001)], mismatch);
    alone(&at("declared_lower_bound"), [json!(5e-324)], mismatch);
    alone(
        "/encoder_distortion/bounds",
        [json!({})],
        ENCODER_DISTORTION_BOUNDS_EMPTY,
    );
    // A JSON number that no double can hold is refused before it could become infinite.
    let folder = profile_bundle();
    let text = std::fs::read_to_string(folder.path("m.json")).unwrap();
    folder.write(
        "m.json",
        text.replace("\"violation_rate\": 0.01", "\"violation_rate\": 1e999"),
    );
    assert_eq!(error_codes(&verify(&folder)), [MANIFEST_JSON_INVALID]);
}

#[test]
fn distortion_that_is_not_a_number() {
    for text in ["inf", "NaN"] {
        let mut manifest = ordvec_manifest::load_manifest_file(profile_bundle().path("m.json"))
            .unwrap()
            .manifest;
        let section = manifest.encoder_distortion.as_mut().unwrap();
        section.bounds.violation_rate = Some(text.parse().unwrap());
        section.bounds.declared_upper_bound = Some(text.parse().unwrap());
        let report = ordvec_manifest::verify_manifest_with_base(
            manifest,
            profile_bundle().root(),
            ordvec_manifest::VerifyOptions::default(),
        );
        let found = error_codes(&report);
        for code in [
            codes::ENCODER_DISTORTION_VIOLATION_RATE_INVALID,
            codes::ENCODER_DISTORTION_UPPER_BOUND_INVALID,
        ] {
            assert!(found.contains(&code), "{text} {code}");
        }
    }
}

#[test]
fn distortion_scope_and_evidence() {
    use codes::*;
    let at = |member: &str| format!("/encoder_distortion/{member}");
    for (member, code) in [
        (
            "scope/corpus_digest",
            ENCODER_DISTORTION_SCOPE_CORPUS_DIGEST_INVALID,
        ),
        (
            "scope/query_set_digest",
            ENCODER_DISTORTION_SCOPE_QUERY_SET_DIGEST_INVALID,
        ),
        (
            "scope/pair_sample_digest",
            ENCODER_DISTORTION_SCOPE_PAIR_SAMPLE_DIGEST_INVALID,
        ),
        (
            "evidence/estimator_hash",
            ENCODER_DISTORTION_EVIDENCE_ESTIMATOR_HASH_INVALID,
        ),
        (
            "profile/source_digest",
            ENCODER_DISTORTION_PROFILE_SOURCE_DIGEST_INVALID,
        ),
    ] {
        alone(&at(member), no_digests(), code);
    }
    for (member, code) in [
        ("scope/domain", ENCODER_DISTORTION_SCOPE_DOMAIN_EMPTY),
        (
            "scope/estimator_version",
            ENCODER_DISTORTION_SCOPE_ESTIMATOR_VERSION_EMPTY,
        ),
        (
            "evidence/estimator_id",
            ENCODER_DISTORTION_EVIDENCE_ESTIMATOR_ID_EMPTY,
        ),
        ("profile/format", ENCODER_DISTORTION_PROFILE_FORMAT_EMPTY),
        (
            "calibration_profile_id",
            ENCODER_DISTORTION_CALIBRATION_PROFILE_ID_EMPTY,
        ),
    ] {
        alone(&at(member), blanks(), code);
    }
    let no_share = || [json!(-0.1), json!(1.1)];
    alone(
        &at("scope/confidence"),
        no_share(),
        ENCODER_DISTORTION_SCOPE_CONFIDENCE_INVALID,
    );
    alone(
        &at("scope/coverage"),
        no_share(),
        ENCODER_DISTORTION_SCOPE_COVERAGE_INVALID,
    );
    alone(
        &at("scope/sample_size"),
        [json!(0)],
        ENCODER_DISTORTION_SCOPE_SAMPLE_SIZE_ZERO,
    );
    alone(
        &at("evidence/kind"),
        [json!("rumour")],
        MANIFEST_SCHEMA_INVALID,
    );
}

#[test]
fn distortion_profile() {
    use codes::*;
    let at = |member: &str| format!("/encoder_distortion/profile/{member}");
    with(
        &at("sha256"),
        [json!("0")],
        ENCODER_DISTORTION_PROFILE_SHA256_INVALID,
    );
    with(
        &at("file_size_bytes"),
        [json!(0)],
        ENCODER_DISTORTION_PROFILE_FILE_SIZE_ZERO,
    );
    let folder = profile_bundle();
    drop_key(&folder, "/encoder_distortion/profile");
    assert_eq!(
        error_codes(&verify(&folder)),
        [ENCODER_DISTORTION_PROFILE_REQUIRED]
    );
    for kind in ["certified", "benchmark_estimate", "teacher_estimate"] {
        spoil(&folder, "/encoder_distortion/evidence/kind", kind);
        assert_eq!(
            error_codes(&verify(&folder)),
            [ENCODER_DISTORTION_PROFILE_REQUIRED]
        );
    }
}

#[test]
fn distortion_of_another_calibration() {
    use codes::*;
    let at = "/encoder_distortion/calibration_profile_id";
    alone(
        at,
        [json!("cal-2")],
        ENCODER_DISTORTION_CALIBRATION_PROFILE_MISMATCH,
    );
    let padded = [json!(" cal-1"), json!("cal-1\n")];
    alone(
        at,
        padded,
        ENCODER_DISTORTION_CALIBRATION_PROFILE_ID_WHITESPACE,
    );
    let folder = profile_bundle();
    drop_key(&folder, "/calibration");
    assert_eq!(
        error_codes(&verify(&folder)),
        [ENCODER_DISTORTION_CALIBRATION_MISSING]
    );
}

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
