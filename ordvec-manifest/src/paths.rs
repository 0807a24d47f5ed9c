//! The path policy: a manifest names files of its own folder, each in one spelling as far as text
//! can tell. Links, letter case, and on Windows `a.`, `a ` and `a:stream` are further names that
//! the system has for a file; other systems take those for names of their own, so they stay.
//!
//! Lexical rules apply to the text in the document. The real location is checked again after
//! symlinks are resolved, because `data/index.ovrq` may lead anywhere.

use std::path::{Component, Path, PathBuf};

use crate::codes;
use crate::error::ReportIssue;
use crate::roles::Role;

/// What a caller lets a manifest name. Both must be allowed at create and again at verify.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PathPolicy {
    /// Absolute paths, wherever they lead.
    pub(crate) allow_absolute: bool,
    /// Relative paths that leave the manifest's folder, by leading `..` or by symlink.
    pub(crate) allow_escape: bool,
}

/// Check the text of a path in a document: forward slashes, no empty, `.` or inner `..`
/// segment, absolute or escaping only as `policy` allows.
pub(crate) fn check_text(text: &str, policy: PathPolicy, role: &Role) -> Result<(), ReportIssue> {
    if text.is_empty() {
        let label = role.label;
        return Err(ReportIssue::new(
            role.path_empty,
            format!("expected the path of the {label}, found an empty one"),
        ));
    }
    if text.contains(['\\', '\0']) && !is_absolute_text(text) {
        return Err(invalid(text, "forward slashes only and no NUL"));
    }
    if is_absolute_text(text) {
        return check_absolute(text, policy, role);
    }
    let inner = text.trim_start_matches("../");
    let segments: Vec<&str> = inner.split('/').collect();
    if segments.contains(&"..") || inner.len() < text.len() {
        if !policy.allow_escape {
            return Err(escape(text, "it has a '..' segment", role));
        }
        if segments.contains(&"..") {
            return Err(invalid(text, "'..' only at the start"));
        }
    }
    check_segments(text, &segments)
}

fn check_absolute(text: &str, policy: PathPolicy, role: &Role) -> Result<(), ReportIssue> {
    if !policy.allow_absolute {
        return Err(ReportIssue::new(
            role.absolute,
            format!(
                "expected a path relative to the manifest's folder, found {text:?}; \
                 allow absolute paths if intended"
            ),
        ));
    }
    if text.contains(['\\', '\0']) {
        return Err(invalid(text, "forward slashes only and no NUL"));
    }
    let Some(inner) = text
        .strip_prefix('/')
        .or_else(|| text.get(2..)?.strip_prefix('/'))
    else {
        return Err(invalid(
            text,
            "a '/' at the start or after the drive letter",
        ));
    };
    let segments: Vec<&str> = inner.split('/').collect();
    if segments.contains(&"..") {
        return Err(invalid(text, "no '..' in an absolute path"));
    }
    check_segments(text, &segments)
}

fn check_segments(text: &str, segments: &[&str]) -> Result<(), ReportIssue> {
    if segments.iter().any(|segment| matches!(*segment, "" | ".")) {
        return Err(invalid(text, "no empty and no '.' segment"));
    }
    Ok(())
}

/// Absolute on any platform, so that a manifest means the same everywhere: `/x`, `\x`, `C:x`.
fn is_absolute_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    let drive = bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    drive || text.starts_with(['/', '\\'])
}

/// The file that `text` names from the folder `base`.
pub(crate) fn resolve(base: &Path, text: &str) -> PathBuf {
    base.join(text)
}

/// Check that a relative `text`, resolved through symlinks to `canonical`, is inside the
/// canonical folder `base`. An absolute text was allowed by name already.
pub(crate) fn check_location(
    base: &Path,
    canonical: &Path,
    text: &str,
    policy: PathPolicy,
    role: &Role,
) -> Result<(), ReportIssue> {
    if policy.allow_escape || is_absolute_text(text) || canonical.starts_with(base) {
        return Ok(());
    }
    Err(escape(
        text,
        "a symlink leads out of the manifest's folder",
        role,
    ))
}

/// The text for the canonical file `file` in a manifest of the canonical folder `base`:
/// relative where the policy allows, else absolute where it allows that.
pub(crate) fn record(
    base: &Path,
    file: &Path,
    policy: PathPolicy,
    role: &Role,
) -> Result<String, ReportIssue> {
    let text = match file.strip_prefix(base) {
        Ok(inside) => join_segments(inside)?,
        Err(_) => record_outside(base, file, policy, role)?,
    };
    check_text(&text, policy, role)?;
    Ok(text)
}

fn record_outside(
    base: &Path,
    file: &Path,
    policy: PathPolicy,
    role: &Role,
) -> Result<String, ReportIssue> {
    let shared = shared_ancestor(base, file);
    match shared {
        Some(shared) if policy.allow_escape => {
            let below = base.strip_prefix(shared).unwrap_or(base);
            let inside = file.strip_prefix(shared).unwrap_or(file);
            Ok("../".repeat(below.components().count()) + &join_segments(inside)?)
        }
        _ if policy.allow_absolute => absolute_text(file),
        _ => Err(escape(
            &file.display().to_string(),
            "it is not in the manifest's folder",
            role,
        )),
    }
}

