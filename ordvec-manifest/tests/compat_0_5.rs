//! Calls as programs wrote them for 0.5.0 compile and do what they did.

mod common;

use common::{bundle, rank_quant, Folder, DIM, ROWS};
use ordvec_manifest::{
    create_manifest_for_index, create_manifest_for_index_with_options, load_manifest_file,
    load_manifest_file_with_options, sha256_file, verify_document_for_load, verify_for_load,
    verify_index_manifest, verify_manifest, verify_manifest_with_base, write_manifest_file,
    AuxiliaryArtifactState, CreateAuxiliaryArtifact, CreateManifestOptions, CreateRowIdentity,
    IndexManifest, ManifestError, ManifestIndexKind, ResourceLimits, RowIdentity,
    VerifiedLoadPlanError, VerifyOptions, DEFAULT_MAX_ROW_IDENTITY_ROWS,
};

#[test]
fn create_with_a_sidecar_and_limits() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Folder::new();
    let index = folder.write("index.ovrq", rank_quant(DIM, ROWS));
    let ids = folder.write("ids.bin", [7; 24]);
    let manifest: IndexManifest = create_manifest_for_index_with_options(
        &index,
        CreateRowIdentity::RowIdIdentity,
        "multilingual-e5-small",
        folder.path("manifest.json"),
        CreateManifestOptions {
            allow_path_escape: true,
            limits: ResourceLimits {
                max_row_identity_rows: DEFAULT_MAX_ROW_IDENTITY_ROWS,
                max_calibration_profile_bytes: 1 << 20,
                ..Default::default()
            },
            auxiliary_artifacts: vec![CreateAuxiliaryArtifact {
                name: "shop.ids".to_string(),
                path: ids,
                required: true,
            }],
            ..Default::default()
        },
    )?;
    assert!(matches!(
        manifest.artifact.kind,
        ManifestIndexKind::RankQuant
    ));
    assert!(matches!(
        manifest.row_identity,
        RowIdentity::RowIdIdentity { row_count: 3 }
    ));
    let again = create_manifest_for_index(
        &index,
        CreateRowIdentity::RowIdIdentity,
        "multilingual-e5-small",
        folder.path("plain.json"),
    )?;
    assert_eq!(again.embedding.model, "multilingual-e5-small");
    write_manifest_file(&again, folder.path("copy.json"))?;
    assert_eq!(
        sha256_file(folder.path("copy.json"))?.sha256,
        sha256_file(folder.path("plain.json"))?.sha256
    );
    Ok(())
}

#[test]
fn verify_then_load() -> Result<(), Box<dyn std::error::Error>> {
    let folder = bundle();
    let plan = verify_for_load(folder.path("m.json"), VerifyOptions::default())?;
    assert_eq!(plan.metadata().vector_count, 3);
    let ids = std::fs::read(plan.require_auxiliary("shop.ids")?)?;
    assert_eq!(ids.len(), 24);
    let stats = plan.auxiliary_by_name("shop.stats").unwrap();
    assert_eq!(stats.state(), AuxiliaryArtifactState::Verified);
    assert!(plan.require_auxiliary("app.other").is_err());
    Ok(())
}

#[test]
fn verify_a_loaded_document() -> Result<(), ManifestError> {
    let folder = bundle();
    let options = VerifyOptions {
        allow_duplicate_db_ids: true,
        ..Default::default()
    };
    let document = load_manifest_file_with_options(folder.path("m.json"), &options)?;
    assert_eq!(document.base_dir, folder.root());
    let report = verify_manifest(&document, options.clone());
    assert!(report.ok && !report.calibration.present);
    assert!(verify_document_for_load(&document, options.clone()).is_ok());
    let based = verify_manifest_with_base(document.manifest, folder.root(), options.clone());
    assert!(based.ok);
    let index = folder.path("index.ovrq");
    assert!(verify_index_manifest(&index, folder.path("m.json"), options)?.ok);
    Ok(())
}

#[test]
fn failures_are_told_apart() {
    let folder = bundle();
    std::fs::remove_file(folder.path("data/ids.bin")).unwrap();
    match verify_for_load(folder.path("m.json"), VerifyOptions::default()) {
        Err(VerifiedLoadPlanError::VerificationFailed(report)) => {
            assert_eq!(report.errors[0].code, "auxiliary_artifact_missing_required");
            assert_eq!(report.auxiliary_artifacts[0].sha256, None);
        }
        other => panic!("{other:?}"),
    }
    let limits = ResourceLimits {
        max_manifest_bytes: 5,
        ..Default::default()
    };
    let options = VerifyOptions {
        limits,
        ..Default::default()
    };
    let error = load_manifest_file_with_options(folder.path("m.json"), &options).unwrap_err();
    assert_eq!(error.code(), Some("manifest_file_too_large"));
    assert!(load_manifest_file(folder.path("none.json")).is_err());
}
