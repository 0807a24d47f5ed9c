//! What rules of a document have in common: they look at one member and add an issue or none.

use std::fmt::Debug;

use crate::error::ReportIssue;

/// Issues in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<ReportIssue>);

impl Findings {
    /// Unless `kept`, report that `rule` was expected and `found` is what stands there.
    pub(super) fn check(&mut self, kept: bool, code: &'static str, rule: &str, found: impl Debug) {
        if !kept {
            let message = format!("expected {rule}, found {found:?}");
            self.0.push(ReportIssue::new(code, message));
        }
    }

    /// A text must say something.
    pub(super) fn not_blank(&mut self, code: &'static str, member: &str, text: &str) {
        let rule = format!("{member} to say something");
        self.check(!text.trim().is_empty(), code, &rule, text);
    }

    /// A text that is there must say something.
    pub(super) fn not_blank_if_any(
        &mut self,
        code: &'static str,
        member: &str,
        text: Option<&String>,
    ) {
        if let Some(text) = text {
            self.not_blank(code, member, text);
        }
    }

    /// Two members must be equal, or both absent.
    pub(super) fn equal<T: PartialEq + Debug>(
        &mut self,
        code: &'static str,
        member: &str,
        (owner, expected): (&str, T),
        found: T,
    ) {
        let rule = format!("{member} to be {owner}, {expected:?}");
        self.check(found == expected, code, &rule, found);
    }

    pub(super) fn not_zero(&mut self, code: &'static str, member: &str, number: u64) {
        self.check(number > 0, code, &format!("{member} above 0"), number);
    }

    /// 64 lower-case hexadecimal digits.
    pub(super) fn sha256(&mut self, code: &'static str, owner: &str, digest: &str) {
        let rule = format!("64 lower-case hexadecimal digits as sha256 of the {owner}");
        self.check(is_sha256(digest), code, &rule, digest);
    }

    /// A digest with its algorithm before it, where there is one.
    pub(super) fn digest_uri(&mut self, code: &'static str, member: &str, text: Option<&String>) {
        let Some(text) = text else { return };
        let kept = text.strip_prefix("sha256:").is_some_and(is_sha256);
        let rule = format!("{member} to be sha256: and 64 lower-case hexadecimal digits");
        self.check(kept, code, &rule, text);
    }

    /// A number that is there must keep `rule`.
    pub(super) fn number(
        &mut self,
        code: &'static str,
        (member, rule): (&str, &NumberRule),
        number: Option<f64>,
    ) {
        if let Some(number) = number {
            let text = format!("{member} {}", rule.text);
            self.check(
                number.is_finite() && (rule.kept)(number),
                code,
                &text,
                number,
            );
        }
    }
}

/// A range of finite numbers and its description.
pub(super) struct NumberRule {
    text: &'static str,
    kept: fn(f64) -> bool,
}

pub(super) const POSITIVE: NumberRule = NumberRule {
    text: "above 0",
    kept: |number| number > 0.0,
};
pub(super) const NOT_NEGATIVE: NumberRule = NumberRule {
    text: "of at least 0",
    kept: |number| number >= 0.0,
};
pub(super) const SHARE: NumberRule = NumberRule {
    text: "in [0, 1]",
    kept: |number| (0.0..=1.0).contains(&number),
};

fn is_sha256(digest: &str) -> bool {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digest.len() == 64 && digest.bytes().all(digit)
}
