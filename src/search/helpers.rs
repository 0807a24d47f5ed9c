//! Sharing few, short tasks between the calling thread and those of a pool.
//!
//! A parallel iterator started outside a pool moves the work into it and sleeps meanwhile: three
//! wake-ups one after the other, which takes as long as a single query of a middling index. Here
//! the calling thread begins at once, the others take over what is left when they have woken.
//!
//! To wake takes as long as a tenth of a millisecond of scanning. So helpers look out for the next
//! call for a moment before they go to sleep, and the calling thread for the last of its helpers.

use rayon::{Scope, ThreadPool, Yield};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a thread looks out before it sleeps.
const LOOKOUT: Duration = Duration::from_micros(100);

thread_local! {
    /// The pool of [`with_pool`].
    static POOL: Cell<Option<&'static ThreadPool>> = const { Cell::new(None) };

    /// Whether this thread of a pool is looking out.
    static LOOKING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` on the calling thread; what it shares goes to the threads of `pool`, not of the
/// global pool. For hosts that keep a pool of their own and call from outside of it.
pub fn with_pool<R>(pool: &'static ThreadPool, work: impl FnOnce() -> R) -> R {
    struct Restore(Option<&'static ThreadPool>);
    impl Drop for Restore {
        fn drop(&mut self) {
            POOL.set(self.0);
        }
    }
    let _restore = Restore(POOL.replace(Some(pool)));
    work()
}

/// Threads that work is shared between.
pub(super) fn threads() -> usize {
    POOL.get()
        .map_or_else(rayon::current_num_threads, ThreadPool::current_num_threads)
}

/// The results of tasks `0..tasks`, in no certain order.
pub(super) fn each<R: Send>(tasks: usize, run: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || loop {
        let task = next.fetch_add(1, Ordering::Relaxed);
        if task >= tasks {
            break;
        }
        let result = run(task);
        done.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(result);
    };
    let helpers = threads().min(tasks) - 1;
    let busy = AtomicUsize::new(helpers);
    let help = || {
        work();
        look_out();
        busy.fetch_sub(1, Ordering::Relaxed);
    };
    let lead = || {
        work();
        if rayon::current_thread_index().is_some() {
            return; // a thread of a pool has other tasks meanwhile
        }
        let until = Instant::now() + LOOKOUT;
        while busy.load(Ordering::Relaxed) > 0 && Instant::now() < until {
            std::hint::spin_loop();
        }
    };
    fn all<'scope>(
        scope: &Scope<'scope>,
        helpers: usize,
        help: &'scope (impl Fn() + Sync),
        lead: impl Fn(),
    ) {
        (0..helpers).for_each(|_| scope.spawn(|_| help()));
        lead();
    }
    match POOL.get() {
        Some(pool) => pool.in_place_scope(|scope| all(scope, helpers, &help, lead)),
        None => rayon::in_place_scope(|scope| all(scope, helpers, &help, lead)),
    }
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Lets this thread of a pool, when the present task has ended, take tasks without sleeping until
/// there has been none for [`LOOKOUT`].
fn look_out() {
    if LOOKING.replace(true) {
        return; // this very task was taken so
    }
    rayon::spawn(|| {
        let mut until = Instant::now() + LOOKOUT;
        while Instant::now() < until {
            match rayon::yield_now() {
                Some(Yield::Executed) => until = Instant::now() + LOOKOUT,
                _ => std::hint::spin_loop(),
            }
        }
        LOOKING.set(false);
    });
}

#[cfg(test)]
mod tests {
    use super::{each, threads, with_pool};
    use rayon::ThreadPoolBuilder;
    use std::panic::AssertUnwindSafe;

    #[test]
    fn every_task_is_done_once_on_whatever_pool() {
        for count in [1, 2, 5] {
            let pool = ThreadPoolBuilder::new().num_threads(count).build().unwrap();
            let pool: &'static _ = Box::leak(Box::new(pool));
            for tasks in [1, 2, 3, 100] {
                let found = |mut found: Vec<usize>| {
                    found.sort_unstable();
                    assert_eq!(found, (0..tasks).collect::<Vec<_>>());
                };
                with_pool(pool, || {
                    assert_eq!(threads(), count);
                    found(each(tasks, |task| task));
                });
                pool.install(|| found(each(tasks, |task| task)));
                found(each(tasks, |task| task));
            }
        }
    }

    #[test]
    fn the_calling_thread_works_and_only_threads_of_the_pool_help() {
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let pool: &'static rayon::ThreadPool = Box::leak(Box::new(pool));
        let caller = std::thread::current().id();
        let run = |_| {
            std::thread::sleep(std::time::Duration::from_millis(1));
            let inside = pool.current_thread_index().is_some();
            (std::thread::current().id(), inside)
        };
        let found = with_pool(pool, || each(40, run));
        assert!(found.iter().any(|&(id, _)| id == caller));
        assert!(found.iter().all(|&(id, inside)| inside || id == caller));
    }

    #[test]
    fn a_panic_leaves_the_pool_of_the_thread_as_it_was() {
        let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let pool: &'static _ = Box::leak(Box::new(pool));
        let before = threads();
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
            with_pool(pool, || panic!("meant"));
        }));
        assert!(outcome.is_err());
        assert_eq!(threads(), before);
    }
}
