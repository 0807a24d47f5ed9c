//! Search of a handle into buffers of the caller.
//!
//! RankQuant handles score float queries against codes (`search_asymmetric` of the core), Bitmap
//! handles count shared bits. Results are ordered by score descending, then row id ascending.

use std::slice;

use crate::index::{handle, Loaded, OrdvecIndex};
use crate::sized::{self, Sized1};
use crate::status::{guard, Failure, OrdvecStatus};
use crate::threads;

/// `scope` of a search of every row.
pub const ORDVEC_SCOPE_ALL: u32 = 0;
/// `scope` of a search of the rows in `candidates` only.
pub const ORDVEC_SCOPE_SUBSET: u32 = 1;

/// What to search for.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct OrdvecSearchRequest {
    /// Set by `ordvec_search_request_init`.
    pub struct_size: usize,
    /// `ORDVEC_SCOPE_ALL` or `ORDVEC_SCOPE_SUBSET`.
    pub scope: u32,
    /// Zero.
    pub reserved: u32,
    /// `query_count * dim` finite values, one query after the other.
    pub queries: *const f32,
    /// Number of queries; may be 0.
    pub query_count: u64,
    /// Coordinates of a query: the dimension of the index.
    pub dim: u64,
    /// Results wanted per query. Clamped to the number of rows searched.
    pub k: u64,
    /// Row ids, for `ORDVEC_SCOPE_SUBSET` only; the same for every query. Duplicates are kept.
    /// May be null when `candidate_count` is 0.
    pub candidates: *const u32,
    /// Number of candidates. Must be 0 for `ORDVEC_SCOPE_ALL`.
    pub candidate_count: u64,
}

/// Where to put the results. Row `q` begins at `q * width`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct OrdvecSearchResult {
    /// Set by `ordvec_search_result_init`.
    pub struct_size: usize,
    /// Buffer of the caller for the scores.
    pub scores: *mut f32,
    /// Buffer of the caller for the row ids.
    pub indices: *mut i64,
    /// Elements that each of the two buffers holds.
    pub capacity: u64,
    /// Set by the call: results per query, `k` clamped to the number of rows searched. Also set
    /// when the status is `ORDVEC_STATUS_BUFFER_TOO_SMALL`; each buffer then needs
    /// `query_count * width` elements.
    pub width: u64,
}

// SAFETY: plain integers and pointers, the size first.
unsafe impl Sized1 for OrdvecSearchRequest {
    const NAME: &'static str = "ordvec_search_request";
}

// SAFETY: plain integers and pointers, the size first.
unsafe impl Sized1 for OrdvecSearchResult {
    const NAME: &'static str = "ordvec_search_result";
}

/// Zero the struct and set its `struct_size`. Does nothing for null.
///
/// # Safety
/// `request` is null or points to a writable `OrdvecSearchRequest`.
#[no_mangle]
pub unsafe extern "C" fn ordvec_search_request_init(request: *mut OrdvecSearchRequest) {
    sized::init(request);
}

/// Zero the struct and set its `struct_size`. Does nothing for null.
///
/// # Safety
/// `result` is null or points to a writable `OrdvecSearchResult`.
#[no_mangle]
pub unsafe extern "C" fn ordvec_search_result_init(result: *mut OrdvecSearchResult) {
    sized::init(result);
}

/// Search a loaded index. The buffers are written only when the status is `ORDVEC_STATUS_OK`.
///
/// # Safety
/// `index` is null or a live handle. `request` and `result` are null or point to `struct_size`
/// bytes. The buffers hold as many elements as the structs say, and none of them overlap.
#[no_mangle]
pub unsafe extern "C" fn ordvec_index_search(
    index: *const OrdvecIndex,
    request: *const OrdvecSearchRequest,
    result: *mut OrdvecSearchResult,
) -> OrdvecStatus {
    guard(|| {
        let loaded = &handle(index)?.loaded;
        let query = Query::read(&sized::input(request)?, loaded)?;
        let result = sized::output(result)?;
        let width = query.k.min(query.rows(loaded));
        let needed = room(result, query.count, width)?;
        let found = query.run(loaded)?;
        result.width = width as u64;
        if needed > 0 {
            slice::from_raw_parts_mut(result.scores, needed).copy_from_slice(&found.0);
            slice::from_raw_parts_mut(result.indices, needed).copy_from_slice(&found.1);
        }
        Ok(())
    })
}

