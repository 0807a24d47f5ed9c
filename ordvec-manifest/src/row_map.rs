//! The JSONL row map: line `i` (from zero) is `{"row_id": i, "db_id": "<uuid>"}`.
//!
//! One pass over one handle hashes the file and checks its rows, so the digest and the rows
//! are of the same bytes. Memory is bounded: one line, and 16 bytes for each id as long as
//! duplicates are looked for.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use crate::codes;
use crate::error::Issue;
use crate::files::{open_regular, ROW_MAP};
use crate::hash::{FileDigest, HashingReader};
use crate::limits::ResourceLimits;

const ID_BYTES: u64 = size_of::<u128>() as u64;

/// A row map whose every line was accepted.
#[derive(Debug)]
pub(crate) struct RowMapSummary {
    pub(crate) rows: u64,
    pub(crate) digest: FileDigest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    row_id: u64,
    #[serde(borrow)]
    db_id: Cow<'l, str>,
}

/// Check every line of the row map at `path`; the first broken rule ends the reading.
pub(crate) fn read_row_map(
    path: &Path,
    limits: &ResourceLimits,
    allow_duplicates: bool,
) -> Result<RowMapSummary, Issue> {
    let (file, _) = open_regular(path).map_err(|failure| ROW_MAP.open_issue(path, &failure))?;
    let mut reader = BufReader::with_capacity(64 << 10, HashingReader::new(file));
    let mut ids = TrackedIds::new(limits, allow_duplicates);
    let mut line = Vec::new();
    let mut rows = 0;
    while read_line(
        &mut reader,
        &mut line,
        path,
        rows,
        limits.max_row_map_line_bytes,
    )? {
        check_row_count(rows, limits.max_row_map_rows)?;
        ids.track(parse_line(&line, rows)?)?;
        rows += 1;
    }
    ids.check_distinct()?;
    let digest = reader.into_inner().finish();
    Ok(RowMapSummary { rows, digest })
}

/// The next line without its newline into `line`; false at the end of the file.
fn read_line(
    reader: &mut impl BufRead,
    line: &mut Vec<u8>,
    path: &Path,
    row: u64,
    limit: u64,
) -> Result<bool, Issue> {
    line.clear();
    let count = reader
        .take(limit.saturating_add(1))
        .read_until(b'\n', line)
        .map_err(|source| ROW_MAP.read_issue(path, &source))?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    if line.len() as u64 > limit {
        return Err(Issue::new(
            codes::ROW_MAP_LINE_TOO_LONG,
            format!(
                "row {row}: expected a line of at most {limit} bytes, found more; \
                 raise max_row_map_line_bytes if intended"
            ),
        ));
    }
    Ok(count > 0)
}

fn check_row_count(rows: u64, limit: u64) -> Result<(), Issue> {
    if rows < limit {
        return Ok(());
    }
    Err(Issue::new(
        codes::ROW_MAP_TOO_MANY_ROWS,
        format!("expected at most {limit} rows, found more; raise max_row_map_rows if intended"),
    ))
}

fn parse_line(line: &[u8], row: u64) -> Result<u128, Issue> {
    let parsed: Line<'_> = serde_json::from_slice(line).map_err(|err| {
        Issue::new(
            codes::ROW_MAP_LINE_INVALID,
            format!("row {row}: expected {{\"row_id\": {row}, \"db_id\": \"<uuid>\"}}: {err}"),
        )
    })?;
    if parsed.row_id != row {
        return Err(Issue::new(
            codes::ROW_MAP_ROW_ID_MISMATCH,
            format!("row {row}: expected row_id {row}, found {}", parsed.row_id),
        ));
    }
    parse_uuid(&parsed.db_id).ok_or_else(|| {
        Issue::new(
            codes::ROW_MAP_DB_ID_INVALID,
            format!(
                "row {row}: expected a hyphenated UUID as db_id, found {:?}",
                parsed.db_id
            ),
        )
    })
}

/// The value of a UUID written 8-4-4-4-12 in hexadecimal of either case.
fn parse_uuid(text: &str) -> Option<u128> {
    if text.len() != 36 {
        return None;
    }
    text.bytes().enumerate().try_fold(0, |value, (at, byte)| {
        if matches!(at, 8 | 13 | 18 | 23) {
            return (byte == b'-').then_some(value);
        }
        let digit = char::from(byte).to_digit(16)?;
        Some(value << 4 | u128::from(digit))
    })
}

/// Ids seen so far, within a byte budget; `None` when duplicates are allowed.
struct TrackedIds {
    seen: Option<Vec<u128>>,
    capacity: usize,
    limit: u64,
}

impl TrackedIds {
    fn new(limits: &ResourceLimits, allow_duplicates: bool) -> Self {
        let limit = limits.max_row_map_tracked_id_bytes;
        TrackedIds {
            seen: (!allow_duplicates).then(Vec::new),
            capacity: usize::try_from(limit / ID_BYTES).unwrap_or(usize::MAX),
            limit,
        }
    }

    fn track(&mut self, id: u128) -> Result<(), Issue> {
        let Some(seen) = &mut self.seen else {
            return Ok(());
        };
        if seen.len() == self.capacity {
            return Err(Issue::new(
                codes::ROW_MAP_TRACKED_IDS_TOO_LARGE,
                format!(
                    "expected at most {} bytes of ids to look for duplicates in, found more; \
                     raise max_row_map_tracked_id_bytes or allow duplicate ids",
                    self.limit
                ),
            ));
        }
        if seen.len() == seen.capacity() {
            // Vec's own doubling could pass the budget by half.
            seen.reserve_exact(
                seen.len()
                    .clamp(64, 1 << 20)
                    .min(self.capacity - seen.len()),
            );
        }
        seen.push(id);
        Ok(())
    }

    /// Sorting in place finds duplicates without a second copy of the ids.
    fn check_distinct(self) -> Result<(), Issue> {
        let mut ids = self.seen.unwrap_or_default();
        ids.sort_unstable();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => Err(Issue::new(
                codes::ROW_MAP_DB_ID_DUPLICATE,
                format!(
                    "expected each db_id once, found {} again; allow duplicate ids if intended",
                    format_uuid(pair[0])
                ),
            )),
        }
    }
}

fn format_uuid(id: u128) -> String {
    let hex = format!("{id:032x}");
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::{format_uuid, parse_uuid};

    #[test]
    fn uuids_are_read_in_either_case_and_written_in_one() {
        let text = "7c66ad6e-bdde-49a8-b420-f1136d04f5bd";
        let value = parse_uuid(text).unwrap();
        assert_eq!(value, 0x7c66_ad6e_bdde_49a8_b420_f113_6d04_f5bd);
        assert_eq!(parse_uuid(&text.to_uppercase()), Some(value));
        assert_eq!(format_uuid(value), text);
    }

    #[test]
    fn other_spellings_are_not_uuids() {
        for text in [
            "",
            "7c66ad6ebdde49a8b420f1136d04f5bd",
            "{7c66ad6e-bdde-49a8-b420-f1136d04f5bd}",
            "7c66ad6e-bdde-49a8-b420-f1136d04f5b",
            "7c66ad6e-bdde-49a8-b420-f1136d04f5bg",
            "7c66ad6eb-dde-49a8-b420-f1136d04f5bd",
            "+c66ad6e-bdde-49a8-b420-f1136d04f5bd",
        ] {
            assert_eq!(parse_uuid(text), None, "{text:?}");
        }
    }
}
