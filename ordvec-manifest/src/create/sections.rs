//! Sections that a caller gives as JSON.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Builder, CreateProfileSection};
use crate::attestations::{check_subjects, look};
use crate::codes;
use crate::error::{ManifestError, ReportIssue};
use crate::files::observe;
use crate::paths::{check_text, resolve};
use crate::roles::Role;
use crate::schema::Embedding;

/// The section `embedding`: what the caller knows beyond `model` and `dim`, and these.
pub(super) fn embedding(
    details: &Map<String, Value>,
    model: String,
    dim: u64,
) -> Result<Embedding, ManifestError> {
    let mut section = details.clone();
    for (key, value) in [("model", Value::from(model)), ("dim", Value::from(dim))] {
        if section.insert(key.to_owned(), value).is_some() {
            let problem = format!("expected {key} once, found it among the details as well");
            return Err(schema_issue("embedding", problem));
        }
    }
    typed("embedding", section)
}

/// The statements must be such as verification accepts.
pub(super) fn check_attestations(statements: &[Value], sha256: &str) -> Result<(), ManifestError> {
    let seen: Vec<_> = statements.iter().map(|one| look(one, sha256)).collect();
    match check_subjects(&seen, sha256).into_iter().next() {
        Some(issue) => Err(issue.into()),
        None => Ok(()),
    }
}

impl Builder {
    /// The typed section, its `profile` completed from the file and compared with it.
    pub(super) fn profile_section<T: DeserializeOwned>(
        &self,
        source: Option<&CreateProfileSection>,
        (name, role): (&str, &Role),
        limit: u64,
    ) -> Result<Option<T>, ManifestError> {
        let Some(source) = source else {
            return Ok(None);
        };
        let mut section = source.section.clone();
        if source.profile.is_some() {
            let profile = section.entry("profile").or_insert(Value::Null);
            if profile.is_null() {
                *profile = Map::new().into();
            }
        }
        if let Some(Value::Object(profile)) = section.get_mut("profile") {
            self.complete(profile, source.profile.clone(), role, limit)?;
        }
        typed(name, section).map(Some)
    }

    fn complete(
        &self,
        profile: &mut Map<String, Value>,
        chosen: Option<PathBuf>,
        role: &Role,
        limit: u64,
    ) -> Result<(), ManifestError> {
        let stated = profile.get("path").and_then(Value::as_str).unwrap_or("");
        let path = match chosen {
            Some(path) => path,
            None => {
                check_text(stated, self.options.paths(), role)?;
                resolve(&self.base, stated)
            }
        };
        let (file, text) = self.locate(&path, role)?;
        let found = observe(&file, role, Some(limit))?;
        if let Some(Value::String(declared)) = profile.get("sha256") {
            role.digest_issue(declared, &found.sha256)
                .map_or(Ok(()), Err)?;
        }
        if let Some(declared) = profile.get("file_size_bytes").and_then(Value::as_u64) {
            role.size_issue(declared, found.size_bytes)
                .map_or(Ok(()), Err)?;
        }
        profile.insert("path".to_owned(), text.into());
        // What is stated was compared; what is stated with a wrong type is refused as such.
        let digest = profile.entry("sha256").or_insert(Value::Null);
        if digest.is_null() {
            *digest = found.sha256.into();
        }
        let size = profile.entry("file_size_bytes").or_insert(Value::Null);
        if size.is_null() {
            *size = found.size_bytes.into();
        }
        Ok(())
    }
}

fn typed<T: DeserializeOwned>(name: &str, section: Map<String, Value>) -> Result<T, ManifestError> {
    serde_json::from_value(Value::Object(section))
        .map_err(|err| schema_issue(name, err.to_string()))
}

fn schema_issue(name: &str, problem: String) -> ManifestError {
    let message = format!("{name}: {problem}");
    ReportIssue::new(codes::MANIFEST_SCHEMA_INVALID, message).into()
}
