//! The free functions of the core.

use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;

use crate::convert;
use crate::errors::refused;
use crate::output::{self, Batch};
use crate::threads;

/// Rank of each coordinate of a 1-D float array, ties by ascending index.
#[pyfunction]
fn rank_transform<'py>(v: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArray1<u16>>> {
    let py = v.py();
    let values = convert::vector(v, None)?;
    let ranks = py.detach(|| ordvec::try_rank_transform(&values));
    Ok(ranks.map_err(refused)?.into_pyarray(py))
}

/// `floor(rank * 2**bits / d)`.
#[pyfunction]
fn rank_to_bucket(rank: u16, d: usize, bits: u8) -> PyResult<u8> {
    ordvec::try_rank_to_bucket(rank, d, bits).map_err(refused)
}

/// `rank_to_bucket` of a whole uint16 rank vector.
#[pyfunction]
fn bucket_ranks<'py>(ranks: &Bound<'py, PyAny>, bits: u8) -> PyResult<Bound<'py, PyArray1<u8>>> {
    let values = convert::exact::<u16>(ranks, "ranks")?;
    let buckets = ordvec::try_bucket_ranks(&values, bits).map_err(refused)?;
    Ok(buckets.into_pyarray(ranks.py()))
}

/// Pack uint8 codes, MSB first within a byte.
#[pyfunction]
fn pack_buckets<'py>(buckets: &Bound<'py, PyAny>, bits: u8) -> PyResult<Bound<'py, PyArray1<u8>>> {
    let codes = convert::exact::<u8>(buckets, "buckets")?;
    let packed = ordvec::try_pack_buckets(&codes, bits).map_err(refused)?;
    Ok(packed.into_pyarray(buckets.py()))
}

/// The `d` codes of a packed row.
#[pyfunction]
fn unpack_buckets<'py>(
    packed: &Bound<'py, PyAny>,
    d: usize,
    bits: u8,
) -> PyResult<Bound<'py, PyArray1<u8>>> {
    let bytes = convert::exact::<u8>(packed, "packed")?;
    let codes = ordvec::try_unpack_buckets(&bytes, d, bits).map_err(refused)?;
    Ok(codes.into_pyarray(packed.py()))
}

/// Bytes of a packed row: `d * bits / 8`.
#[pyfunction]
fn rankquant_bytes_per_vec(d: usize, bits: u8) -> PyResult<usize> {
    ordvec::try_rankquant_bytes_per_vec(d, bits).map_err(refused)
}

/// `bucket - (2**bits - 1) / 2`.
#[pyfunction]
fn bucket_centre(bucket: u8, bits: u8) -> PyResult<f32> {
    ordvec::try_bucket_centre(bucket, bits).map_err(refused)
}

/// L2 norm of a centred rank vector of dimension `d`.
#[pyfunction]
fn rank_norm(d: usize) -> f32 {
    ordvec::rank_norm(d)
}

/// L2 norm of a centred code vector of dimension `d`.
#[pyfunction]
fn rankquant_norm(d: usize, bits: u8) -> PyResult<f32> {
    ordvec::try_rankquant_norm(d, bits).map_err(refused)
}

/// Evaluation-only search of a float corpus quantized at any width from 1 to 8 bits.
#[pyfunction]
fn rankquant_eval_search<'py>(
    corpus: &Bound<'py, PyAny>,
    queries: &Bound<'py, PyAny>,
    bits: u8,
    k: usize,
) -> PyResult<Batch<'py>> {
    let py = corpus.py();
    let corpus = convert::matrix(corpus, None)?;
    let queries = convert::matrix(queries, Some(corpus.width))?;
    let results = threads::run(py, || {
        ordvec::try_rankquant_eval_search(&corpus.values, &queries.values, corpus.width, bits, k)
    })?;
    output::batch(py, results.map_err(refused)?)
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(rank_transform, module)?)?;
    module.add_function(wrap_pyfunction!(rank_to_bucket, module)?)?;
    module.add_function(wrap_pyfunction!(bucket_ranks, module)?)?;
    module.add_function(wrap_pyfunction!(pack_buckets, module)?)?;
    module.add_function(wrap_pyfunction!(unpack_buckets, module)?)?;
    module.add_function(wrap_pyfunction!(rankquant_bytes_per_vec, module)?)?;
    module.add_function(wrap_pyfunction!(bucket_centre, module)?)?;
    module.add_function(wrap_pyfunction!(rank_norm, module)?)?;
    module.add_function(wrap_pyfunction!(rankquant_norm, module)?)?;
    module.add_function(wrap_pyfunction!(rankquant_eval_search, module)?)
}
