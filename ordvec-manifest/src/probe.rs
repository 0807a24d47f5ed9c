//! The one place that talks to the core crate: what an index header says, and whether that
//! is what a manifest declares.

use std::fmt::Debug;
use std::path::Path;

use ordvec::rank_io;

use crate::codes;
use crate::error::ReportIssue;
use crate::files::Stamp;
use crate::hash::FileHash;
use crate::schema::{Artifact, ManifestIndexKind, ManifestIndexParams, MetadataReport};

/// Header and length of the index at `path`, whose bytes were just hashed and counted while its
/// state was `stamp`. Header and digest are of one file: it must still be in that state.
pub(crate) fn probe(
    path: &Path,
    (hashed, stamp): (&FileHash, &Stamp),
) -> Result<MetadataReport, ReportIssue> {
    let found = rank_io::probe_index_metadata(path).map_err(|source| {
        ReportIssue::new(
            codes::ARTIFACT_PROBE_FAILED,
            format!("expected an ordvec index at {}: {source}", path.display()),
        )
    })?;
    if found.file_size_bytes != hashed.size_bytes || !stamp.holds_at(path) {
        return Err(ReportIssue::new(
            codes::ARTIFACT_CHANGED,
            format!(
                "expected the {} bytes that were hashed, found {} in a file that was changed or \
                 replaced meanwhile; try again when nothing writes to {}",
                hashed.size_bytes,
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
    use super::*;
    use crate::files::observe_stamped;
    use crate::roles::ARTIFACT;
    use std::fs;
    use std::path::PathBuf;

    const HEADER: &[u8] = b"OVSB\x01\x40\0\0\0\x01\0\0\0";

    /// A sign bitmap of one row in the folder for temporary files.
    fn index(name: &str, row: [u8; 8]) -> PathBuf {
        let name = format!("ordvec-manifest-probe-{name}-{}", std::process::id());
        let file = std::env::temp_dir().join(name);
        fs::write(&file, [HEADER, &row].concat()).unwrap();
        file
    }

    /// The code of probing after hashing, with `between` in between; the file is removed.
    fn code_after(file: &Path, between: impl FnOnce()) -> Option<&'static str> {
        let (hashed, stamp) = observe_stamped(file, &ARTIFACT, None).unwrap();
        // Longer than the step of any file system's clock that tests run on.
        std::thread::sleep(std::time::Duration::from_millis(50));
        between();
        let outcome = probe(file, (&hashed, &stamp));
        fs::remove_file(file).unwrap();
        outcome.err().map(|issue| issue.code)
    }

    #[test]
    fn the_same_file() {
        let file = index("same", [1; 8]);
        assert_eq!(code_after(&file, || ()), None);
    }

    /// Between hashing and probing the file grew or shrank.
    #[test]
    fn another_length_than_was_hashed() {
        let file = index("length", [1; 8]);
        let (mut hashed, stamp) = observe_stamped(&file, &ARTIFACT, None).unwrap();
        for bytes in [20, 22] {
            hashed.size_bytes = bytes;
            let issue = probe(&file, (&hashed, &stamp)).unwrap_err();
            assert_eq!(issue.code, codes::ARTIFACT_CHANGED);
        }
        fs::remove_file(&file).unwrap();
    }

    /// Another file of the same size took the place of the hashed one.
    #[test]
    fn another_file_of_the_same_size() {
        let (file, other) = (index("one", [1; 8]), index("other", [2; 8]));
        let code = code_after(&file, || fs::rename(&other, &file).unwrap());
        assert_eq!(code, Some(codes::ARTIFACT_CHANGED));
    }

    /// The hashed file was written to without changing its size.
    #[test]
    fn other_bytes_of_the_same_size() {
        let file = index("bytes", [1; 8]);
        let code = code_after(&file, || drop(index("bytes", [2; 8])));
        assert_eq!(code, Some(codes::ARTIFACT_CHANGED));
    }

    /// The hashed file was put aside while another one was probed, and back again.
    #[test]
    #[cfg(target_os = "linux")] // Elsewhere renaming need not leave a trace on the file.
    fn another_file_for_a_moment() {
        let file = index("aside", [1; 8]);
        let aside = file.with_extension("aside");
        let code = code_after(&file, || {
            fs::rename(&file, &aside).unwrap();
            fs::rename(&aside, &file).unwrap();
        });
        assert_eq!(code, Some(codes::ARTIFACT_CHANGED));
    }
}
