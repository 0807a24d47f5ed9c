//! Documents that were built in code, not parsed, keep the rules that parsing enforces.

mod common;

use common::profiles::profile_bundle;
use common::*;
use ordvec_manifest::{
    codes, load_manifest_file, verify_document_for_load, verify_manifest_with_base, IndexManifest,
    ManifestDocument, VerifyOptions, V1_SCHEMA_VERSION,
};

fn loaded(folder: &Folder) -> IndexManifest {
    load_manifest_file(folder.path("m.json")).unwrap().manifest
}

/// Codes of a report on `manifest`; a load plan must be refused for the first of them.
fn found(folder: &Folder, manifest: IndexManifest, options: VerifyOptions) -> Vec<&'static str> {
    let document = ManifestDocument::new(manifest.clone(), folder.root());
    let plan = verify_document_for_load(&document, options.clone());
    let found = error_codes(&verify_manifest_with_base(manifest, folder.root(), options));
    let refusal = plan.err().and_then(|refusal| refusal.code());
    assert_eq!(refusal, found.first().copied());
    found
}

#[test]
fn built_document_of_an_unknown_schema() {
    let folder = bundle();
    for version in ["", "ordvec.index_manifest.v3", "\u{1b}[2J"] {
        let mut manifest = loaded(&folder);
        manifest.schema_version = version.to_owned();
        assert_eq!(
            found(&folder, manifest, VerifyOptions::default()),
            [codes::SCHEMA_VERSION_UNSUPPORTED],
            "{version:?}"
        );
    }
}

/// What was read from a v1 file may be verified as a value.
#[test]
fn built_document_of_a_known_schema() {
    let folder = bundle();
    let mut manifest = loaded(&folder);
    let options = VerifyOptions::default();
    assert_eq!(found(&folder, manifest.clone(), options.clone()), [""; 0]);
    manifest.schema_version = V1_SCHEMA_VERSION.to_owned();
    assert_eq!(found(&folder, manifest, options), [""; 0]);
}

#[test]
fn built_document_with_too_many_sidecars() {
    let folder = bundle();
    let mut options = VerifyOptions::default();
    options.limits.max_auxiliary_artifacts = 2;
    assert_eq!(found(&folder, loaded(&folder), options.clone()), [""; 0]);
    options.limits.max_auxiliary_artifacts = 1;
    assert_eq!(
        found(&folder, loaded(&folder), options),
        [codes::AUXILIARY_ARTIFACT_COUNT_LIMIT_EXCEEDED]
    );
}

#[test]
fn built_document_with_too_many_attestations() {
    let folder = profile_bundle();
    let mut manifest = loaded(&folder);
    let one = manifest.attestations[0].clone();
    manifest.attestations = vec![one.clone(); 1_024];
    let options = VerifyOptions::default();
    assert_eq!(found(&folder, manifest.clone(), options.clone()), [""; 0]);
    manifest.attestations.push(one);
    assert_eq!(
        found(&folder, manifest, options),
        [codes::ATTESTATION_COUNT_LIMIT_EXCEEDED]
    );
}

/// JSON has no such number; a document built in code may.
#[test]
fn distortion_that_is_not_a_number() {
    let folder = profile_bundle();
    for number in [f64::INFINITY, f64::NAN] {
        let mut manifest = loaded(&folder);
        let bounds = &mut manifest.encoder_distortion.as_mut().unwrap().bounds;
        bounds.violation_rate = Some(number);
        bounds.declared_upper_bound = Some(number);
        let found = found(&folder, manifest, VerifyOptions::default());
        for code in [
            codes::ENCODER_DISTORTION_VIOLATION_RATE_INVALID,
            codes::ENCODER_DISTORTION_UPPER_BOUND_INVALID,
        ] {
            assert!(found.contains(&code), "{number} {code}");
        }
    }
}
