//! Manifests of schema v1, which 0.5.0 wrote: the same sections as v2, and beside them an id, a
//! time and a note on the build, which v2 leaves out so that equal bundles have equal bytes.
//!
//! They are read, never written.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::clock::is_rfc3339;
use crate::codes;
use crate::error::ReportIssue;

/// What 0.5.0 named its schema.
pub const V1_SCHEMA_VERSION: &str = "ordvec.index_manifest.v1";

/// Members that a path may stand in.
const PATH_OWNERS: [&str; 4] = [
    "/artifact",
    "/row_identity",
    "/calibration/profile",
    "/encoder_distortion/profile",
];

/// What a v1 manifest says beyond the sections that it shares with v2.
#[derive(Clone, Debug, PartialEq)]
pub struct V1Origin {
    /// Its random id.
    pub manifest_id: String,
    /// When it was written, as it says.
    pub created_at: String,
    /// The whole document as it was read.
    pub document: Map<String, Value>,
}

#[derive(Deserialize)]
struct Extra {
    manifest_id: String,
    created_at: String,
    build: Option<Build>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    invocation_id: String,
    builder_id: Option<String>,
    source_repo: Option<String>,
    source_commit: Option<String>,
    ci_provider: Option<String>,
    ci_run_id: Option<String>,
}

impl Extra {
    /// The first rule of schema v1 that these members break.
    fn check(&self) -> Result<(), ReportIssue> {
        let mut members = vec![(codes::MANIFEST_ID_EMPTY, Some(&self.manifest_id))];
        if let Some(build) = &self.build {
            members.extend([
                (codes::BUILD_INVOCATION_ID_EMPTY, Some(&build.invocation_id)),
                (codes::BUILD_BUILDER_ID_EMPTY, build.builder_id.as_ref()),
                (codes::BUILD_SOURCE_REPO_EMPTY, build.source_repo.as_ref()),
                (
                    codes::BUILD_SOURCE_COMMIT_EMPTY,
                    build.source_commit.as_ref(),
                ),
                (codes::BUILD_CI_PROVIDER_EMPTY, build.ci_provider.as_ref()),
                (codes::BUILD_CI_RUN_ID_EMPTY, build.ci_run_id.as_ref()),
            ]);
        }
        for (code, text) in members {
            if text.is_some_and(|text| text.trim().is_empty()) {
                return Err(ReportIssue::new(code, "expected a text, found a blank one"));
            }
        }
        if !is_rfc3339(&self.created_at) {
            let found = &self.created_at;
            let message = format!("expected an RFC 3339 time as created_at, found {found:?}");
            return Err(ReportIssue::new(codes::CREATED_AT_INVALID, message));
        }
        Ok(())
    }
}

impl V1Origin {
    /// Take out of `sections` what only v1 has, so that the rest can be read as v2.
    pub(crate) fn split(sections: &mut Map<String, Value>) -> Result<Self, ReportIssue> {
        let document = sections.clone();
        let only_v1 = ["manifest_id", "created_at", "build"];
        let extra = only_v1.iter().filter_map(|key| sections.remove_entry(*key));
        let extra: Extra = serde_json::from_value(Value::Object(extra.collect()))
            .map_err(|err| ReportIssue::new(codes::MANIFEST_SCHEMA_INVALID, err.to_string()))?;
        extra.check()?;
        normalise_paths(sections);
        Ok(V1Origin {
            manifest_id: extra.manifest_id,
            created_at: extra.created_at,
            document,
        })
    }
}

/// 0.5.0 accepted several spellings of one path; v2 has one. Two leading slashes stay: on
/// Windows they name a network share, which is another file.
fn normalise_paths(sections: &mut Map<String, Value>) {
    let mut whole = Value::Object(std::mem::take(sections));
    for owner in PATH_OWNERS {
        whole.pointer_mut(owner).into_iter().for_each(normalise);
    }
    if let Some(Value::Array(entries)) = whole.get_mut("auxiliary_artifacts") {
        entries.iter_mut().for_each(normalise);
    }
    if let Value::Object(map) = whole {
        *sections = map;
    }
}

fn normalise(owner: &mut Value) {
    let Some(Value::String(path)) = owner.get_mut("path") else {
        return;
    };
    // With nothing behind the last slash it names a folder, and is refused as it stands.
    if matches!(path.rsplit('/').next(), Some("" | ".")) {
        return;
    }
    let root = ["//", "/"].into_iter().find(|root| path.starts_with(root));
    let segments = path.split('/').filter(|part| !matches!(*part, "" | "."));
    let plain = segments.collect::<Vec<_>>().join("/");
    *path = root.unwrap_or_default().to_owned() + &plain;
}
