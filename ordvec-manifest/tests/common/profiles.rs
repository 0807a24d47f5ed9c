//! Bundles with the sections `calibration`, `encoder_distortion` and `attestations`.

use ordvec_manifest::{sha256_bytes, CreateManifestOptions, CreateProfileSection};
use serde_json::{json, Map, Value};

use super::{bitmap, create_at, rank, rank_quant, sign_bitmap, Folder};

pub const WIDTH: u32 = 64;
pub const N_TOP: u32 = 5;

pub fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// A section over `ordinalization` with a weighted profile whose numbers are `[64]` doubles.
pub fn weighted(ordinalization: Value, parameterization: &str, shape: &[u64]) -> Value {
    json!({
        "schema_version": "ordvec.calibration.v1",
        "profile_id": "cal-1",
        "created_at": "2026-01-31T12:00:00Z",
        "calibrated_for": {"model": "test-model", "dim": WIDTH},
        "ordinalization": ordinalization,
        "profile": {
            "dim": WIDTH,
            "sample_count": 1000,
            "parameterization": parameterization,
            "format": "raw_f64_le",
            "shape": shape,
        },
        "null_model": {
            "kind": "weighted_marginal_profile",
            "parameterization": parameterization,
        },
    })
}

pub fn top_k() -> Value {
    let over = json!({"kind": "top_k", "dim": WIDTH, "k": N_TOP});
    weighted(over, "marginal_topk_frequency", &[u64::from(WIDTH)])
}

pub fn distortion() -> Value {
    json!({
        "schema_version": "ordvec.encoder_distortion.v1",
        "profile_id": "dist-1",
        "created_at": "2026-01-31T12:00:00Z",
        "encoder": {"model": "test-model", "dim": WIDTH},
        "source_metric": {"name": "edit distance", "version": "2"},
        "embedding_metric": {"name": "cosine"},
        "bounds": {
            "declared_lower_bound": 0.5,
            "declared_upper_bound": 2.0,
            "estimated_distortion": 4.0,
            "violation_rate": 0.01,
            "max_observed_violation": 0.2,
            "quantile_observed_violation": 0.1,
        },
        "scope": {
            "corpus_digest": format!("sha256:{}", "0".repeat(64)),
            "domain": "letters",
            "sample_size": 100,
            "confidence": 0.95,
            "coverage": 0.9,
            "estimator_version": "1.2",
        },
        "evidence": {"kind": "empirical_sample", "estimator_id": "sampler"},
        "profile": {"format": "csv"},
        "calibration_profile_id": "cal-1",
    })
}

pub fn attestation(index: &[u8]) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": "other", "digest": {"sha256": "0".repeat(64)}},
            {"name": "index.ovbm", "digest": {"sha256": sha256_bytes(index)}},
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {"runDetails": {"builder": {"id": "https://builder.example"}}},
    })
}

/// The options that put all three sections in; writes the profile files.
pub fn options(folder: &Folder, index: &[u8]) -> CreateManifestOptions {
    let calibration = folder.write("cal.bin", [0; 8 * WIDTH as usize]);
    let evidence = folder.write("data/dist.csv", "pairs,ratio\n");
    CreateManifestOptions {
        calibration: Some(CreateProfileSection {
            section: object(top_k()),
            profile: Some(calibration),
        }),
        encoder_distortion: Some(CreateProfileSection {
            section: object(distortion()),
            profile: Some(evidence),
        }),
        attestations: vec![
            attestation(index),
            json!({"predicate_type": "https://example.org/sbom", "subject": "none"}),
        ],
        ..CreateManifestOptions::default()
    }
}

/// A bitmap index `index.ovbm` with all three sections, bound by `m.json`.
pub fn profile_bundle() -> Folder {
    let folder = Folder::new();
    let index = bitmap(WIDTH, N_TOP, 3);
    let path = folder.write("index.ovbm", &index);
    let options = options(&folder, &index);
    create_at(&path, &folder.path("m.json"), &options).unwrap();
    folder
}

/// Every other kind of index, the ordinalization that fits it, its parameterization and shape.
pub fn other_kinds() -> Vec<(Vec<u8>, Value, &'static str, Vec<u64>)> {
    let dim = u64::from(WIDTH);
    vec![
        (
            rank_quant(WIDTH, 2),
            json!({"kind": "bucket", "dim": dim, "bits": 2}),
            "bucket_frequency",
            vec![dim, 4],
        ),
        (
            sign_bitmap(WIDTH, 2),
            json!({"kind": "sign", "dim": dim}),
            "sign_frequency",
            vec![dim],
        ),
        (
            rank(WIDTH, 2),
            json!({"kind": "rank_position", "dim": dim}),
            "rank_position_frequency",
            vec![dim, dim],
        ),
        (
            rank(WIDTH, 2),
            json!({"kind": "caller_defined", "dim": dim, "name": "halves"}),
            "empirical_tail_table",
            vec![7],
        ),
    ]
}
