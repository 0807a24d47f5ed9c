//! Stable issue codes. A code keeps its spelling and meaning for the life of schema v2;
//! messages may change. [`ALL`] lists every code, and the README tabulates them.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        $($(#[$doc])* pub const $name: &str = $text;)+

        /// Every code, in the order of this module.
        pub const ALL: &[&str] = &[$($name),+];
    };
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
    /// `schema_version` is absent or another than this crate writes.
    SCHEMA_VERSION_UNSUPPORTED = "schema_version_unsupported";
    /// A top-level key that schema v2 does not have.
    SECTION_UNKNOWN = "section_unknown";
    /// A section of schema v2 that this release cannot verify, so it refuses it.
    SECTION_UNSUPPORTED = "section_unsupported";
    /// Warning: valid, but not the bytes that `create` writes for this document.
    MANIFEST_NOT_CANONICAL = "manifest_not_canonical";
    /// A digest is not 64 lower-case hexadecimal digits.
    DIGEST_MALFORMED = "digest_malformed";
    /// `embedding.model` is empty, too long or holds control characters.
    EMBEDDING_MODEL_INVALID = "embedding_model_invalid";
    /// `embedding.dim` differs from `artifact.dim`.
    EMBEDDING_DIM_MISMATCH = "embedding_dim_mismatch";

    // Paths.
    /// An absolute path without `allow_absolute`.
    PATH_ABSOLUTE = "path_absolute";
    /// A path that leaves the manifest's folder, by `..` or by symlink, without `allow_escape`.
    PATH_ESCAPE = "path_escape";
    /// An empty path, an empty or `.` segment, a backslash, a NUL, an inner `..`.
    PATH_INVALID = "path_invalid";
    /// A path that is not UTF-8 and cannot be written into JSON.
    PATH_NOT_UTF8 = "path_not_utf8";

    // The index file.
    /// The index does not exist.
    ARTIFACT_MISSING = "artifact_missing";
    /// The index is a folder, pipe or device.
    ARTIFACT_NOT_REGULAR_FILE = "artifact_not_regular_file";
    /// The system refused to read the index.
    ARTIFACT_UNREADABLE = "artifact_unreadable";
    /// The index exceeds `max_index_bytes`.
    INDEX_FILE_TOO_LARGE = "index_file_too_large";
    /// The index has another size than declared.
    ARTIFACT_SIZE_MISMATCH = "artifact_size_mismatch";
    /// The index has another SHA-256 than declared.
    ARTIFACT_DIGEST_MISMATCH = "artifact_digest_mismatch";
    /// The index has no valid header, or its length does not fit the header.
    ARTIFACT_PROBE_FAILED = "artifact_probe_failed";
    /// The index changed between hashing and probing.
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
    /// The header's parameters differ, or `params.kind` contradicts `kind`.
    ARTIFACT_PARAMS_MISMATCH = "artifact_params_mismatch";

    // Sidecars.
    /// A required sidecar does not exist.
    AUXILIARY_MISSING = "auxiliary_missing";
    /// An optional sidecar does not exist; not an error of the bundle.
    AUXILIARY_ABSENT = "auxiliary_absent";
    /// A sidecar is a folder, pipe or device.
    AUXILIARY_NOT_REGULAR_FILE = "auxiliary_not_regular_file";
    /// The system refused to read a sidecar.
    AUXILIARY_UNREADABLE = "auxiliary_unreadable";
    /// A sidecar exceeds `max_auxiliary_artifact_bytes`.
    AUXILIARY_FILE_TOO_LARGE = "auxiliary_file_too_large";
    /// More sidecars than `max_auxiliary_artifacts`.
    AUXILIARY_TOO_MANY = "auxiliary_too_many";
    /// A sidecar has another size than declared.
    AUXILIARY_SIZE_MISMATCH = "auxiliary_size_mismatch";
    /// A sidecar has another SHA-256 than declared.
    AUXILIARY_DIGEST_MISMATCH = "auxiliary_digest_mismatch";
    /// A sidecar name is empty, too long or holds control characters.
    AUXILIARY_NAME_INVALID = "auxiliary_name_invalid";
    /// Two sidecars have one name.
    AUXILIARY_NAME_DUPLICATE = "auxiliary_name_duplicate";
    /// A caller asked a load plan for a sidecar that the manifest does not declare.
    AUXILIARY_UNDECLARED = "auxiliary_undeclared";

    // Row identity.
    /// Neither or both of row-id identity and a row map were asked for.
    ROW_IDENTITY_REQUIRED = "row_identity_required";
    /// `row_identity.kind` or `id_kind` is none that this release knows.
    ROW_IDENTITY_KIND_UNSUPPORTED = "row_identity_kind_unsupported";
    /// The row count differs from the vector count, or the row map from its declaration.
    ROW_COUNT_MISMATCH = "row_count_mismatch";
    /// The row map does not exist.
    ROW_MAP_MISSING = "row_map_missing";
    /// The row map is a folder, pipe or device.
    ROW_MAP_NOT_REGULAR_FILE = "row_map_not_regular_file";
    /// The system refused to read the row map.
    ROW_MAP_UNREADABLE = "row_map_unreadable";
    /// A row map line exceeds `max_row_map_line_bytes`.
    ROW_MAP_LINE_TOO_LONG = "row_map_line_too_long";
    /// The row map exceeds `max_row_map_rows`.
    ROW_MAP_TOO_MANY_ROWS = "row_map_too_many_rows";
    /// Finding duplicates would need more than `max_row_map_tracked_id_bytes`.
    ROW_MAP_TRACKED_IDS_TOO_LARGE = "row_map_tracked_ids_too_large";
    /// A row map line is not `{"row_id": …, "db_id": …}`.
    ROW_MAP_LINE_INVALID = "row_map_line_invalid";
    /// A `row_id` is not its zero-based line number.
    ROW_MAP_ROW_ID_MISMATCH = "row_map_row_id_mismatch";
    /// A `db_id` is not a hyphenated UUID.
    ROW_MAP_DB_ID_INVALID = "row_map_db_id_invalid";
    /// Two rows have one `db_id`, without `allow_duplicate_db_ids`.
    ROW_MAP_DB_ID_DUPLICATE = "row_map_db_id_duplicate";
    /// The row map has another SHA-256 than declared.
    ROW_MAP_DIGEST_MISMATCH = "row_map_digest_mismatch";

    // Writing and reporting.
    /// The manifest's target is a symlink.
    OUTPUT_SYMLINK = "output_symlink";
    /// The manifest's target is a folder, pipe or device.
    OUTPUT_NOT_REGULAR_FILE = "output_not_regular_file";
    /// The manifest's target is one of the files it would bind.
    OUTPUT_OVERWRITES_INPUT = "output_overwrites_input";
    /// More errors or warnings than `max_report_issues`; the rest is not listed.
    REPORT_ISSUES_TRUNCATED = "report_issues_truncated";
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
    /// Nothing below the document was checked, because the document was refused.
    pub const DOCUMENT: &str = "document";
}
