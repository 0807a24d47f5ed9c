//! The one error type of the crate's calls.
//!
//! Every text says what was expected and what was found. The words "dimension", "finite",
//! "bits", "multiple of 64", "n_top" and "out of range" are part of the contract: the Python
//! package passes these texts on and its users match on them. File problems are
//! [`std::io::Error`] instead, see [`crate::rank_io`].

use std::fmt;

/// The name inside the crate, where no other error is near.
pub(crate) use OrdvecError as Error;

/// Why a call was refused. A refused call has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrdvecError {
    /// A parameter, or two that do not go together, has a value that the call cannot use.
    InvalidParameter {
        /// Which one: `dim`, `bits`, `n_top`, `batch_size`, `sign_probe.dim`, `sign_probe.len`.
        name: &'static str,
        /// What it must be and what it is, as a sentence that names it.
        message: String,
    },
    /// A flat slice does not hold a whole number of rows of the dimension.
    InvalidLength {
        /// What the slice is.
        name: &'static str,
        /// Length of the slice, in elements.
        len: usize,
        /// The dimension of a row.
        dim: usize,
    },
    /// A slice that must be one vector of the index's dimension is not.
    InvalidVectorLength {
        /// What the slice is.
        name: &'static str,
        /// Length of the slice, in elements.
        len: usize,
        /// The dimension.
        expected: usize,
    },
    /// A candidate names a row that the index does not have.
    CandidateIdOutOfRange {
        /// The candidate.
        id: u32,
        /// The number of rows of the index.
        n_vectors: usize,
    },
    /// A buffer has another length than the call fills or reads.
    InvalidBufferLength {
        /// What the buffer is.
        name: &'static str,
        /// Length of the buffer, in elements.
        len: usize,
        /// The length that was needed.
        expected: usize,
    },
    /// An input value is NaN or infinite.
    NotFinite {
        /// Position of the first such value in the flat slice.
        position: usize,
    },
    /// A value (a rank, a bucket code, an offset) lies outside of its range.
    OutOfRange {
        /// What the value is.
        what: &'static str,
        /// The value that was given.
        found: u64,
        /// The first value that is too large.
        limit: u64,
    },
    /// A row id is not smaller than the number of rows of the index.
    RowOutOfRange {
        /// The row id that was given.
        row: usize,
        /// The number of rows of the index.
        len: usize,
    },
    /// Adding these vectors would pass [`crate::MAX_VECTORS`].
    TooManyVectors {
        /// Rows after the call, had it been done.
        requested: usize,
    },
    /// The call cannot be answered for this index.
    Unsupported {
        /// Why not, and what to call instead.
        reason: &'static str,
    },
    /// `ORDVEC_SIMD` holds a value that names no level.
    SimdCap {
        /// The value, with anything that is not Unicode replaced.
        found: String,
    },
}

/// Shorthand for the results of this crate.
pub type Result<T> = std::result::Result<T, OrdvecError>;

impl OrdvecError {
    /// `dim` is not `expected`, words that follow "must be".
    pub(crate) fn dim(found: usize, expected: String) -> Self {
        Self::InvalidParameter {
            name: "dim",
            message: format!("dimension must be {expected}, got dimension {found}"),
        }
    }

    /// `bits` is not `expected`, words that follow "must be".
    pub(crate) fn bits(found: u8, expected: &str) -> Self {
        Self::InvalidParameter {
            name: "bits",
            message: format!("bits must be {expected}, got bits {found}"),
        }
    }

    /// `n_top` does not fit the dimension.
    pub(crate) fn n_top(found: usize, dim: usize) -> Self {
        Self::InvalidParameter {
            name: "n_top",
            message: format!(
                "n_top must be at least 1 and less than the dimension {dim}, got n_top {found}"
            ),
        }
    }

    /// The count `name` is zero and must not be.
    pub(crate) fn zero(name: &'static str) -> Self {
        Self::InvalidParameter {
            name,
            message: format!("{name} must be at least 1, got 0"),
        }
    }
}

impl fmt::Display for OrdvecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidParameter { message, .. } => f.write_str(message),
            Self::InvalidLength { .. }
            | Self::InvalidVectorLength { .. }
            | Self::InvalidBufferLength { .. } => self.fmt_length(f),
            Self::NotFinite { position } => write!(
                f,
                "all values must be finite, the value at flat position {position} is NaN or \
                 infinite"
            ),
            Self::OutOfRange { what, found, limit } => write!(
                f,
                "{what} {found} is out of range, must be less than {limit}"
            ),
            Self::CandidateIdOutOfRange { id, n_vectors } => missing_row(f, *id, *n_vectors),
            Self::RowOutOfRange { row, len } => missing_row(f, *row, *len),
            Self::TooManyVectors { requested } => write!(
                f,
                "an index holds at most {} vectors, this call would make it {requested}",
                crate::MAX_VECTORS
            ),
            Self::Unsupported { reason } => f.write_str(reason),
            Self::SimdCap { found } => write!(
                f,
                "ORDVEC_SIMD must be one of portable, avx2, avx512, neon, got {found:?}; unset \
                 it to use the best level"
            ),
        }
    }
}

impl OrdvecError {
    /// The sentences about slices; nothing for any other variant.
    fn fmt_length(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidLength { name, len, dim } => write!(
                f,
                "dimension mismatch: {name} must be rows of dimension {dim}, got {len} values, \
                 which is not a multiple of it"
            ),
            Self::InvalidVectorLength {
                name,
                len,
                expected,
            } => write!(
                f,
                "dimension mismatch: {name} must be one vector of dimension {expected}, got \
                 {len} values"
            ),
            Self::InvalidBufferLength {
                name,
                len,
                expected,
            } => write!(f, "{name} must have length {expected}, got length {len}"),
            _ => Ok(()),
        }
    }
}

fn missing_row(f: &mut fmt::Formatter<'_>, id: impl fmt::Display, len: usize) -> fmt::Result {
    write!(
        f,
        "row id {id} is out of range for an index of {len} vectors"
    )
}

impl std::error::Error for OrdvecError {}
