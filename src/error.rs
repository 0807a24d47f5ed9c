//! The one error type of the crate's calls.
//!
//! Every text says what was expected and what was found. The words "dimension", "finite",
//! "bits", "multiple of 64", "n_top" and "out of range" are part of the contract: the Python
//! package passes these texts on and its users match on them. File problems are
//! [`std::io::Error`] instead, see [`crate::rank_io`].

use std::fmt;

/// Why a call was refused. A refused call has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The dimension is not one that this index or primitive can have.
    Dimension {
        /// The dimension that was given.
        found: usize,
        /// What it must be, as words that follow "must be".
        expected: String,
    },
    /// A flat slice does not hold a whole number of rows of the dimension, or not one row where
    /// one row is needed.
    Shape {
        /// Length of the slice, in elements.
        len: usize,
        /// The dimension of a row.
        dim: usize,
        /// True where exactly one row was needed.
        one_row: bool,
    },
    /// An input value is NaN or infinite.
    NotFinite {
        /// Position of the first such value in the flat slice.
        position: usize,
    },
    /// The code width is not one that this call supports.
    Bits {
        /// The width that was given.
        found: u8,
        /// What it must be, as words that follow "must be".
        expected: &'static str,
    },
    /// The count of set coordinates of a bitmap row is not in `1..dim`.
    NTop {
        /// The count that was given.
        found: usize,
        /// The dimension of the index.
        dim: usize,
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
        row: u64,
        /// The number of rows of the index.
        len: usize,
    },
    /// Candidate ids must ascend for this call.
    NotAscending {
        /// Position of the first id that is smaller than the one before it.
        position: usize,
    },
    /// A buffer or count argument has the wrong length.
    Length {
        /// What the buffer or count is.
        what: &'static str,
        /// The length that was needed.
        expected: usize,
        /// The length that was given.
        found: usize,
    },
    /// A count that must be at least one is zero.
    Zero {
        /// What the count is.
        what: &'static str,
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
pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dimension { found, expected } => {
                write!(f, "dimension must be {expected}, got dimension {found}")
            }
            Self::Shape {
                len,
                dim,
                one_row: true,
            } => write!(
                f,
                "dimension mismatch: expected one vector of dimension {dim}, got {len} values"
            ),
            Self::Shape {
                len,
                dim,
                one_row: false,
            } => write!(
                f,
                "dimension mismatch: expected rows of dimension {dim}, got {len} values, which \
                 is not a multiple of it"
            ),
            Self::NotFinite { position } => write!(
                f,
                "all values must be finite, the value at flat position {position} is NaN or \
                 infinite"
            ),
            Self::Bits { found, expected } => {
                write!(f, "bits must be {expected}, got bits {found}")
            }
            Self::NTop { found, dim } => write!(
                f,
                "n_top must be at least 1 and less than the dimension {dim}, got n_top {found}"
            ),
            Self::OutOfRange { what, found, limit } => {
                write!(
                    f,
                    "{what} {found} is out of range, must be less than {limit}"
                )
            }
            Self::RowOutOfRange { row, len } => {
                write!(
                    f,
                    "row id {row} is out of range for an index of {len} vectors"
                )
            }
            Self::NotAscending { position } => write!(
                f,
                "candidate ids must be in ascending order, the id at position {position} is \
                 smaller than the one before it"
            ),
            Self::Length {
                what,
                expected,
                found,
            } => {
                write!(f, "{what} must have length {expected}, got length {found}")
            }
            Self::Zero { what } => write!(f, "{what} must be at least 1, got 0"),
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

impl std::error::Error for Error {}
