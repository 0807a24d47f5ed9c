//! What an index class must tell so that it can be written and loaded.

use super::element::Element;
use super::header::Header;
use super::kind::IndexKind;
use std::io;

/// An index class with a file format.
pub(crate) trait Stored: Sized {
    /// The integer its rows are made of.
    type Element: Element;
    /// Its kind.
    const KIND: IndexKind;

    /// The header of a file that holds this index.
    ///
    /// # Errors
    /// `Unsupported` if there is no format for its parameters.
    fn header(&self) -> io::Result<Header>;

    /// All rows, back to back.
    fn rows(&self) -> &[Self::Element];

    /// Checks the invariant of consecutive rows, the first of them row `first` of the file.
    ///
    /// # Errors
    /// `InvalidData` that names the row and what is wrong with it.
    fn check_rows(header: &Header, first: usize, rows: &[Self::Element]) -> io::Result<()>;

    /// The index of a proven header and proven rows.
    fn from_rows(header: &Header, rows: Vec<Self::Element>) -> Self;
}
