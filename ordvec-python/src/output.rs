//! Results of the core as NumPy arrays. Flat buffers move without a copy.

use numpy::{Element, IntoPyArray, PyArray1, PyArray2, PyArrayMethods};
use ordvec::SearchResults;
use pyo3::prelude::*;

/// Scores and row ids of several queries, each `(nq, k)`.
pub type Batch<'py> = (Bound<'py, PyArray2<f32>>, Bound<'py, PyArray2<i64>>);

/// Scores and row ids of one query, each `(k,)`.
pub type Single<'py> = (Bound<'py, PyArray1<f32>>, Bound<'py, PyArray1<i64>>);

/// The two `(nq, k)` arrays of a batched search.
pub fn batch(py: Python<'_>, results: SearchResults) -> PyResult<Batch<'_>> {
    let (nq, k) = (results.nq, results.k);
    Ok((
        rectangle(py, results.scores, nq, k)?,
        rectangle(py, results.indices, nq, k)?,
    ))
}

/// The two `(k,)` arrays of a search for one query.
pub fn single(py: Python<'_>, (scores, indices): (Vec<f32>, Vec<i64>)) -> Single<'_> {
    (scores.into_pyarray(py), indices.into_pyarray(py))
}

/// Rows of `width` values each as a `(rows, width)` array.
pub fn stack<T: Element + Copy>(
    py: Python<'_>,
    rows: Vec<Vec<T>>,
    width: usize,
) -> PyResult<Bound<'_, PyArray2<T>>> {
    rectangle(py, rows.concat(), rows.len(), width)
}

/// A row-major buffer as a `(rows, width)` array.
pub fn rectangle<T: Element>(
    py: Python<'_>,
    values: Vec<T>,
    rows: usize,
    width: usize,
) -> PyResult<Bound<'_, PyArray2<T>>> {
    values.into_pyarray(py).reshape([rows, width])
}
