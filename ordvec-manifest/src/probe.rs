//! The one place that talks to the core crate: what an index header says, and whether that
//! is what a manifest declares.

use std::fmt::Debug;
use std::path::Path;

use ordvec::rank_io;

use crate::codes;
use crate::error::ReportIssue;
use crate::schema::{Artifact, ManifestIndexKind, ManifestIndexParams, MetadataReport};

/// Header and length of the index at `path`, whose bytes were just hashed and counted.
pub(crate) fn probe(path: &Path, hashed_bytes: u64) -> Result<MetadataReport, ReportIssue> {
    let found = rank_io::probe_index_metadata(path).map_err(|source| {
        ReportIssue::new(
            codes::ARTIFACT_PROBE_FAILED,
            format!("expected an ordvec index at {}: {source}", path.display()),
        )
    })?;
    if found.file_size_bytes != hashed_bytes {
        return Err(ReportIssue::new(
            codes::ARTIFACT_CHANGED,
            format!(
                "expected {hashed_bytes} bytes as hashed, found {} when probing; \
                 verify again when nothing writes to {}",
                found.file_size_bytes,
                path.display()
            ),
        ));
    }
    convert(&found).ok_or_else(|| {
        ReportIssue::new(
            codes::ARTIFACT_PROBE_FAILED,
            format!(
                "expected an index kind that a manifest can declare, found {:?} at {}",
                found.kind,
                path.display()
            ),
        )
    })
}

/// `None` for a kind that the schema does not have.
fn convert(found: &rank_io::IndexMetadata) -> Option<MetadataReport> {
    Some(MetadataReport {
        kind: match found.kind {
            rank_io::IndexKind::Rank => ManifestIndexKind::Rank,
            rank_io::IndexKind::RankQuant => ManifestIndexKind::RankQuant,
            rank_io::IndexKind::Bitmap => ManifestIndexKind::Bitmap,
            rank_io::IndexKind::SignBitmap => ManifestIndexKind::SignBitmap,
            _ => return None,
        },
        format_version: found.format_version.into(),
        dim: found.dim as u64,
        vector_count: found.vector_count as u64,
        bytes_per_vec: found.bytes_per_vec as u64,
        params: match found.params {
            rank_io::IndexParams::Rank => ManifestIndexParams::Rank {},
            rank_io::IndexParams::RankQuant { bits } => ManifestIndexParams::RankQuant { bits },
            rank_io::IndexParams::Bitmap { n_top } => ManifestIndexParams::Bitmap {
                n_top: n_top as u64,
            },
            rank_io::IndexParams::SignBitmap => ManifestIndexParams::SignBitmap {},
            _ => return None,
        },
        file_size_bytes: found.file_size_bytes,
    })
}

/// Every field in which the header differs from the declaration. The file's size is compared
/// where it is hashed.
pub(crate) fn compare(declared: &Artifact, found: &MetadataReport) -> Vec<ReportIssue> {
    let checks = [
        differ(
            codes::ARTIFACT_KIND_MISMATCH,
            "kind",
            declared.kind,
            found.kind,
        ),
        differ(
            codes::ARTIFACT_FORMAT_VERSION_MISMATCH,
            "format_version",
            declared.format_version,
            found.format_version,
        ),
        differ(codes::ARTIFACT_DIM_MISMATCH, "dim", declared.dim, found.dim),
        differ(
            codes::ARTIFACT_VECTOR_COUNT_MISMATCH,
            "vector_count",
            declared.vector_count,
            found.vector_count,
        ),
        differ(
            codes::ARTIFACT_BYTES_PER_VEC_MISMATCH,
            "bytes_per_vec",
            declared.bytes_per_vec,
            found.bytes_per_vec,
        ),
        differ(
            codes::ARTIFACT_PARAMS_MISMATCH,
            "params",
            declared.params,
            found.params,
        ),
    ];
    checks.into_iter().flatten().collect()
}

fn differ<T: PartialEq + Debug>(
    code: &'static str,
    field: &str,
    declared: T,
    found: T,
) -> Option<ReportIssue> {
    (declared != found).then(|| {
        ReportIssue::new(
            code,
            format!(
                "expected artifact.{field} {declared:?} as declared, found {found:?} in the header"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::probe;
    use crate::codes;

    /// Between hashing and probing the file grew or shrank.
    #[test]
    fn another_length_than_was_hashed() {
        let name = format!("ordvec-manifest-probe-{}", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, b"OVSB\x01\x40\0\0\0\x01\0\0\0\xff\0\0\0\0\0\0\0").unwrap();
        assert_eq!(probe(&file, 21).unwrap().vector_count, 1);
        for hashed in [20, 22] {
            let issue = probe(&file, hashed).unwrap_err();
            assert_eq!(issue.code, codes::ARTIFACT_CHANGED);
        }
        std::fs::remove_file(&file).unwrap();
    }
}
