use super::{Spread, Task, PART_BYTES, PART_ROWS, TASK_BYTES};
use crate::search::helpers::with_pool;
use crate::search::Select;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;
use std::time::Duration;

const ROW_BYTES: usize = 512;

fn pool(threads: usize) -> &'static ThreadPool {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    Box::leak(Box::new(pool.unwrap()))
}

fn spread(nq: usize, len: usize) -> Spread {
    Spread {
        nq,
        len,
        row_bytes: ROW_BYTES,
        k: 3,
    }
}

/// The queries and the parts of a task.
type Noted = (Range<usize>, Vec<Range<usize>>);

/// A scan of rows whose scores fall with their number, but for the last row. It notes each
/// task.
fn noted(
    len: usize,
    tasks: &Mutex<Vec<Noted>>,
) -> impl Fn(Task<'_>, &mut [Select<'_, f32>]) + Sync + '_ {
    move |task, best| {
        let mut parts = Vec::new();
        for part in task.rows {
            for row in part.clone() {
                let score = if row + 1 == len { 1.0 } else { -(row as f32) };
                best.iter_mut()
                    .for_each(|best| best.push(score, row as u32));
            }
            parts.push(part);
        }
        tasks.lock().unwrap().push((task.queries, parts));
    }
}

#[test]
fn every_query_meets_every_row_once_however_many_share_the_rows() {
    let large = 5 * TASK_BYTES / ROW_BYTES + 77;
    for (threads, nq, len) in [(1, 2, large), (2, 1, 3), (3, 1, large), (4, 130, large)] {
        let tasks = Mutex::new(Vec::new());
        let found = with_pool(pool(threads), || {
            spread(nq, len).results(noted(len, &tasks))
        });
        let last = len as i64 - 1;
        assert_eq!(found.indices, [last, 0, 1].repeat(nq));
        for query in 0..nq {
            let tasks = tasks.lock().unwrap();
            let of_query = tasks.iter().filter(|task| task.0.contains(&query));
            let mut parts: Vec<_> = of_query.flat_map(|task| task.1.clone()).collect();
            parts.sort_by_key(|part| part.start);
            let ends = parts.iter().scan(0, |end, part| {
                assert_eq!(part.start, std::mem::replace(end, part.end));
                Some(part.end)
            });
            assert_eq!(ends.last(), Some(len), "{threads} {nq}");
        }
    }
}

#[test]
fn parts_are_ascending_whole_groups_and_not_too_small() {
    let len = 9 * TASK_BYTES / ROW_BYTES + 5;
    let tasks = Mutex::new(Vec::new());
    let _ = with_pool(pool(2), || spread(1, len).results(noted(len, &tasks)));
    for (_, parts) in tasks.into_inner().unwrap() {
        assert!(parts.is_sorted_by_key(|part| part.start));
        for part in parts {
            assert!(part.start.is_multiple_of(PART_ROWS));
            assert!(part.end == len || part.len() * ROW_BYTES >= PART_BYTES);
        }
    }
}

#[test]
fn a_task_that_is_held_up_leaves_its_rows_to_the_others() {
    let len = 8 * TASK_BYTES / ROW_BYTES;
    let (tasks, first, done) = (
        Mutex::new(Vec::new()),
        AtomicBool::new(true),
        AtomicBool::new(false),
    );
    let scan = noted(len, &tasks);
    let held_up = |mut task: Task<'_>, best: &mut [Select<'_, f32>]| {
        if !first.swap(false, Ordering::Relaxed) {
            scan(task, best);
            return done.store(true, Ordering::Relaxed);
        }
        let part = task.rows.next().unwrap();
        while !done.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        best[0].push(2.0, part.start as u32);
        assert_eq!(task.rows.next(), None, "the other task took all of them");
    };
    let found = with_pool(pool(2), || spread(1, len).results(held_up));
    assert_eq!(found.indices[..2], [0, len as i64 - 1]);
}

#[test]
fn few_wide_rows_are_shared_too() {
    let (len, row_bytes) = (100, 1 << 17);
    let wide = Spread {
        row_bytes,
        ..spread(1, len)
    };
    let tasks = Mutex::new(Vec::new());
    let _ = with_pool(pool(2), || wide.results(noted(len, &tasks)));
    let tasks = tasks.into_inner().unwrap();
    let parts = tasks.iter().flat_map(|(_, parts)| parts);
    assert!(parts.count() >= 8, "{tasks:?}");
}
