//! Parallel work without the GIL, on a thread pool of this process. Calls that the core answers on
//! the calling thread (files, single queries of small indexes) only release the GIL and need none of this.
//!
//! The core spreads batches over the rayon pool that the calling thread belongs to, by default
//! the global one. That pool does not survive `fork`: a child of `multiprocessing` (start method
//! "fork", the default on Linux before Python 3.14) would wait for threads that exist only in its
//! parent. So the pool here is kept with the id of the process that made it, and a child makes
//! its own. Its size is that of the global pool: `RAYON_NUM_THREADS`, or one thread per CPU.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The pool and the process that it belongs to. Locked only while the GIL is held and never
/// across a release of it, so that no other thread can hold the lock when Python forks.
static POOL: Mutex<Option<(u32, &'static ThreadPool)>> = Mutex::new(None);

/// Release the GIL and run `work` on the pool. `RuntimeError` if the system gives no threads.
pub fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    let pool = pool(py)?;
    Ok(py.detach(|| pool.install(work)))
}

/// As [`run`], for one query of an index of `bytes` bytes: on the calling thread, which the pool
/// helps where the core spreads the query.
pub fn run_one<T: Send>(
    py: Python<'_>,
    bytes: usize,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    if bytes < SPREAD {
        return Ok(py.detach(work));
    }
    let pool = pool(py)?;
    Ok(py.detach(|| ordvec::with_pool(pool, work)))
}

/// [`run`] where an index of `bytes` bytes is large enough to be spread, else the calling thread.
pub fn run_large<T: Send>(
    py: Python<'_>,
    bytes: usize,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    if bytes < SPREAD {
        return Ok(py.detach(work));
    }
    run(py, work)
}

/// [`run`] for a batch, [`run_one`] where it is one query.
pub fn search<T: Send>(
    py: Python<'_>,
    queries: usize,
    bytes: usize,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    if queries == 1 {
        return run_one(py, bytes, work);
    }
    run(py, work)
}

/// Bytes of rows from which the core spreads one query over threads (two tasks of 1 MiB).
const SPREAD: usize = 2 << 20;

fn pool(_gil: Python<'_>) -> PyResult<&'static ThreadPool> {
    let mut kept = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    match *kept {
        Some((owner, pool)) if owner == process => Ok(pool),
        _ => {
            let pool = ThreadPoolBuilder::new().build().map_err(|error| {
                PyRuntimeError::new_err(format!("cannot start the threads of a search: {error}"))
            })?;
            // Never dropped: a pool inherited from a parent has no threads that could end it.
            let pool = Box::leak(Box::new(pool));
            *kept = Some((process, pool));
            Ok(pool)
        }
    }
}
