//! What a profile says of its encoder, which must be what `embedding` says of it.

use super::findings::Findings;
use crate::schema::{Embedding, EncoderSpec};

/// A section's encoder: where it stands, and the codes that it fails with.
pub(super) struct EncoderCodes {
    pub(super) member: &'static str,
    pub(super) model_empty: &'static str,
    pub(super) model_mismatch: &'static str,
    pub(super) dim_zero: &'static str,
    pub(super) dim_mismatch: &'static str,
    pub(super) model_revision: DetailCodes,
    pub(super) normalization: DetailCodes,
}

/// Codes of a text that the profile and `embedding` may leave out, but only both of them.
pub(super) struct DetailCodes {
    pub(super) empty: &'static str,
    pub(super) mismatch: &'static str,
}

pub(super) fn check_encoder(
    found: &mut Findings,
    codes: &EncoderCodes,
    encoder: &EncoderSpec,
    embedding: &Embedding,
) {
    let owner = codes.member;
    let (model, dim) = (format!("{owner}.model"), format!("{owner}.dim"));
    let expected = ("embedding.model", &embedding.model);
    found.not_blank(codes.model_empty, &model, &encoder.model);
    found.equal(codes.model_mismatch, &model, expected, &encoder.model);
    let expected = ("embedding.dim", embedding.dim);
    found.not_zero(codes.dim_zero, &dim, encoder.dim);
    found.equal(codes.dim_mismatch, &dim, expected, encoder.dim);
    let revisions = (&encoder.model_revision, &embedding.model_revision);
    let normalizations = (&encoder.normalization, &embedding.normalization);
    let (revision, normalization) = (&codes.model_revision, &codes.normalization);
    revision.check(found, (owner, "model_revision"), revisions);
    normalization.check(found, (owner, "normalization"), normalizations);
}

impl DetailCodes {
    /// `name` in the profile's section `owner` against the same of `embedding`.
    pub(super) fn check(
        &self,
        found: &mut Findings,
        (owner, name): (&str, &str),
        (theirs, ours): (&Option<String>, &Option<String>),
    ) {
        let (member, other) = (format!("{owner}.{name}"), format!("embedding.{name}"));
        found.not_blank_if_any(self.empty, &member, theirs.as_ref());
        found.equal(self.mismatch, &member, (&other, ours), theirs);
    }
}
