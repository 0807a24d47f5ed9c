//! Stable issue codes. A code keeps its spelling and meaning for the life of schema v2;
//! messages may change. [`ALL`] lists every code, and the README tabulates them.
//!
//! Codes that 0.5.0 had are spelled as there.

mod calibration;
mod encoder_distortion;

pub use calibration::*;
pub use encoder_distortion::*;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        $($(#[$doc])* pub const $name: &str = $text;)+

        pub(super) const LIST: &[&str] = &[$($name),+];
    };
}
use codes;

/// Every code, section by section.
pub const ALL: &[&str] = &joined::<
    { LIST.len() + calibration::LIST.len() + encoder_distortion::LIST.len() },
>(&[LIST, calibration::LIST, encoder_distortion::LIST]);

/// The lists one behind the other; their lengths must sum to `N`.
const fn joined<const N: usize>(lists: &[&[&'static str]]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut list, mut at, mut filled) = (0, 0, 0);
    while filled < N {
        if at == lists[list].len() {
            (list, at) = (list + 1, 0);
        } else {
            all[filled] = lists[list][at];
            (at, filled) = (at + 1, filled + 1);
        }
    }
    all
}

codes! {
    // The manifest file and its document.
    /// The manifest is a folder, pipe or device.
    MANIFEST_NOT_REGULAR_FILE = "manifest_not_regular_file";
    /// The manifest file exceeds `max_manifest_bytes`.
    MANIFEST_FILE_TOO_LARGE = "manifest_file_too_large";
    /// The manifest is not one UTF-8 JSON object with nothing after it.
    MANIFEST_JSON_INVALID = "manifest_json_invalid";
    /// An object of the manifest names a key twice.
    MANIFEST_DUPLICATE_KEY = "manifest_duplicate_key";
    /// A section misses a field, has one too many, or one of the wrong type.
    MANIFEST_SCHEMA_INVALID = "manifest_schema_invalid";
    /// `schema_version` is absent, or neither v2 nor v1.
    SCHEMA_VERSION_UNSUPPORTED = "schema_version_unsupported";
    /// A top-level key that the schema does not have.
    SECTION_UNKNOWN = "section_unknown";
    /// Warning: valid, but not the bytes that `create` writes for this document.
    MANIFEST_NOT_CANONICAL = "manifest_not_canonical";
    /// Warning: the manifest is of schema v1; create it anew.
    MANIFEST_SCHEMA_OUTDATED = "manifest_schema_outdated";
    /// Schema v1: `manifest_id` is blank.
    MANIFEST_ID_EMPTY = "manifest_id_empty";
    /// Schema v1: `created_at` is not an RFC 3339 time.
    CREATED_AT_INVALID = "created_at_invalid";
    /// Schema v1: `build.invocation_id` is blank.
    BUILD_INVOCATION_ID_EMPTY = "build_invocation_id_empty";
    /// Schema v1: `build.builder_id` is there and blank.
    BUILD_BUILDER_ID_EMPTY = "build_builder_id_empty";
    /// Schema v1: `build.source_repo` is there and blank.
    BUILD_SOURCE_REPO_EMPTY = "build_source_repo_empty";
    /// Schema v1: `build.source_commit` is there and blank.
    BUILD_SOURCE_COMMIT_EMPTY = "build_source_commit_empty";
    /// Schema v1: `build.ci_provider` is there and blank.
    BUILD_CI_PROVIDER_EMPTY = "build_ci_provider_empty";
    /// Schema v1: `build.ci_run_id` is there and blank.
    BUILD_CI_RUN_ID_EMPTY = "build_ci_run_id_empty";
    /// `embedding.dim` is 0.
    EMBEDDING_DIM_ZERO = "embedding_dim_zero";
    /// `embedding.model` is empty or blank.
    EMBEDDING_MODEL_EMPTY = "embedding_model_empty";
    /// `embedding.model` is longer than 256 bytes or holds control characters.
    EMBEDDING_MODEL_INVALID = "embedding_model_invalid";
    /// `embedding.model_revision` is there and blank.
    EMBEDDING_MODEL_REVISION_EMPTY = "embedding_model_revision_empty";
    /// `embedding.tokenizer_revision` is there and blank.
    EMBEDDING_TOKENIZER_REVISION_EMPTY = "embedding_tokenizer_revision_empty";
    /// `embedding.pooling` is there and blank.
    EMBEDDING_POOLING_EMPTY = "embedding_pooling_empty";
    /// `embedding.normalization` is there and blank.
    EMBEDDING_NORMALIZATION_EMPTY = "embedding_normalization_empty";
    /// `embedding.corpus_digest` is not `sha256:` and 64 lower-case hexadecimal digits.
    EMBEDDING_CORPUS_DIGEST_INVALID = "embedding_corpus_digest_invalid";
    /// `embedding.embedding_matrix_digest` is not `sha256:` and 64 lower-case hexadecimal digits.
    EMBEDDING_MATRIX_DIGEST_INVALID = "embedding_matrix_digest_invalid";

    // Paths of any section.
    /// An empty or `.` segment, a backslash, a NUL, an inner `..`: a second spelling.
    PATH_INVALID = "path_invalid";
    /// A path that is not UTF-8 and cannot be written into JSON.
    PATH_NOT_UTF8 = "path_not_utf8";

    // The index file.
    /// `artifact.path` is empty.
    ARTIFACT_PATH_EMPTY = "artifact_path_empty";
    /// `artifact.path` is absolute, without `allow_absolute_paths`.
    ARTIFACT_ABSOLUTE_PATH_REJECTED = "artifact_absolute_path_rejected";
    /// `artifact.path` leaves the manifest's folder, by `..` or by symlink, without `allow_path_escape`.
    ARTIFACT_PATH_ESCAPE_REJECTED = "artifact_path_escape_rejected";
    /// The manifest's folder cannot be resolved.
    ARTIFACT_BASE_DIR_UNAVAILABLE = "artifact_base_dir_unavailable";
    /// The index does not exist or cannot be reached.
    ARTIFACT_PATH_UNAVAILABLE = "artifact_path_unavailable";
    /// The index is a folder, pipe or device.
    ARTIFACT_NOT_REGULAR_FILE = "artifact_not_regular_file";
    /// The system refused to read the index.
    ARTIFACT_HASH_FAILED = "artifact_hash_failed";
    /// The index exceeds `max_index_bytes`.
    INDEX_FILE_TOO_LARGE = "index_file_too_large";
    /// The index has another size than declared.
    ARTIFACT_FILE_SIZE_MISMATCH = "artifact_file_size_mismatch";
    /// `artifact.sha256` is not 64 lower-case hexadecimal digits.
    ARTIFACT_SHA256_INVALID = "artifact_sha256_invalid";
    /// The index has another SHA-256 than declared.
    ARTIFACT_SHA256_MISMATCH = "artifact_sha256_mismatch";
    /// The index has no valid header, or its length does not fit the header.
    ARTIFACT_PROBE_FAILED = "artifact_probe_failed";
    /// The index changed or was replaced while it was hashed and probed.
    ARTIFACT_CHANGED = "artifact_changed";
    /// The header's kind differs from the declared one.
    ARTIFACT_KIND_MISMATCH = "artifact_kind_mismatch";
    /// The header's format version differs.
    ARTIFACT_FORMAT_VERSION_MISMATCH = "artifact_format_version_mismatch";
    /// The header's dimension differs.
    ARTIFACT_DIM_MISMATCH = "artifact_dim_mismatch";
    /// The header's vector count differs.
    ARTIFACT_VECTOR_COUNT_MISMATCH = "artifact_vector_count_mismatch";
    /// The header's bytes per vector differ.
    ARTIFACT_BYTES_PER_VEC_MISMATCH = "artifact_bytes_per_vec_mismatch";
    /// `artifact.bytes_per_vec` is 0.
    ARTIFACT_BYTES_PER_VEC_ZERO = "artifact_bytes_per_vec_zero";
    /// The header's parameters differ.
    ARTIFACT_PARAMS_MISMATCH = "artifact_params_mismatch";
    /// `artifact.params.kind` contradicts `artifact.kind`.
    ARTIFACT_PARAMS_KIND_MISMATCH = "artifact_params_kind_mismatch";
    /// `embedding.dim` differs from `artifact.dim`.
    ARTIFACT_EMBEDDING_DIM_MISMATCH = "artifact_embedding_dim_mismatch";
    /// `row_identity.row_count` differs from `artifact.vector_count`.
    ARTIFACT_ROW_COUNT_MISMATCH = "artifact_row_count_mismatch";

    // Sidecars.
    /// More sidecars than `max_auxiliary_artifacts`.
    AUXILIARY_ARTIFACT_COUNT_LIMIT_EXCEEDED = "auxiliary_artifact_count_limit_exceeded";
    /// A sidecar's name is empty or blank.
    AUXILIARY_ARTIFACT_NAME_EMPTY = "auxiliary_artifact_name_empty";
    /// A sidecar's name begins or ends with white space.
    AUXILIARY_ARTIFACT_NAME_NOT_TRIMMED = "auxiliary_artifact_name_not_trimmed";
    /// A sidecar's name is longer than 256 bytes or holds control characters.
    AUXILIARY_ARTIFACT_NAME_INVALID = "auxiliary_artifact_name_invalid";
    /// Two sidecars have one name.
    AUXILIARY_ARTIFACT_NAME_DUPLICATE = "auxiliary_artifact_name_duplicate";
    /// A sidecar's path is empty.
    AUXILIARY_ARTIFACT_PATH_EMPTY = "auxiliary_artifact_path_empty";
    /// A sidecar's path is absolute, without `allow_absolute_paths`.
    AUXILIARY_ARTIFACT_ABSOLUTE_PATH_REJECTED = "auxiliary_artifact_absolute_path_rejected";
    /// A sidecar's path leaves the manifest's folder, by `..` or by symlink, without `allow_path_escape`.
    AUXILIARY_ARTIFACT_PATH_ESCAPE_REJECTED = "auxiliary_artifact_path_escape_rejected";
    /// The manifest's folder cannot be resolved.
    AUXILIARY_ARTIFACT_BASE_DIR_UNAVAILABLE = "auxiliary_artifact_base_dir_unavailable";
    /// A sidecar cannot be reached.
    AUXILIARY_ARTIFACT_PATH_UNAVAILABLE = "auxiliary_artifact_path_unavailable";
    /// A required sidecar does not exist.
    AUXILIARY_ARTIFACT_MISSING_REQUIRED = "auxiliary_artifact_missing_required";
    /// An optional sidecar does not exist; a `reason_code`, not an error of the bundle.
    AUXILIARY_ARTIFACT_OPTIONAL_ABSENT = "auxiliary_artifact_optional_absent";
    /// A sidecar is a folder, pipe or device.
    AUXILIARY_ARTIFACT_NOT_REGULAR_FILE = "auxiliary_artifact_not_regular_file";
    /// The system refused to read a sidecar.
    AUXILIARY_ARTIFACT_HASH_FAILED = "auxiliary_artifact_hash_failed";
    /// A sidecar exceeds `max_auxiliary_artifact_bytes`.
    AUXILIARY_ARTIFACT_FILE_TOO_LARGE = "auxiliary_artifact_file_too_large";
    /// A sidecar has another size than declared.
    AUXILIARY_ARTIFACT_FILE_SIZE_MISMATCH = "auxiliary_artifact_file_size_mismatch";
    /// A sidecar's digest is not 64 lower-case hexadecimal digits.
    AUXILIARY_ARTIFACT_SHA256_INVALID = "auxiliary_artifact_sha256_invalid";
    /// A sidecar has another SHA-256 than declared.
    AUXILIARY_ARTIFACT_SHA256_MISMATCH = "auxiliary_artifact_sha256_mismatch";

    // Row identity.
    /// Python: neither or both of `row_map` and `row_id_is_identity` were given.
    ROW_IDENTITY_REQUIRED = "row_identity_required";
    /// `row_identity.kind` is none that this release knows.
    ROW_IDENTITY_KIND_UNSUPPORTED = "row_identity_kind_unsupported";
    /// `row_identity.id_kind` is not `uuid`.
    ROW_IDENTITY_ID_KIND_UNSUPPORTED = "row_identity_id_kind_unsupported";
    /// `row_identity.db`, which schema v1 reserved, is there.
    ROW_IDENTITY_DB_UNSUPPORTED = "row_identity_db_unsupported";
    /// The row map's path is empty.
    ROW_IDENTITY_PATH_EMPTY = "row_identity_path_empty";
    /// The row map's path is absolute, without `allow_absolute_paths`.
    ROW_IDENTITY_ABSOLUTE_PATH_REJECTED = "row_identity_absolute_path_rejected";
    /// The row map's path leaves the manifest's folder, by `..` or by symlink, without `allow_path_escape`.
    ROW_IDENTITY_PATH_ESCAPE_REJECTED = "row_identity_path_escape_rejected";
    /// The manifest's folder cannot be resolved.
    ROW_IDENTITY_BASE_DIR_UNAVAILABLE = "row_identity_base_dir_unavailable";
    /// The row map does not exist or cannot be reached.
    ROW_IDENTITY_PATH_UNAVAILABLE = "row_identity_path_unavailable";
    /// The row map is a folder, pipe or device.
    ROW_IDENTITY_NOT_REGULAR_FILE = "row_identity_not_regular_file";
    /// The system refused to read the row map.
    ROW_IDENTITY_READ_FAILED = "row_identity_read_failed";
    /// A row map line exceeds `max_row_map_line_bytes`.
    ROW_IDENTITY_LINE_TOO_LARGE = "row_identity_line_too_large";
    /// The row map exceeds `max_row_map_rows`.
    ROW_IDENTITY_ROW_COUNT_LIMIT_EXCEEDED = "row_identity_row_count_limit_exceeded";
    /// Finding duplicates would need more than `max_row_map_tracked_id_bytes`.
    ROW_IDENTITY_DUPLICATE_TRACKING_LIMIT_EXCEEDED = "row_identity_duplicate_tracking_limit_exceeded";
    /// A row map line is not `{"row_id": …, "db_id": …}`, with `parent_id` or without.
    ROW_IDENTITY_JSONL_INVALID_JSON = "row_identity_jsonl_invalid_json";
    /// A `row_id` is not its zero-based line number.
    ROW_IDENTITY_ROW_ID_MISMATCH = "row_identity_row_id_mismatch";
    /// A `db_id` is empty.
    ROW_IDENTITY_DB_ID_EMPTY = "row_identity_db_id_empty";
    /// A `db_id` holds a NUL.
    ROW_IDENTITY_DB_ID_CONTAINS_NUL = "row_identity_db_id_contains_nul";
    /// A `db_id` is not a UUID in one of the four spellings.
    ROW_IDENTITY_DB_ID_INVALID_UUID = "row_identity_db_id_invalid_uuid";
    /// A `parent_id` is empty.
    ROW_IDENTITY_PARENT_ID_EMPTY = "row_identity_parent_id_empty";
    /// A `parent_id` holds a NUL.
    ROW_IDENTITY_PARENT_ID_CONTAINS_NUL = "row_identity_parent_id_contains_nul";
    /// A `parent_id` is not a UUID in one of the four spellings.
    ROW_IDENTITY_PARENT_ID_INVALID_UUID = "row_identity_parent_id_invalid_uuid";
    /// Two rows have one `db_id`, without `allow_duplicate_db_ids`.
    ROW_IDENTITY_DUPLICATE_DB_ID = "row_identity_duplicate_db_id";
    /// `row_identity.sha256` is not 64 lower-case hexadecimal digits.
    ROW_IDENTITY_SHA256_INVALID = "row_identity_sha256_invalid";
    /// The row map has another SHA-256 than declared.
    ROW_IDENTITY_SHA256_MISMATCH = "row_identity_sha256_mismatch";
    /// The row map has another number of rows than declared.
    ROW_IDENTITY_ROW_COUNT_MISMATCH = "row_identity_row_count_mismatch";

    // Attestations.
    /// More attestations than `max_attestations`.
    ATTESTATION_COUNT_LIMIT_EXCEEDED = "attestation_count_limit_exceeded";
    /// An attestation has no `predicateType` (or `predicate_type`).
    ATTESTATION_PREDICATE_TYPE_MISSING = "attestation_predicate_type_missing";
    /// No attestation has the index's SHA-256 among its subjects.
    ATTESTATION_SUBJECT_SHA256_MISMATCH = "attestation_subject_sha256_mismatch";

    // Writing and reporting.
    /// The manifest's target is a symlink.
    OUTPUT_SYMLINK = "output_symlink";
    /// The manifest's target is a folder, pipe or device.
    OUTPUT_NOT_REGULAR_FILE = "output_not_regular_file";
    /// The manifest's target is one of the files it would bind.
    OUTPUT_OVERWRITES_INPUT = "output_overwrites_input";
    /// More errors or warnings than `max_report_issues`; the rest is not listed.
    VERIFICATION_REPORT_ISSUE_LIMIT_EXCEEDED = "verification_report_issue_limit_exceeded";
}

/// Entries of a report's `skipped_checks`.
pub mod skipped {
    /// The index was not hashed or probed, because it could not be opened or resolved.
    pub const ARTIFACT_CONTENT: &str = "artifact_content";
    /// The header was not compared, because it could not be probed.
    pub const ARTIFACT_METADATA: &str = "artifact_metadata";
    /// The row map's digest was not compared, because its rows were already refused.
    pub const ROW_MAP_DIGEST: &str = "row_map_digest";
    /// Duplicate ids were not looked for, because the caller allows them.
    pub const ROW_MAP_DUPLICATES: &str = "row_map_duplicates";
    /// There are no attestations to look at.
    pub const ATTESTATIONS_ABSENT: &str = "attestations_absent";
    /// Nothing below the document was checked, because the document was refused.
    pub const DOCUMENT: &str = "document";
}
