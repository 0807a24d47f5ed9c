//! Sections from JSON files, read within the bound that holds for the whole manifest.

use std::path::{Path, PathBuf};

use ordvec_manifest::{
    read_json_object, CreateManifestOptions, CreateProfileSection, ManifestError,
};
use serde_json::{Map, Value};

use super::args::SectionArgs;

impl SectionArgs {
    /// Put the sections into `options`.
    pub(super) fn read_into(
        &self,
        options: &mut CreateManifestOptions,
    ) -> Result<(), ManifestError> {
        let limit = options.limits.max_manifest_bytes;
        let read = |path: &Path| read_json_object(path, limit);
        let optional = |path: &Option<PathBuf>| path.as_deref().map(read).transpose();
        options.embedding_details = optional(&self.embedding_details)?.unwrap_or_default();
        options.extensions = optional(&self.extensions)?.unwrap_or_default();
        options.calibration =
            optional(&self.calibration)?.map(with_profile(&self.calibration_profile));
        options.encoder_distortion =
            optional(&self.encoder_distortion)?.map(with_profile(&self.encoder_distortion_profile));
        for path in &self.attestation {
            options.attestations.push(Value::Object(read(path)?));
        }
        Ok(())
    }
}

fn with_profile(
    profile: &Option<PathBuf>,
) -> impl FnOnce(Map<String, Value>) -> CreateProfileSection + '_ {
    |section| CreateProfileSection {
        section,
        profile: profile.clone(),
    }
}