/// Elements that the results need, once the buffers are known to hold them.
fn room(result: &mut OrdvecSearchResult, count: usize, width: usize) -> Result<usize, Failure> {
    let needed = count.checked_mul(width).ok_or_else(|| {
        Failure::argument(format!(
            "{count} queries with {width} results each are too many"
        ))
    })?;
    if result.capacity < needed as u64 {
        result.width = width as u64;
        return Err(Failure::new(
            OrdvecStatus::BufferTooSmall,
            format!(
                "expected buffers of {needed} elements ({count} queries, {width} results each), \
                 found {}",
                result.capacity
            ),
        ));
    }
    if needed > 0 && result.scores.is_null() {
        return Err(Failure::null("scores"));
    }
    if needed > 0 && result.indices.is_null() {
        return Err(Failure::null("indices"));
    }
    Ok(needed)
}

/// A request whose pointers have become slices.
struct Query<'a> {
    values: &'a [f32],
    count: usize,
    k: usize,
    candidates: Option<&'a [u32]>,
}

impl<'a> Query<'a> {
    /// # Safety
    /// The pointers of `request` are null or hold as many elements as it says.
    unsafe fn read(request: &OrdvecSearchRequest, loaded: &Loaded) -> Result<Self, Failure> {
        if request.reserved != 0 {
            return Err(Failure::argument("reserved: expected 0"));
        }
        if request.dim != loaded.dim() as u64 {
            return Err(Failure::argument(format!(
                "dim: expected the dimension of the index, {}, found {}",
                loaded.dim(),
                request.dim
            )));
        }
        let count = usize::try_from(request.query_count).ok();
        let len = count.and_then(|count| count.checked_mul(loaded.dim()));
        let (Some(count), Some(len)) = (count, len) else {
            return Err(Failure::argument(
                "query_count: too large for this platform",
            ));
        };
        Ok(Self {
            values: borrow(request.queries, len, "queries")?,
            count,
            k: usize::try_from(request.k).unwrap_or(usize::MAX),
            candidates: candidates(request)?,
        })
    }

    /// Rows that the search looks at.
    fn rows(&self, loaded: &Loaded) -> usize {
        self.candidates.map_or_else(|| loaded.len(), <[u32]>::len)
    }

    fn run(&self, loaded: &Loaded) -> Result<(Vec<f32>, Vec<i64>), Failure> {
        match self.candidates {
            None => self.all(loaded),
            Some(candidates) => self.subset(loaded, candidates),
        }
    }

    fn all(&self, loaded: &Loaded) -> Result<(Vec<f32>, Vec<i64>), Failure> {
        let found = threads::run(|| match loaded {
            Loaded::RankQuant(index) => Ok(index.try_search_asymmetric(self.values, self.k)?),
            Loaded::Bitmap(index) => Ok(index.try_search(self.values, self.k)?),
        })?;
        Ok((found.scores, found.indices))
    }

    fn subset(&self, loaded: &Loaded, ids: &[u32]) -> Result<(Vec<f32>, Vec<i64>), Failure> {
        let (mut scores, mut indices) = (Vec::new(), Vec::new());
        for query in self.values.chunks_exact(loaded.dim()) {
            let found = match loaded {
                Loaded::RankQuant(index) => {
                    index.try_search_asymmetric_subset(query, ids, self.k)?
                }
                Loaded::Bitmap(index) => index.try_search_subset(query, ids, self.k)?,
            };
            scores.extend(found.0);
            indices.extend(found.1);
        }
        Ok((scores, indices))
    }
}

/// The candidates of a subset search, `None` for a search of every row.
///
/// # Safety
/// `request.candidates` is null or holds as many elements as the request says.
unsafe fn candidates<'a>(request: &OrdvecSearchRequest) -> Result<Option<&'a [u32]>, Failure> {
    match (request.scope, request.candidate_count) {
        (ORDVEC_SCOPE_ALL, 0) => Ok(None),
        (ORDVEC_SCOPE_ALL, count) => Err(Failure::argument(format!(
            "candidate_count: expected 0 with ORDVEC_SCOPE_ALL, found {count}"
        ))),
        (ORDVEC_SCOPE_SUBSET, count) => {
            let count = usize::try_from(count)
                .map_err(|_| Failure::argument("candidate_count: too large for this platform"))?;
            Ok(Some(borrow(request.candidates, count, "candidates")?))
        }
        (scope, _) => Err(Failure::argument(format!(
            "scope: expected ORDVEC_SCOPE_ALL (0) or ORDVEC_SCOPE_SUBSET (1), found {scope}"
        ))),
    }
}

/// A slice of the caller; null is allowed when it is empty.
///
/// # Safety
/// `pointer` is null or points to `len` readable elements.
unsafe fn borrow<'a, T>(pointer: *const T, len: usize, what: &str) -> Result<&'a [T], Failure> {
    if len == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(Failure::null(what));
    }
    if !pointer.is_aligned() {
        return Err(Failure::argument(format!("{what}: misaligned pointer")));
    }
    if len > isize::MAX as usize / size_of::<T>() {
        return Err(Failure::argument(format!(
            "{what}: {len} elements are more than memory"
        )));
    }
    Ok(slice::from_raw_parts(pointer, len))
}
