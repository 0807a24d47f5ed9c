//! JSON without surprises: no duplicate keys on the way in, sorted keys on the way out.
//!
//! `serde_json` keeps the last of two equal keys, so two readers could see two documents in
//! one manifest; RFC 8259, section 4, leaves that open and a verifier must not.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::Deserializer;
use serde_json::{Map, Number, Value};

use crate::codes;
use crate::error::{ManifestError, ReportIssue};

/// The one JSON value in `bytes`; trailing bytes and duplicate keys are refused.
pub(crate) fn parse_strict(bytes: &[u8]) -> Result<Value, ReportIssue> {
    let invalid = |err: serde_json::Error| {
        ReportIssue::new(
            codes::MANIFEST_JSON_INVALID,
            format!("expected one JSON document: {err}"),
        )
    };
    let duplicate = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict(&duplicate)
        .deserialize(&mut reader)
        .map_err(invalid)?;
    reader.end().map_err(invalid)?;
    match duplicate.into_inner() {
        None => Ok(value),
        Some(key) => Err(ReportIssue::new(
            codes::MANIFEST_DUPLICATE_KEY,
            format!("expected each key once in an object, found {key:?} twice"),
        )),
    }
}

/// The JSON object in `bytes`, fit for the sections of
/// [`CreateManifestOptions`](crate::CreateManifestOptions).
///
/// # Errors
/// [`ManifestError::Rejected`] when it is no JSON object or names a key twice at any depth.
pub fn parse_extensions(bytes: &[u8]) -> Result<Map<String, Value>, ManifestError> {
    match parse_strict(bytes)? {
        Value::Object(map) => Ok(map),
        _ => Err(ReportIssue::new(
            codes::MANIFEST_JSON_INVALID,
            "expected one JSON object, found another value",
        )
        .into()),
    }
}

/// The same map with keys sorted at every depth, whatever order `Map` keeps.
pub(crate) fn sorted_map(map: Map<String, Value>) -> Map<String, Value> {
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    entries
        .into_iter()
        .map(|(key, value)| (key, sorted_value(value)))
        .collect()
}

/// The same values in the same order, each with its keys sorted at every depth.
pub(crate) fn sorted_values(values: Vec<Value>) -> Vec<Value> {
    values.into_iter().map(sorted_value).collect()
}

fn sorted_value(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(sorted_map(map)),
        Value::Array(items) => Value::Array(sorted_values(items)),
        scalar => scalar,
    }
}

/// Reads any JSON value and notes the first duplicate key.
#[derive(Clone, Copy)]
struct Strict<'n>(&'n RefCell<Option<String>>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            if map.insert(key.clone(), value).is_some() {
                self.0.borrow_mut().get_or_insert(key);
            }
        }
        Ok(Value::Object(map))
    }
}
