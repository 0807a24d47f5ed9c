//! One value of a bundle with every section spoilt, and the codes that must come of it.

use serde_json::Value;

use super::profiles::profile_bundle;
use super::{error_codes, spoil, verify};

pub const BLANKS: [&str; 2] = ["", " \t"];

pub fn codes_after(pointer: &str, value: impl Into<Value>) -> Vec<&'static str> {
    let folder = profile_bundle();
    spoil(&folder, pointer, value);
    error_codes(&verify(&folder))
}

pub fn alone(pointer: &str, values: impl IntoIterator<Item = Value>, code: &'static str) {
    for value in values {
        assert_eq!(
            codes_after(pointer, value.clone()),
            [code],
            "{pointer} {value}"
        );
    }
}

pub fn with(pointer: &str, values: impl IntoIterator<Item = Value>, code: &'static str) {
    for value in values {
        let found = codes_after(pointer, value.clone());
        assert!(found.contains(&code), "{pointer} {value} {found:?}");
    }
}

pub fn blanks() -> impl Iterator<Item = Value> {
    BLANKS.into_iter().map(Value::from)
}

pub fn no_digests() -> impl Iterator<Item = Value> {
    let plain = "0".repeat(64);
    let upper = format!("sha256:{}", "A".repeat(64));
    [plain, upper, "sha256:0".to_owned(), String::new()]
        .into_iter()
        .map(Value::from)
}
