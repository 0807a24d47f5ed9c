//! The rectangular result of a search over many queries.

/// Scores and row ids of a search, `nq` rows of `k` each, row-major.
///
/// Within a row scores descend; equal scores are ordered by ascending row id. `k` is already
/// clamped: it is the smaller of the `k` asked for and the number of rows searched.
#[derive(Clone, Debug, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked"))]
#[must_use = "dropping the results throws the scan away"]
pub struct SearchResults {
    /// Scores, `nq * k` values.
    pub scores: Vec<f32>,
    /// Row ids, `nq * k` values, -1 where there is none.
    pub indices: Vec<i64>,
    /// Number of queries.
    pub nq: usize,
    /// Number of results of each query.
    pub k: usize,
}

/// What a [`SearchResults`] says it is before its lengths are compared.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    scores: Vec<f32>,
    indices: Vec<i64>,
    nq: usize,
    k: usize,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for SearchResults {
    type Error = String;

    fn try_from(raw: Unchecked) -> std::result::Result<Self, String> {
        let Unchecked {
            scores,
            indices,
            nq,
            k,
        } = raw;
        let found = (scores.len(), indices.len());
        match nq.checked_mul(k) {
            Some(len) if found == (len, len) => Ok(Self {
                scores,
                indices,
                nq,
                k,
            }),
            _ => Err(format!(
                "expected {nq} * {k} scores and indices, found {} scores and {} indices",
                found.0, found.1
            )),
        }
    }
}

impl SearchResults {
    /// Scores of query `qi`, best first. Empty if there is no such query.
    pub fn scores_for_query(&self, qi: usize) -> &[f32] {
        row(&self.scores, qi, self.k)
    }

    /// Row ids of query `qi`, best first. Empty if there is no such query.
    pub fn indices_for_query(&self, qi: usize) -> &[i64] {
        row(&self.indices, qi, self.k)
    }
}

fn row<T>(flat: &[T], qi: usize, k: usize) -> &[T] {
    let start = qi.saturating_mul(k);
    flat.get(start..start.saturating_add(k)).unwrap_or(&[])
}
