//! Candidates of many queries in compressed sparse row form.

/// Candidate row ids of `offsets.len() - 1` queries.
///
/// The candidates of query `q` are `candidates[offsets[q]..offsets[q + 1]]`, best first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "dropping the candidates throws the scan away"]
pub struct CandidateBatch {
    /// Where each query's candidates begin, and at last where they all end.
    pub offsets: Vec<usize>,
    /// Row ids of all queries, one query after the other.
    pub candidates: Vec<u32>,
}

impl Default for CandidateBatch {
    fn default() -> Self {
        Self {
            offsets: vec![0],
            candidates: Vec::new(),
        }
    }
}

impl CandidateBatch {
    /// Number of queries.
    pub fn query_count(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there are no queries.
    pub fn is_empty(&self) -> bool {
        self.query_count() == 0
    }

    /// Whether no query has a candidate.
    pub fn has_no_candidates(&self) -> bool {
        self.candidates.is_empty()
    }

    /// Candidates of query `qi`, or `None` if there is no such query.
    pub fn candidates_for_query(&self, qi: usize) -> Option<&[u32]> {
        let end = *self.offsets.get(qi.checked_add(1)?)?;
        self.candidates.get(self.offsets[qi]..end)
    }
}