fn shared_ancestor<'p>(base: &'p Path, file: &Path) -> Option<&'p Path> {
    base.ancestors().find(|folder| file.starts_with(folder))
}

fn join_segments(relative: &Path) -> Result<String, ReportIssue> {
    let mut segments = Vec::new();
    for component in relative.components() {
        match component {
            Component::Normal(name) => segments.push(utf8(Path::new(name))?),
            _ => return Err(invalid(&relative.display().to_string(), "plain names only")),
        }
    }
    Ok(segments.join("/"))
}

fn absolute_text(file: &Path) -> Result<String, ReportIssue> {
    let text = utf8(file)?;
    if cfg!(windows) {
        // Canonical Windows paths start with the verbatim prefix \\?\.
        return Ok(text.trim_start_matches(r"\\?\").replace('\\', "/"));
    }
    Ok(text.to_owned())
}

fn utf8(path: &Path) -> Result<&str, ReportIssue> {
    path.to_str().ok_or_else(|| {
        ReportIssue::new(
            codes::PATH_NOT_UTF8,
            format!("expected a UTF-8 path, found {}", path.display()),
        )
    })
}

fn invalid(text: &str, rule: &str) -> ReportIssue {
    ReportIssue::new(
        codes::PATH_INVALID,
        format!("expected {rule}, found path {text:?}"),
    )
}

fn escape(text: &str, why: &str, role: &Role) -> ReportIssue {
    ReportIssue::new(
        role.escape,
        format!(
            "expected a file in the manifest's folder, found {text:?}: {why}; \
             allow path escape if intended"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roles::ARTIFACT;

    const STRICT: PathPolicy = PathPolicy {
        allow_absolute: false,
        allow_escape: false,
    };
    const OPEN: PathPolicy = PathPolicy {
        allow_absolute: true,
        allow_escape: true,
    };

    fn code(text: &str, policy: PathPolicy) -> &'static str {
        check_text(text, policy, &ARTIFACT).map_or_else(|issue| issue.code, |()| "accepted")
    }

    #[test]
    fn plain_relative_paths_are_accepted() {
        for text in ["a", "a/b", "index.ovrq", "...", "a..b/c", "..a"] {
            assert_eq!(code(text, STRICT), "accepted", "{text:?}");
        }
    }

    #[test]
    fn malformed_paths_are_refused_even_when_everything_is_allowed() {
        for text in [
            ".", "./a", "a//b", "a/", "a/./b", "a\\b", "a\0b", "../", "a/../b", "/", "//a",
            "/a/../b", "/a//b", "C:\\a", "c:a", "C:", "C:/",
        ] {
            assert_eq!(code(text, OPEN), codes::PATH_INVALID, "{text:?}");
        }
    }

    #[test]
    fn an_empty_path_has_a_code_of_its_own() {
        assert_eq!(code("", OPEN), codes::ARTIFACT_PATH_EMPTY);
    }

    #[test]
    fn escapes_need_their_flag() {
        for text in ["../a", "../../a/b"] {
            assert_eq!(
                code(text, STRICT),
                codes::ARTIFACT_PATH_ESCAPE_REJECTED,
                "{text:?}"
            );
            assert_eq!(code(text, OPEN), "accepted", "{text:?}");
        }
        for text in ["..", "a/..", "a/../../b"] {
            assert_eq!(
                code(text, STRICT),
                codes::ARTIFACT_PATH_ESCAPE_REJECTED,
                "{text:?}"
            );
        }
    }

    #[test]
    fn absolute_paths_of_any_platform_need_their_flag() {
        for text in ["/a", "\\a", "\\\\host\\share", "C:/a", "c:a", "/"] {
            assert_eq!(
                code(text, STRICT),
                codes::ARTIFACT_ABSOLUTE_PATH_REJECTED,
                "{text:?}"
            );
        }
        for text in ["/a", "/a/b", "C:/a"] {
            assert_eq!(code(text, OPEN), "accepted", "{text:?}");
        }
    }

    #[test]
    fn the_recorded_path_climbs_only_as_far_as_needed() {
        let base = Path::new("/data/set/manifests");
        let record = |file: &str, policy| record(base, Path::new(file), policy, &ARTIFACT);
        assert_eq!(record("/data/set/manifests/a/i", STRICT).unwrap(), "a/i");
        assert_eq!(record("/data/set/i", OPEN).unwrap(), "../i");
        assert_eq!(record("/data/other/i", OPEN).unwrap(), "../../other/i");
        let absolute = PathPolicy {
            allow_absolute: true,
            ..STRICT
        };
        assert_eq!(record("/data/set/i", absolute).unwrap(), "/data/set/i");
        assert_eq!(
            record("/data/set/i", STRICT).unwrap_err().code,
            codes::ARTIFACT_PATH_ESCAPE_REJECTED
        );
    }
}
