//! The JSONL row map: line `i` (from zero) is `{"row_id": i, "db_id": "<uuid>"}`, and may name
//! a `parent_id`, a UUID that need not be unique.
//!
//! One pass over one handle hashes the file and checks its rows, so the digest and the rows
//! are of the same bytes. Memory is bounded: one line, and 16 bytes for each id as long as
//! duplicates are looked for.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use crate::codes;
use crate::error::ReportIssue;
use crate::files::open_regular;
use crate::hash::{FileHash, HashingReader};
use crate::limits::ResourceLimits;
use crate::roles::ROW_MAP;
use crate::uuid::{format_uuid, parse_uuid};

const ID_BYTES: u64 = size_of::<u128>() as u64;

/// A row map whose every line was accepted.
#[derive(Debug)]
pub(crate) struct RowMapSummary {
    pub(crate) rows: u64,
    pub(crate) digest: FileHash,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    row_id: u64,
    #[serde(borrow)]
    db_id: Cow<'l, str>,
    #[serde(borrow, default)]
    parent_id: Option<Cow<'l, str>>,
}

/// Check every line of the row map at `path`; the first broken rule ends the reading.
pub(crate) fn read_row_map(
    path: &Path,
    limits: &ResourceLimits,
    allow_duplicates: bool,
) -> Result<RowMapSummary, ReportIssue> {
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
        limits.max_row_identity_jsonl_line_bytes,
    )? {
        check_row_count(rows, limits.max_row_identity_rows)?;
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
) -> Result<bool, ReportIssue> {
    line.clear();
    let count = reader
        .take(limit.saturating_add(1))
        .read_until(b'\n', line)
        .map_err(|source| ROW_MAP.read_issue(path, &source))?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    if line.len() as u64 > limit {
        return Err(ReportIssue::new(
            codes::ROW_IDENTITY_LINE_TOO_LARGE,
            format!(
                "row {row}: expected a line of at most {limit} bytes, found more; \
                 raise max_row_map_line_bytes if intended"
            ),
        ));
    }
    Ok(count > 0)
}

fn check_row_count(rows: u64, limit: u64) -> Result<(), ReportIssue> {
    if rows < limit {
        return Ok(());
    }
    Err(ReportIssue::new(
        codes::ROW_IDENTITY_ROW_COUNT_LIMIT_EXCEEDED,
        format!("expected at most {limit} rows, found more; raise max_row_map_rows if intended"),
    ))
}

fn parse_line(line: &[u8], row: u64) -> Result<u128, ReportIssue> {
    let parsed: Line<'_> = serde_json::from_slice(line).map_err(|err| {
        ReportIssue::new(
            codes::ROW_IDENTITY_JSONL_INVALID_JSON,
            format!("row {row}: expected {{\"row_id\": {row}, \"db_id\": \"<uuid>\"}}: {err}"),
        )
    })?;
    if parsed.row_id != row {
        return Err(ReportIssue::new(
            codes::ROW_IDENTITY_ROW_ID_MISMATCH,
            format!("row {row}: expected row_id {row}, found {}", parsed.row_id),
        ));
    }
    if let Some(parent) = &parsed.parent_id {
        parse_id(&PARENT_ID, parent, row)?;
    }
    parse_id(&DB_ID, &parsed.db_id, row)
}

/// An id of a line and the codes it fails with.
struct IdField {
    name: &'static str,
    empty: &'static str,
    contains_nul: &'static str,
    invalid: &'static str,
}

const DB_ID: IdField = IdField {
    name: "db_id",
    empty: codes::ROW_IDENTITY_DB_ID_EMPTY,
    contains_nul: codes::ROW_IDENTITY_DB_ID_CONTAINS_NUL,
    invalid: codes::ROW_IDENTITY_DB_ID_INVALID_UUID,
};

const PARENT_ID: IdField = IdField {
    name: "parent_id",
    empty: codes::ROW_IDENTITY_PARENT_ID_EMPTY,
    contains_nul: codes::ROW_IDENTITY_PARENT_ID_CONTAINS_NUL,
    invalid: codes::ROW_IDENTITY_PARENT_ID_INVALID_UUID,
};

fn parse_id(field: &IdField, text: &str, row: u64) -> Result<u128, ReportIssue> {
    parse_uuid(text).ok_or_else(|| {
        let code = match text {
            "" => field.empty,
            _ if text.contains('\0') => field.contains_nul,
            _ => field.invalid,
        };
        let name = field.name;
        ReportIssue::new(
            code,
            format!("row {row}: expected a UUID as {name}, found {text:?}"),
        )
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
        let limit = limits.max_row_identity_tracked_db_id_bytes;
        TrackedIds {
            seen: (!allow_duplicates).then(Vec::new),
            capacity: usize::try_from(limit / ID_BYTES).unwrap_or(usize::MAX),
            limit,
        }
    }

    fn track(&mut self, id: u128) -> Result<(), ReportIssue> {
        let Some(seen) = &mut self.seen else {
            return Ok(());
        };
        if seen.len() == self.capacity {
            return Err(ReportIssue::new(
                codes::ROW_IDENTITY_DUPLICATE_TRACKING_LIMIT_EXCEEDED,
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
    fn check_distinct(self) -> Result<(), ReportIssue> {
        let mut ids = self.seen.unwrap_or_default();
        ids.sort_unstable();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => Err(ReportIssue::new(
                codes::ROW_IDENTITY_DUPLICATE_DB_ID,
                format!(
                    "expected each db_id once, found {} again; allow duplicate ids if intended",
                    format_uuid(pair[0])
                ),
            )),
        }
    }
}
