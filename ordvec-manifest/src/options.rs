//! How to load and verify.

use std::path::PathBuf;

use crate::limits::ResourceLimits;
use crate::paths::PathPolicy;

/// How to verify. `Default` allows nothing and sets the documented bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Accept absolute paths, wherever they lead.
    pub allow_absolute_paths: bool,
    /// Accept relative paths that leave the manifest's folder, by leading `..` or by symlink.
    pub allow_path_escape: bool,
    /// Accept a row map that names one id twice.
    pub allow_duplicate_db_ids: bool,
    /// Verify this file in place of the one that the manifest names; the path policy does not
    /// apply to it, since the caller and not the manifest chose it. A relative path starts from
    /// the working folder, or where nothing is there from the manifest's.
    pub index_override: Option<PathBuf>,
    /// Bounds on the manifest and the files it names.
    pub limits: ResourceLimits,
}

impl VerifyOptions {
    pub(crate) fn paths(&self) -> PathPolicy {
        PathPolicy {
            allow_absolute: self.allow_absolute_paths,
            allow_escape: self.allow_path_escape,
        }
    }
}
