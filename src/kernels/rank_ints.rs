//! A query of ranks as integers, and how many of its products fit 32 bits together.

/// Coordinates whose products may be summed in 32 bits before they go on in 64, longest first.
const RUNS: [usize; 3] = [1024, 256, 64];

/// One `i16` per coordinate, to be multiplied with ranks less their middle.
#[derive(Clone, Debug)]
pub(crate) struct RankInts {
    values: Vec<i16>,
    run: usize,
}

impl RankInts {
    /// Prepares the values of a query, which are not `i16::MIN`.
    pub(crate) fn new(values: Vec<i16>) -> Self {
        let most = i64::from(i32::MAX) / i64::from(reach(values.len()).max(1));
        let sum = |run: &[i16]| run.iter().map(|n| i64::from(n.unsigned_abs())).sum::<i64>();
        let fits = |&run: &usize| values.chunks(run).all(|run| sum(run) <= most);
        Self {
            run: RUNS.into_iter().find(fits).unwrap_or(1),
            values,
        }
    }

    /// One value per coordinate.
    pub(crate) fn values(&self) -> &[i16] {
        &self.values
    }

    /// Coordinates that 32 bits suffice for. If it is 1, there is no such number.
    pub(crate) fn run(&self) -> usize {
        self.run
    }
}

/// The rank that is taken from every other.
pub(crate) fn middle(dim: usize) -> u16 {
    // A dimension is at most 65,535.
    (dim / 2) as u16
}

/// How far a rank is from the middle at most, which an `i16` holds.
pub(crate) fn reach(dim: usize) -> u16 {
    middle(dim)
}

/// Coordinates of a run that a query should be made for: the longest one leaves too few bits to
/// the values of a query of very many coordinates.
pub(crate) fn run_for(dim: usize) -> usize {
    RUNS[usize::from(dim > 1 << 14)]
}
