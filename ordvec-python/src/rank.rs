//! `ordvec.Rank`.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::convert;
use crate::errors::{file_problem, refused};
use crate::output::{self, Batch};
use crate::threads;

/// Full-precision rank index: one u16 rank per coordinate.
#[pyclass(module = "ordvec")]
pub struct Rank {
    index: ordvec::Rank,
}

#[pymethods]
impl Rank {
    #[new]
    fn new(dim: usize) -> PyResult<Self> {
        let index = ordvec::Rank::try_new(dim).map_err(refused)?;
        Ok(Self { index })
    }

    /// Read a .ovr file, checking every row.
    #[classmethod]
    fn load(cls: &Bound<'_, PyType>, path: PathBuf) -> PyResult<Self> {
        let loaded = cls.py().detach(|| ordvec::Rank::load(&path));
        let index = loaded.map_err(|error| file_problem(&path, &error))?;
        Ok(Self { index })
    }

    /// Write a .ovr file, replacing an existing one at the end.
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
        format!("Rank(dim={}, n={})", self.index.dim(), self.index.len())
    }

    /// Append the rows of a float array (m, dim).
    fn add(&mut self, vectors: &Bound<'_, PyAny>) -> PyResult<()> {
        let rows = convert::matrix(vectors, Some(self.index.dim()))?;
        let added = threads::run(vectors.py(), || self.index.try_add(&rows.values))?;
        added.map_err(refused)
    }

    /// Spearman correlation of ranked queries (nq, dim).
    fn search<'py>(&self, queries: &Bound<'py, PyAny>, k: usize) -> PyResult<Batch<'py>> {
        let py = queries.py();
        let rows = convert::matrix(queries, Some(self.index.dim()))?;
        let found = threads::search(py, rows.rows, self.index.byte_size(), || {
            self.index.try_search(&rows.values, k)
        })?;
        output::batch(py, found.map_err(refused)?)
    }

    /// Cosine of float queries (nq, dim) with the stored ranks.
    fn search_asymmetric<'py>(
        &self,
        queries: &Bound<'py, PyAny>,
        k: usize,
    ) -> PyResult<Batch<'py>> {
        let py = queries.py();
        let rows = convert::matrix(queries, Some(self.index.dim()))?;
        let found = threads::search(py, rows.rows, self.index.byte_size(), || {
            self.index.try_search_asymmetric(&rows.values, k)
        })?;
        output::batch(py, found.map_err(refused)?)
    }

    /// Remove a row; the last row takes its id. Returns the id that moved.
    fn swap_remove(&mut self, idx: usize) -> PyResult<usize> {
        self.index.try_swap_remove(idx).map_err(refused)
    }
}
