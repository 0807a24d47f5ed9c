"""Deterministic manifests for ordvec index files: create, verify, inspect, hash.

A manifest binds an index file, the identity of its rows and the caller's sidecars by size and
SHA-256. Verify it before loading anything. Broken rules in arguments and documents raise
``ValueError`` whose text begins with a stable code; file problems raise ``OSError``.
"""

from ordvec_manifest._ordvec_manifest import (
    CALIBRATION_SCHEMA_VERSION,
    DEFAULT_MAX_ATTESTATIONS,
    DEFAULT_MAX_AUXILIARY_ARTIFACT_BYTES,
    DEFAULT_MAX_AUXILIARY_ARTIFACTS,
    DEFAULT_MAX_CALIBRATION_PROFILE_BYTES,
    DEFAULT_MAX_ENCODER_DISTORTION_PROFILE_BYTES,
    DEFAULT_MAX_INDEX_BYTES,
    DEFAULT_MAX_MANIFEST_BYTES,
    DEFAULT_MAX_REPORT_ISSUES,
    DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES,
    DEFAULT_MAX_ROW_IDENTITY_ROWS,
    DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES,
    DEFAULT_MAX_ROW_MAP_LINE_BYTES,
    DEFAULT_MAX_ROW_MAP_ROWS,
    DEFAULT_MAX_ROW_MAP_TRACKED_ID_BYTES,
    ENCODER_DISTORTION_SCHEMA_VERSION,
    SCHEMA_VERSION,
    create_manifest,
    default_resource_limits,
    inspect_manifest,
    sha256_file,
    verify_for_load,
    verify_manifest,
)

__version__ = "0.6.0"

__all__ = [
    "CALIBRATION_SCHEMA_VERSION",
    "DEFAULT_MAX_ATTESTATIONS",
    "DEFAULT_MAX_AUXILIARY_ARTIFACTS",
    "DEFAULT_MAX_AUXILIARY_ARTIFACT_BYTES",
    "DEFAULT_MAX_CALIBRATION_PROFILE_BYTES",
    "DEFAULT_MAX_ENCODER_DISTORTION_PROFILE_BYTES",
    "DEFAULT_MAX_INDEX_BYTES",
    "DEFAULT_MAX_MANIFEST_BYTES",
    "DEFAULT_MAX_REPORT_ISSUES",
    "DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES",
    "DEFAULT_MAX_ROW_IDENTITY_ROWS",
    "DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES",
    "DEFAULT_MAX_ROW_MAP_LINE_BYTES",
    "DEFAULT_MAX_ROW_MAP_ROWS",
    "DEFAULT_MAX_ROW_MAP_TRACKED_ID_BYTES",
    "ENCODER_DISTORTION_SCHEMA_VERSION",
    "SCHEMA_VERSION",
    "__version__",
    "create_manifest",
    "default_resource_limits",
    "inspect_manifest",
    "sha256_file",
    "verify_for_load",
    "verify_manifest",
]
