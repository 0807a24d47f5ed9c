//! Codes of the section `encoder_distortion` and its profile file.

use super::codes;

codes! {
    /// `encoder_distortion.schema_version` is not `ordvec.encoder_distortion.v1`.
    ENCODER_DISTORTION_SCHEMA_VERSION_UNSUPPORTED = "encoder_distortion_schema_version_unsupported";
    /// `profile_id` is blank.
    ENCODER_DISTORTION_PROFILE_ID_EMPTY = "encoder_distortion_profile_id_empty";
    /// `created_at` is there and not an RFC 3339 time.
    ENCODER_DISTORTION_CREATED_AT_INVALID = "encoder_distortion_created_at_invalid";
    /// `encoder.model` is blank.
    ENCODER_DISTORTION_ENCODER_MODEL_EMPTY = "encoder_distortion_encoder_model_empty";
    /// `encoder.dim` is 0.
    ENCODER_DISTORTION_ENCODER_DIM_ZERO = "encoder_distortion_encoder_dim_zero";
    /// `encoder.model_revision` is there and blank.
    ENCODER_DISTORTION_ENCODER_MODEL_REVISION_EMPTY = "encoder_distortion_encoder_model_revision_empty";
    /// `encoder.normalization` is there and blank.
    ENCODER_DISTORTION_ENCODER_NORMALIZATION_EMPTY = "encoder_distortion_encoder_normalization_empty";
    /// `tokenizer_revision` is there and blank.
    ENCODER_DISTORTION_TOKENIZER_REVISION_EMPTY = "encoder_distortion_tokenizer_revision_empty";
    /// `pooling` is there and blank.
    ENCODER_DISTORTION_POOLING_EMPTY = "encoder_distortion_pooling_empty";
    /// `encoder.model` differs from `embedding.model`.
    ENCODER_DISTORTION_ENCODER_MODEL_MISMATCH = "encoder_distortion_encoder_model_mismatch";
    /// `encoder.dim` differs from `embedding.dim`.
    ENCODER_DISTORTION_ENCODER_DIM_MISMATCH = "encoder_distortion_encoder_dim_mismatch";
    /// `encoder.model_revision` differs from the embedding's, or only one of them is there.
    ENCODER_DISTORTION_ENCODER_MODEL_REVISION_MISMATCH = "encoder_distortion_encoder_model_revision_mismatch";
    /// `encoder.normalization` differs from the embedding's, or only one of them is there.
    ENCODER_DISTORTION_ENCODER_NORMALIZATION_MISMATCH = "encoder_distortion_encoder_normalization_mismatch";
    /// `tokenizer_revision` differs from the embedding's, or only one of them is there.
    ENCODER_DISTORTION_TOKENIZER_REVISION_MISMATCH = "encoder_distortion_tokenizer_revision_mismatch";
    /// `pooling` differs from the embedding's, or only one of them is there.
    ENCODER_DISTORTION_POOLING_MISMATCH = "encoder_distortion_pooling_mismatch";
    /// `source_metric.name` is blank.
    ENCODER_DISTORTION_SOURCE_METRIC_NAME_EMPTY = "encoder_distortion_source_metric_name_empty";
    /// `source_metric.version` is there and blank.
    ENCODER_DISTORTION_SOURCE_METRIC_VERSION_EMPTY = "encoder_distortion_source_metric_version_empty";
    /// `source_metric.digest` is not `sha256:` and 64 lower-case hexadecimal digits.
    ENCODER_DISTORTION_SOURCE_METRIC_DIGEST_INVALID = "encoder_distortion_source_metric_digest_invalid";
    /// `embedding_metric.name` is blank.
    ENCODER_DISTORTION_EMBEDDING_METRIC_NAME_EMPTY = "encoder_distortion_embedding_metric_name_empty";
    /// `embedding_metric.version` is there and blank.
    ENCODER_DISTORTION_EMBEDDING_METRIC_VERSION_EMPTY = "encoder_distortion_embedding_metric_version_empty";
    /// `embedding_metric.digest` is not `sha256:` and 64 lower-case hexadecimal digits.
    ENCODER_DISTORTION_EMBEDDING_METRIC_DIGEST_INVALID = "encoder_distortion_embedding_metric_digest_invalid";
    /// `bounds` states nothing.
    ENCODER_DISTORTION_BOUNDS_EMPTY = "encoder_distortion_bounds_empty";
    /// `bounds.declared_lower_bound` is not finite and above 0.
    ENCODER_DISTORTION_LOWER_BOUND_INVALID = "encoder_distortion_lower_bound_invalid";
    /// `bounds.declared_upper_bound` is not finite and above 0.
    ENCODER_DISTORTION_UPPER_BOUND_INVALID = "encoder_distortion_upper_bound_invalid";
    /// `bounds.estimated_distortion` is not finite and above 0.
    ENCODER_DISTORTION_ESTIMATED_DISTORTION_INVALID = "encoder_distortion_estimated_distortion_invalid";
    /// `bounds.violation_rate` is not in [0, 1].
    ENCODER_DISTORTION_VIOLATION_RATE_INVALID = "encoder_distortion_violation_rate_invalid";
    /// `bounds.max_observed_violation` is not finite and at least 0.
    ENCODER_DISTORTION_MAX_OBSERVED_VIOLATION_INVALID = "encoder_distortion_max_observed_violation_invalid";
    /// `bounds.quantile_observed_violation` is not finite and at least 0.
    ENCODER_DISTORTION_QUANTILE_OBSERVED_VIOLATION_INVALID = "encoder_distortion_quantile_observed_violation_invalid";
    /// The lower bound is above the upper one.
    ENCODER_DISTORTION_BOUNDS_ORDER_INVALID = "encoder_distortion_bounds_order_invalid";
    /// `bounds.estimated_distortion` is not upper bound over lower bound, within 1e-9.
    ENCODER_DISTORTION_DISTORTION_MISMATCH = "encoder_distortion_distortion_mismatch";
    /// `scope.corpus_digest` is not `sha256:` and 64 lower-case hexadecimal digits.
    ENCODER_DISTORTION_SCOPE_CORPUS_DIGEST_INVALID = "encoder_distortion_scope_corpus_digest_invalid";
    /// `scope.query_set_digest` is not `sha256:` and 64 lower-case hexadecimal digits.
    ENCODER_DISTORTION_SCOPE_QUERY_SET_DIGEST_INVALID = "encoder_distortion_scope_query_set_digest_invalid";
    /// `scope.pair_sample_digest` is not `sha256:` and 64 lower-case hexadecimal digits.
    ENCODER_DISTORTION_SCOPE_PAIR_SAMPLE_DIGEST_INVALID = "encoder_distortion_scope_pair_sample_digest_invalid";
    /// `scope.domain` is there and blank.
    ENCODER_DISTORTION_SCOPE_DOMAIN_EMPTY = "encoder_distortion_scope_domain_empty";
    /// `scope.sample_size` is 0.
    ENCODER_DISTORTION_SCOPE_SAMPLE_SIZE_ZERO = "encoder_distortion_scope_sample_size_zero";
    /// `scope.confidence` is not in [0, 1].
    ENCODER_DISTORTION_SCOPE_CONFIDENCE_INVALID = "encoder_distortion_scope_confidence_invalid";
    /// `scope.coverage` is not in [0, 1].
    ENCODER_DISTORTION_SCOPE_COVERAGE_INVALID = "encoder_distortion_scope_coverage_invalid";
    /// `scope.estimator_version` is there and blank.
    ENCODER_DISTORTION_SCOPE_ESTIMATOR_VERSION_EMPTY = "encoder_distortion_scope_estimator_version_empty";
    /// `evidence.estimator_id` is there and blank.
    ENCODER_DISTORTION_EVIDENCE_ESTIMATOR_ID_EMPTY = "encoder_distortion_evidence_estimator_id_empty";
    /// `evidence.estimator_hash` is not `sha256:` and 64 lower-case hexadecimal digits.
    ENCODER_DISTORTION_EVIDENCE_ESTIMATOR_HASH_INVALID = "encoder_distortion_evidence_estimator_hash_invalid";
    /// Evidence other than `caller_asserted`, without a profile file.
    ENCODER_DISTORTION_PROFILE_REQUIRED = "encoder_distortion_profile_required";
    /// `profile.path` is empty.
    ENCODER_DISTORTION_PROFILE_PATH_EMPTY = "encoder_distortion_profile_path_empty";
    /// `profile.path` is absolute, without `allow_absolute_paths`.
    ENCODER_DISTORTION_PROFILE_ABSOLUTE_PATH_REJECTED = "encoder_distortion_profile_absolute_path_rejected";
    /// `profile.path` leaves the manifest's folder, by `..` or by symlink, without `allow_path_escape`.
    ENCODER_DISTORTION_PROFILE_PATH_ESCAPE_REJECTED = "encoder_distortion_profile_path_escape_rejected";
    /// The manifest's folder cannot be resolved.
    ENCODER_DISTORTION_PROFILE_BASE_DIR_UNAVAILABLE = "encoder_distortion_profile_base_dir_unavailable";
    /// The profile does not exist or cannot be reached.
    ENCODER_DISTORTION_PROFILE_PATH_UNAVAILABLE = "encoder_distortion_profile_path_unavailable";
    /// The profile is a folder, pipe or device.
    ENCODER_DISTORTION_PROFILE_NOT_REGULAR_FILE = "encoder_distortion_profile_not_regular_file";
    /// The system refused to read the profile.
    ENCODER_DISTORTION_PROFILE_HASH_FAILED = "encoder_distortion_profile_hash_failed";
    /// The profile exceeds `max_encoder_distortion_profile_bytes`.
    ENCODER_DISTORTION_PROFILE_TOO_LARGE = "encoder_distortion_profile_too_large";
    /// `profile.file_size_bytes` is 0.
    ENCODER_DISTORTION_PROFILE_FILE_SIZE_ZERO = "encoder_distortion_profile_file_size_zero";
    /// The profile has another size than declared.
    ENCODER_DISTORTION_PROFILE_FILE_SIZE_MISMATCH = "encoder_distortion_profile_file_size_mismatch";
    /// `profile.sha256` is not 64 lower-case hexadecimal digits.
    ENCODER_DISTORTION_PROFILE_SHA256_INVALID = "encoder_distortion_profile_sha256_invalid";
    /// The profile has another SHA-256 than declared.
    ENCODER_DISTORTION_PROFILE_SHA256_MISMATCH = "encoder_distortion_profile_sha256_mismatch";
    /// `profile.format` is blank.
    ENCODER_DISTORTION_PROFILE_FORMAT_EMPTY = "encoder_distortion_profile_format_empty";
    /// `profile.source_digest` is not `sha256:` and 64 lower-case hexadecimal digits.
    ENCODER_DISTORTION_PROFILE_SOURCE_DIGEST_INVALID = "encoder_distortion_profile_source_digest_invalid";
    /// `calibration_profile_id` is there and blank.
    ENCODER_DISTORTION_CALIBRATION_PROFILE_ID_EMPTY = "encoder_distortion_calibration_profile_id_empty";
    /// `calibration_profile_id` begins or ends with white space.
    ENCODER_DISTORTION_CALIBRATION_PROFILE_ID_WHITESPACE = "encoder_distortion_calibration_profile_id_whitespace";
    /// `calibration_profile_id` without a `calibration` section.
    ENCODER_DISTORTION_CALIBRATION_MISSING = "encoder_distortion_calibration_missing";
    /// `calibration_profile_id` is not `calibration.profile_id`.
    ENCODER_DISTORTION_CALIBRATION_PROFILE_MISMATCH = "encoder_distortion_calibration_profile_mismatch";
}
