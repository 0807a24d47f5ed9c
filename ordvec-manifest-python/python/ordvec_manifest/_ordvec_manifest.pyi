"""Types of the extension module; a test compares names and signatures with the extension.

``ValueError`` means that an argument or a document breaks a rule, its text beginning with a
stable code; ``OSError`` that a file cannot be used.
"""

from collections.abc import Sequence
from os import PathLike
from typing import Any, Final, TypedDict

from typing_extensions import Unpack

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
    "create_manifest",
    "default_resource_limits",
    "inspect_manifest",
    "sha256_file",
    "verify_for_load",
    "verify_manifest",
]

CALIBRATION_SCHEMA_VERSION: Final[str]
DEFAULT_MAX_ATTESTATIONS: Final[int]
DEFAULT_MAX_AUXILIARY_ARTIFACTS: Final[int]
DEFAULT_MAX_AUXILIARY_ARTIFACT_BYTES: Final[int]
DEFAULT_MAX_CALIBRATION_PROFILE_BYTES: Final[int]
DEFAULT_MAX_ENCODER_DISTORTION_PROFILE_BYTES: Final[int]
DEFAULT_MAX_INDEX_BYTES: Final[int | None]
DEFAULT_MAX_MANIFEST_BYTES: Final[int]
DEFAULT_MAX_REPORT_ISSUES: Final[int]
DEFAULT_MAX_ROW_IDENTITY_JSONL_LINE_BYTES: Final[int]
DEFAULT_MAX_ROW_IDENTITY_ROWS: Final[int]
DEFAULT_MAX_ROW_IDENTITY_TRACKED_DB_ID_BYTES: Final[int]
DEFAULT_MAX_ROW_MAP_LINE_BYTES: Final[int]
DEFAULT_MAX_ROW_MAP_ROWS: Final[int]
DEFAULT_MAX_ROW_MAP_TRACKED_ID_BYTES: Final[int]
ENCODER_DISTORTION_SCHEMA_VERSION: Final[str]
SCHEMA_VERSION: Final[str]

class _Limits(TypedDict, total=False):
    max_manifest_bytes: int | None
    max_row_map_line_bytes: int | None
    max_row_map_rows: int | None
    max_row_map_tracked_id_bytes: int | None
    max_auxiliary_artifacts: int | None
    max_attestations: int | None
    max_auxiliary_artifact_bytes: int | None
    max_calibration_profile_bytes: int | None
    max_encoder_distortion_profile_bytes: int | None
    max_report_issues: int | None
    max_index_bytes: int | None

class _Digest(TypedDict):
    sha256: str
    size_bytes: int

class _SidecarNamed(TypedDict):
    name: str
    path: str | PathLike[str]

class _Sidecar(_SidecarNamed, total=False):
    required: bool

def create_manifest(
    index: str | PathLike[str],
    out: str | PathLike[str],
    embedding_model: str,
    *,
    row_id_is_identity: bool = False,
    row_map: str | PathLike[str] | None = None,
    auxiliary_artifacts: Sequence[_Sidecar] | None = None,
    embedding_details: dict[str, Any] | None = None,
    calibration: dict[str, Any] | None = None,
    calibration_profile: str | PathLike[str] | None = None,
    encoder_distortion: dict[str, Any] | None = None,
    encoder_distortion_profile: str | PathLike[str] | None = None,
    attestations: Sequence[dict[str, Any]] | None = None,
    extensions: dict[str, Any] | None = None,
    allow_absolute_paths: bool = False,
    allow_path_escape: bool = False,
    allow_duplicate_db_ids: bool = False,
    **limits: Unpack[_Limits],
) -> dict[str, Any]: ...
def verify_manifest(
    manifest: str | PathLike[str] | None = None,
    *,
    path: str | PathLike[str] | None = None,
    index: str | PathLike[str] | None = None,
    allow_absolute_paths: bool = False,
    allow_path_escape: bool = False,
    allow_duplicate_db_ids: bool = False,
    **limits: Unpack[_Limits],
) -> dict[str, Any]: ...
def verify_for_load(
    manifest: str | PathLike[str] | None = None,
    *,
    path: str | PathLike[str] | None = None,
    index: str | PathLike[str] | None = None,
    allow_absolute_paths: bool = False,
    allow_path_escape: bool = False,
    allow_duplicate_db_ids: bool = False,
    **limits: Unpack[_Limits],
) -> dict[str, Any]: ...
def inspect_manifest(
    manifest: str | PathLike[str] | None = None,
    *,
    path: str | PathLike[str] | None = None,
    **limits: Unpack[_Limits],
) -> dict[str, Any]: ...
def sha256_file(path: str | PathLike[str]) -> _Digest: ...
def default_resource_limits() -> _Limits: ...
