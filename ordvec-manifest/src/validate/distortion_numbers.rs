//! Bounds and scope of an encoder distortion: numbers that can be.

use super::findings::{Findings, NOT_NEGATIVE, POSITIVE, SHARE};
use crate::codes;
use crate::schema::{DistortionBounds, DistortionScope};

/// How far the estimate may be from the quotient of the bounds, relative and absolute.
const DISTORTION_TOLERANCE: f64 = 1e-9;

pub(super) fn check_bounds(found: &mut Findings, bounds: &DistortionBounds) {
    let numbers = [
        (
            codes::ENCODER_DISTORTION_LOWER_BOUND_INVALID,
            ("declared_lower_bound", &POSITIVE),
            bounds.declared_lower_bound,
        ),
        (
            codes::ENCODER_DISTORTION_UPPER_BOUND_INVALID,
            ("declared_upper_bound", &POSITIVE),
            bounds.declared_upper_bound,
        ),
        (
            codes::ENCODER_DISTORTION_ESTIMATED_DISTORTION_INVALID,
            ("estimated_distortion", &POSITIVE),
            bounds.estimated_distortion,
        ),
        (
            codes::ENCODER_DISTORTION_VIOLATION_RATE_INVALID,
            ("violation_rate", &SHARE),
            bounds.violation_rate,
        ),
        (
            codes::ENCODER_DISTORTION_MAX_OBSERVED_VIOLATION_INVALID,
            ("max_observed_violation", &NOT_NEGATIVE),
            bounds.max_observed_violation,
        ),
        (
            codes::ENCODER_DISTORTION_QUANTILE_OBSERVED_VIOLATION_INVALID,
            ("quantile_observed_violation", &NOT_NEGATIVE),
            bounds.quantile_observed_violation,
        ),
    ];
    found.check(
        numbers.iter().any(|(_, _, number)| number.is_some()),
        codes::ENCODER_DISTORTION_BOUNDS_EMPTY,
        "at least one member in encoder_distortion.bounds",
        bounds,
    );
    for (code, rule, number) in numbers {
        found.number(code, rule, number);
    }
}

/// Rules between the members, where each of them is sound.
pub(super) fn check_order(found: &mut Findings, bounds: &DistortionBounds) {
    let sound = |bound: Option<f64>| bound.filter(|bound| bound.is_finite() && *bound > 0.0);
    let (Some(lower), Some(upper)) = (
        sound(bounds.declared_lower_bound),
        sound(bounds.declared_upper_bound),
    ) else {
        return;
    };
    found.check(
        lower <= upper,
        codes::ENCODER_DISTORTION_BOUNDS_ORDER_INVALID,
        &format!("declared_lower_bound of at most declared_upper_bound {upper}"),
        lower,
    );
    if let Some(estimate) = sound(bounds.estimated_distortion) {
        let quotient = upper / lower;
        let tolerance = DISTORTION_TOLERANCE * quotient.max(1.0);
        found.check(
            quotient.is_finite() && (estimate - quotient).abs() <= tolerance,
            codes::ENCODER_DISTORTION_DISTORTION_MISMATCH,
            &format!("estimated_distortion to be upper over lower bound, {quotient}"),
            estimate,
        );
    }
}

pub(super) fn check_scope(found: &mut Findings, scope: &DistortionScope) {
    let digests = [
        (
            codes::ENCODER_DISTORTION_SCOPE_CORPUS_DIGEST_INVALID,
            "corpus_digest",
            &scope.corpus_digest,
        ),
        (
            codes::ENCODER_DISTORTION_SCOPE_QUERY_SET_DIGEST_INVALID,
            "query_set_digest",
            &scope.query_set_digest,
        ),
        (
            codes::ENCODER_DISTORTION_SCOPE_PAIR_SAMPLE_DIGEST_INVALID,
            "pair_sample_digest",
            &scope.pair_sample_digest,
        ),
    ];
    for (code, member, text) in digests {
        found.digest_uri(code, member, text.as_ref());
    }
    found.not_blank_if_any(
        codes::ENCODER_DISTORTION_SCOPE_DOMAIN_EMPTY,
        "encoder_distortion.scope.domain",
        scope.domain.as_ref(),
    );
    found.not_blank_if_any(
        codes::ENCODER_DISTORTION_SCOPE_ESTIMATOR_VERSION_EMPTY,
        "encoder_distortion.scope.estimator_version",
        scope.estimator_version.as_ref(),
    );
    found.not_zero(
        codes::ENCODER_DISTORTION_SCOPE_SAMPLE_SIZE_ZERO,
        "encoder_distortion.scope.sample_size",
        scope.sample_size.unwrap_or(1),
    );
    found.number(
        codes::ENCODER_DISTORTION_SCOPE_CONFIDENCE_INVALID,
        ("confidence", &SHARE),
        scope.confidence,
    );
    found.number(
        codes::ENCODER_DISTORTION_SCOPE_COVERAGE_INVALID,
        ("coverage", &SHARE),
        scope.coverage,
    );
}
