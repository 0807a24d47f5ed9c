//! Defects of `encoder_distortion`: each one alone.

mod common;

use common::defects::*;
use common::profiles::*;
use common::*;
use ordvec_manifest::codes;
use serde_json::json;

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
