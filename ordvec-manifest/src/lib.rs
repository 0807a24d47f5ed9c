//! Deterministic manifests for `ordvec` index files.
//!
//! A manifest is one JSON document that binds an index file, the identity of its rows and
//! the caller's own sidecar files by size and SHA-256. The contract of this crate:
//!
//! * **Create** ([`create_manifest_for_index_with_options`]) writes no ids and no times, so
//!   the same bundle always gives the same bytes and `sha256(manifest)` addresses the bundle.
//! * **Verify** ([`verify_manifest`]) reports every broken rule with a stable code from
//!   [`codes`]; [`verify_for_load`] fails closed and hands out paths only after success.
//! * **Bounds** ([`ResourceLimits`]) hold before memory is spent on untrusted input.
//!
//! It does not sign, hold keys, use a network or decide whom to trust, and a path it returns
//! is a name, not an open handle: storage that others can write to may change after the check.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod atomic;
mod attestations;
mod clock;
pub mod codes;
mod create;
mod error;
mod files;
mod hash;
mod issue_log;
mod json;
mod limits;
mod load;
mod options;
mod parse;
mod paths;
mod plan;
mod probe;
mod report;
mod roles;
mod row_map;
mod schema;
mod uuid;
mod v1;
mod validate;
mod verify;

pub use create::{
    build_manifest, create_manifest_for_index, create_manifest_for_index_with_options,
    write_manifest_file, CreateAuxiliaryArtifact, CreateManifestOptions, CreateProfileSection,
    CreateRowIdentity,
};
pub use error::{ManifestError, ReportIssue};
pub use hash::{sha256_bytes, sha256_file, sha256_file_bounded, FileHash};
pub use json::parse_extensions;
pub use limits::{
    ResourceLimits, DEFAULT_MAX_ATTESTATIONS, DEFAULT_MAX_AUXILIARY_ARTIFACTS,
    DEFAULT_MAX_AUXILIARY_ARTIFACT_BYTES, DEFAULT_MAX_CALIBRATION_PROFILE_BYTES,
    DEFAULT_MAX_ENCODER_DISTORTION_PROFILE_BYTES, DEFAULT_MAX_INDEX_BYTES,
    DEFAULT_MAX_MANIFEST_BYTES, DEFAULT_MAX_REPORT_ISSUES,
    DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES, DEFAULT_MAX_ROW_IDENTITY_ROWS,
    DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES, DEFAULT_MAX_ROW_MAP_LINE_BYTES,
    DEFAULT_MAX_ROW_MAP_ROWS, DEFAULT_MAX_ROW_MAP_TRACKED_ID_BYTES,
};
pub use load::{
    load_manifest_file, load_manifest_file_with_options, read_json_object, ManifestDocument,
};
pub use options::VerifyOptions;
pub use plan::{
    verify_document_for_load, verify_for_load, RequireAuxiliaryError,
    VerifiedAuxiliaryArtifactPlan, VerifiedLoadPlan, VerifiedLoadPlanError,
    VerifiedRowIdentityPlan,
};
pub use report::{
    ArtifactReport, AttestationShapeCheck, AuxiliaryArtifactReport, AuxiliaryArtifactState,
    CalibrationReport, EncoderDistortionReport, RowIdentityReport, VerificationReport,
};
pub use schema::{
    Artifact, AuxiliaryArtifact, CalibrationOrdinalization, CalibrationProfileRef,
    DistortionBounds, DistortionEvidence, DistortionEvidenceKind, DistortionProfileArtifactRef,
    DistortionScope, Embedding, EncoderDistortionProfileRef, EncoderSpec, IdKind, IndexManifest,
    ManifestIndexKind, ManifestIndexParams, MetadataReport, MetricSpec, NullModelSpec,
    ProfileArtifactRef, ProfileParameterization, RowIdentity, CALIBRATION_SCHEMA_VERSION,
    ENCODER_DISTORTION_SCHEMA_VERSION, SCHEMA_VERSION,
};
pub use v1::{V1Origin, V1_SCHEMA_VERSION};
pub use verify::{
    verify_index_manifest, verify_manifest, verify_manifest_file, verify_manifest_with_base,
};

/// The README's example, compiled and run as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
