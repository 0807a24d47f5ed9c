//! `ordvec.Bitmap`.

use std::path::PathBuf;

use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::convert;
use crate::errors::{file_problem, refused};
use crate::output::{self, Batch, Single};
use crate::threads;

/// One bit per coordinate, set for the `n_top` largest of each row.
#[pyclass(module = "ordvec")]
pub struct Bitmap {
    index: ordvec::Bitmap,
}

#[pymethods]
impl Bitmap {
    #[new]
    fn new(dim: usize, n_top: usize) -> PyResult<Self> {
        let index = ordvec::Bitmap::try_new(dim, n_top).map_err(refused)?;
        Ok(Self { index })
    }

    /// Read a .ovbm file, checking every row.
    #[classmethod]
    fn load(cls: &Bound<'_, PyType>, path: PathBuf) -> PyResult<Self> {
        let loaded = cls.py().detach(|| ordvec::Bitmap::load(&path));
        let index = loaded.map_err(|error| file_problem(&path, &error))?;
        Ok(Self { index })
    }

    /// Write a .ovbm file, replacing an existing one at the end.
    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let written = py.detach(|| self.index.write(&path));
        written.map_err(|error| file_problem(&path, &error))
    }

    #[getter]
    fn dim(&self) -> usize {
        self.index.dim()
    }

    #[getter]
    fn n_top(&self) -> usize {
        self.index.n_top()
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
            "Bitmap(dim={}, n_top={}, n={})",
            self.index.dim(),
            self.index.n_top(),
            self.index.len()
        )
    }

    /// Append the rows of a float array (m, dim).
    fn add(&mut self, vectors: &Bound<'_, PyAny>) -> PyResult<()> {
        let rows = convert::matrix(vectors, Some(self.index.dim()))?;
        let added = threads::run(vectors.py(), || self.index.try_add(&rows.values))?;
        added.map_err(refused)
    }

    /// Number of bits that queries (nq, dim) share with the rows.
    fn search<'py>(&self, queries: &Bound<'py, PyAny>, k: usize) -> PyResult<Batch<'py>> {
        let py = queries.py();
        let rows = convert::matrix(queries, Some(self.index.dim()))?;
        let found = threads::search(py, rows.rows, self.index.byte_size(), || {
            self.index.try_search(&rows.values, k)
        })?;
        output::batch(py, found.map_err(refused)?)
    }

    /// `search` of one query (dim,) on the given rows only; duplicates are kept.
    fn search_subset<'py>(
        &self,
        query: &Bound<'py, PyAny>,
        doc_ids: &Bound<'py, PyAny>,
        k: usize,
    ) -> PyResult<Single<'py>> {
        let py = query.py();
        let query = convert::vector(query, Some(self.index.dim()))?;
        let ids = convert::ids(doc_ids, "doc_ids")?;
        let found = py.detach(|| self.index.try_search_subset(&query, &ids, k));
        Ok(output::single(py, found.map_err(refused)?))
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

    /// The same, `batch_size` queries at a time.
    fn top_m_candidates_batched_chunked<'py>(
        &self,
        queries: &Bound<'py, PyAny>,
        m: usize,
        batch_size: usize,
    ) -> PyResult<Bound<'py, PyArray2<u32>>> {
        let py = queries.py();
        let rows = convert::matrix(queries, Some(self.index.dim()))?;
        let index = &self.index;
        let found = threads::run(py, || {
            index.try_top_m_candidates_batched_chunked(&rows.values, m, batch_size)
        })?;
        let width = m.min(index.len());
        output::stack(py, found.map_err(refused)?, width)
    }

    /// The bitmap of one query (dim,), as uint64 words.
    fn build_query_bitmap_fp32<'py>(
        &self,
        query: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray1<u64>>> {
        let values = convert::vector(query, Some(self.index.dim()))?;
        let words = self.index.try_build_query_bitmap_fp32(&values);
        Ok(words.map_err(refused)?.into_pyarray(query.py()))
    }

    /// Bits shared by a query bitmap and the given rows, whose ids must ascend.
    fn body_overlap_scores_subset<'py>(
        &self,
        q_bitmap: &Bound<'py, PyAny>,
        doc_ids: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyArray1<u32>>> {
        let py = q_bitmap.py();
        let words = convert::exact::<u64>(q_bitmap, "q_bitmap")?;
        let ids = convert::ids(doc_ids, "doc_ids")?;
        convert::ascending(&ids, "doc_ids")?;
        let mut scores = vec![0; ids.len()];
        let index = &self.index;
        py.detach(|| index.try_body_overlap_scores_subset(&words, &ids, &mut scores))
            .map_err(refused)?;
        Ok(scores.into_pyarray(py))
    }
}
