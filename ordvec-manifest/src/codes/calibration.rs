//! Codes of the section `calibration` and its profile file.

use super::codes;

codes! {
    /// `calibration.schema_version` is not `ordvec.calibration.v1`.
    CALIBRATION_SCHEMA_VERSION_UNSUPPORTED = "calibration_schema_version_unsupported";
    /// `profile_id` is blank.
    CALIBRATION_PROFILE_ID_EMPTY = "calibration_profile_id_empty";
    /// `created_at` is there and not an RFC 3339 time.
    CALIBRATION_CREATED_AT_INVALID = "calibration_created_at_invalid";
    /// `calibrated_for.model` is blank.
    CALIBRATION_ENCODER_MODEL_EMPTY = "calibration_encoder_model_empty";
    /// `calibrated_for.dim` is 0.
    CALIBRATION_ENCODER_DIM_ZERO = "calibration_encoder_dim_zero";
    /// `calibrated_for.model_revision` is there and blank.
    CALIBRATION_ENCODER_MODEL_REVISION_EMPTY = "calibration_encoder_model_revision_empty";
    /// `calibrated_for.normalization` is there and blank.
    CALIBRATION_ENCODER_NORMALIZATION_EMPTY = "calibration_encoder_normalization_empty";
    /// `calibrated_for.model` differs from `embedding.model`.
    CALIBRATION_ENCODER_MODEL_MISMATCH = "calibration_encoder_model_mismatch";
    /// `calibrated_for.dim` differs from `embedding.dim`.
    CALIBRATION_ENCODER_DIM_MISMATCH = "calibration_encoder_dim_mismatch";
    /// `calibrated_for.model_revision` differs from the embedding's, or only one of them is there.
    CALIBRATION_ENCODER_MODEL_REVISION_MISMATCH = "calibration_encoder_model_revision_mismatch";
    /// `calibrated_for.normalization` differs from the embedding's, or only one of them is there.
    CALIBRATION_ENCODER_NORMALIZATION_MISMATCH = "calibration_encoder_normalization_mismatch";
    /// `ordinalization.dim` is 0.
    CALIBRATION_ORDINALIZATION_DIM_ZERO = "calibration_ordinalization_dim_zero";
    /// `ordinalization.dim` differs from `artifact.dim`.
    CALIBRATION_ORDINALIZATION_DIM_MISMATCH = "calibration_ordinalization_dim_mismatch";
    /// `ordinalization` does not describe an index of this kind and these parameters, or its `name` is blank.
    CALIBRATION_ORDINALIZATION_ARTIFACT_MISMATCH = "calibration_ordinalization_artifact_mismatch";
    /// `null_model.statistic` is blank.
    CALIBRATION_NULL_STATISTIC_EMPTY = "calibration_null_statistic_empty";
    /// `null_model.name` is blank.
    CALIBRATION_NULL_NAME_EMPTY = "calibration_null_name_empty";
    /// `null_model.parameterization` of a caller-defined null model is there and blank.
    CALIBRATION_NULL_PARAMETERIZATION_EMPTY = "calibration_null_parameterization_empty";
    /// `profile.parameterization` is not what `null_model` asks for.
    CALIBRATION_NULL_PARAMETERIZATION_MISMATCH = "calibration_null_parameterization_mismatch";
    /// `uniform_hypergeometric` with another ordinalization than `top_k`.
    CALIBRATION_NULL_MODEL_ORDINALIZATION_MISMATCH = "calibration_null_model_ordinalization_mismatch";
    /// A null model other than `uniform_hypergeometric`, without a profile file.
    CALIBRATION_PROFILE_REQUIRED = "calibration_profile_required";
    /// `uniform_hypergeometric` with a profile file.
    CALIBRATION_PROFILE_UNEXPECTED = "calibration_profile_unexpected";
    /// `profile.path` is empty.
    CALIBRATION_PROFILE_PATH_EMPTY = "calibration_profile_path_empty";
    /// `profile.path` is absolute, without `allow_absolute_paths`.
    CALIBRATION_PROFILE_ABSOLUTE_PATH_REJECTED = "calibration_profile_absolute_path_rejected";
    /// `profile.path` leaves the manifest's folder, by `..` or by symlink, without `allow_path_escape`.
    CALIBRATION_PROFILE_PATH_ESCAPE_REJECTED = "calibration_profile_path_escape_rejected";
    /// The manifest's folder cannot be resolved.
    CALIBRATION_PROFILE_BASE_DIR_UNAVAILABLE = "calibration_profile_base_dir_unavailable";
    /// The profile does not exist or cannot be reached.
    CALIBRATION_PROFILE_PATH_UNAVAILABLE = "calibration_profile_path_unavailable";
    /// The profile is a folder, pipe or device.
    CALIBRATION_PROFILE_NOT_REGULAR_FILE = "calibration_profile_not_regular_file";
    /// The system refused to read the profile.
    CALIBRATION_PROFILE_HASH_FAILED = "calibration_profile_hash_failed";
    /// The profile exceeds `max_calibration_profile_bytes`.
    CALIBRATION_PROFILE_TOO_LARGE = "calibration_profile_too_large";
    /// `profile.file_size_bytes` is 0.
    CALIBRATION_PROFILE_FILE_SIZE_ZERO = "calibration_profile_file_size_zero";
    /// The profile has another size than declared, or than `shape` and `format` give.
    CALIBRATION_PROFILE_FILE_SIZE_MISMATCH = "calibration_profile_file_size_mismatch";
    /// `profile.sha256` is not 64 lower-case hexadecimal digits.
    CALIBRATION_PROFILE_SHA256_INVALID = "calibration_profile_sha256_invalid";
    /// The profile has another SHA-256 than declared.
    CALIBRATION_PROFILE_SHA256_MISMATCH = "calibration_profile_sha256_mismatch";
    /// `profile.dim` differs from `artifact.dim`.
    CALIBRATION_PROFILE_DIM_MISMATCH = "calibration_profile_dim_mismatch";
    /// `profile.sample_count` is 0.
    CALIBRATION_PROFILE_SAMPLE_COUNT_ZERO = "calibration_profile_sample_count_zero";
    /// `profile.format` is blank.
    CALIBRATION_PROFILE_FORMAT_EMPTY = "calibration_profile_format_empty";
    /// `profile.shape` is not the shape of this parameterization, or too large to count.
    CALIBRATION_PROFILE_SHAPE_MISMATCH = "calibration_profile_shape_mismatch";
    /// `profile.parameterization` does not belong to this ordinalization.
    CALIBRATION_PROFILE_PARAMETERIZATION_ORDINALIZATION_MISMATCH = "calibration_profile_parameterization_ordinalization_mismatch";
    /// `profile.source_digest` is not `sha256:` and 64 lower-case hexadecimal digits.
    CALIBRATION_PROFILE_SOURCE_DIGEST_INVALID = "calibration_profile_source_digest_invalid";
}
