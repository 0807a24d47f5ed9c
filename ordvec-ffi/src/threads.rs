//! Searches in a forked child.
//!
//! The core spreads a search over rayon's global pool, whose threads a child of `fork` does not
//! have: it would wait for them for ever. So the process that searches first keeps the global pool,
//! and every other one, which can only be forked from it, makes a pool of its own.
//!
//! Nothing here is locked: a lock that another thread holds at the fork is held in the child for ever.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::status::{Failure, OrdvecStatus};

/// The process that the global pool belongs to; 0 before the first search.
static FIRST: AtomicU32 = AtomicU32::new(0);

/// The pool of a forked child, never freed: one that was inherited has no threads to end it.
static CHILD: AtomicPtr<Owned> = AtomicPtr::new(ptr::null_mut());

struct Owned {
    process: u32,
    pool: ThreadPool,
}

/// Runs `work` where its threads exist.
///
/// # Errors
/// [`OrdvecStatus::Panic`] if the system gives a child no threads, as the global pool would.
pub(crate) fn run<R: Send>(work: impl FnOnce() -> Result<R, Failure> + Send) -> Result<R, Failure> {
    let process = std::process::id();
    match FIRST.compare_exchange(0, process, Ordering::Relaxed, Ordering::Relaxed) {
        Err(first) if first != process => of_child(process)?.install(work),
        _ => work(),
    }
}

fn of_child(process: u32) -> Result<&'static ThreadPool, Failure> {
    let kept = CHILD.load(Ordering::Acquire);
    // SAFETY: what is stored is null or was leaked.
    if let Some(owned) = unsafe { kept.as_ref() }.filter(|owned| owned.process == process) {
        return Ok(&owned.pool);
    }
    let pool = ThreadPoolBuilder::new().build().map_err(|error| {
        let text = format!("cannot start the threads of a search: {error}");
        Failure::new(OrdvecStatus::Panic, text)
    })?;
    let made = Box::into_raw(Box::new(Owned { process, pool }));
    // Two threads may make one at once: each uses its own, and the later one serves the rest.
    CHILD.store(made, Ordering::Release);
    // SAFETY: it was leaked just now, and nobody changes it.
    Ok(unsafe { &(*made).pool })
}
