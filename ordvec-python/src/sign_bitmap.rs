//! `ordvec.SignBitmap`.

use std::path::PathBuf;

use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::convert;
use crate::errors::{file_problem, refused};
use crate::output;
use crate::threads;

/// One sign bit per coordinate; the score is dim minus the Hamming distance.
#[pyclass(module = "ordvec")]
pub struct SignBitmap {
    index: ordvec::SignBitmap,
}

#[pymethods]
impl SignBitmap {
    #[new]
    fn new(dim: usize) -> PyResult<Self> {
        let index = ordvec::SignBitmap::try_new(dim).map_err(refused)?;
        Ok(Self { index })
    }

    /// Read a .ovsb file, checking every row.
    #[classmethod]
    fn load(cls: &Bound<'_, PyType>, path: PathBuf) -> PyResult<Self> {
        let loaded = cls.py().detach(|| ordvec::SignBitmap::load(&path));
        let index = loaded.map_err(|error| file_problem(&path, &error))?;
        Ok(Self { index })
    }

    /// Write a .ovsb file, replacing an existing one at the end.
    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let written = py.detach(|| self.index.write(&path));
        written.map_err(|error| file_problem(&path, &error))
    }

    #[getter]
    fn dim(&self) -> usize {
        self.index.dim()
    }

    #[getter]
    fn bytes_per_vec(&self) -> usize {
        self.index.bytes_per_vec()
    }

    #[getter]
    fn byte_size(&self) -> usize {
        self.index.byte_size()
    }

    fn __len__(&self) -> usize {
        self.index.len()
    }

    fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    fn __repr__(&self) -> String {
        format!(
            "SignBitmap(dim={}, n={})",
            self.index.dim(),
            self.index.len()
        )
    }

    /// Append the rows of a float array (m, dim).
    fn add(&mut self, vectors: &Bound<'_, PyAny>) -> PyResult<()> {
        // The signs are a copy of what counts, made faster than one of the coordinates.
        let dim = self.index.dim();
        let added = convert::read_matrix(vectors, dim, |rows| self.index.try_add_serial(rows))?;
        added.map_err(refused)
    }

    /// Ids of the best `m` rows for one query (dim,).
    fn top_m_candidates<'py>(
        &self,
        query: &Bound<'py, PyAny>,
        m: usize,
    ) -> PyResult<Bound<'py, PyArray1<u32>>> {
        let py = query.py();
        let query = convert::vector(query, Some(self.index.dim()))?;
        let found = threads::run_one(py, self.index.byte_size(), || {
            self.index.try_top_m_candidates(&query, m)
        })?;
        Ok(found.map_err(refused)?.into_pyarray(py))
    }

    /// `top_m_candidates` of each query (nq, dim).
    fn top_m_candidates_batched<'py>(
        &self,
        queries: &Bound<'py, PyAny>,
        m: usize,
    ) -> PyResult<Bound<'py, PyArray2<u32>>> {
        let py = queries.py();
        let rows = convert::matrix(queries, Some(self.index.dim()))?;
        let found = threads::run(py, || {
            self.index.try_top_m_candidates_batched(&rows.values, m)
        })?;
        let width = m.min(self.index.len());
        output::stack(py, found.map_err(refused)?, width)
    }

    /// The score of every row for one query (dim,), in row order.
    fn score_all<'py>(&self, query: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArray1<u32>>> {
        let py = query.py();
        let query = convert::vector(query, Some(self.index.dim()))?;
        let scores = threads::run_large(py, self.index.byte_size(), || {
            self.index.try_score_all(&query)
        })?;
        Ok(scores.map_err(refused)?.into_pyarray(py))
    }

    /// The score of every row for each query (nq, dim).
    fn score_all_batched<'py>(
        &self,
        queries: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray2<u32>>> {
        let py = queries.py();
        let rows = convert::matrix(queries, Some(self.index.dim()))?;
        let scores = threads::run(py, || self.index.try_score_all_batched_flat(&rows.values))?;
        output::rectangle(py, scores.map_err(refused)?, rows.rows, self.index.len())
    }

    /// The sign bits of one query (dim,), as uint64 words.
    fn build_query_bitmap<'py>(
        &self,
        query: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray1<u64>>> {
        let values = convert::vector(query, Some(self.index.dim()))?;
        let words = self.index.try_build_query_bitmap(&values);
        Ok(words.map_err(refused)?.into_pyarray(query.py()))
    }
}
