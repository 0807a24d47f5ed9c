//! The second stage for hosts that own their threads: the results of the plain calls, and no
//! allocation once the scratch is warm.
//!
//! The counting allocator counts the calls of its own thread, so the test harness cannot
//! disturb it.

mod oracle;

use ordvec::{Bitmap, RankQuant, SignBitmap, SubsetScratch};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // No thread-local storage is left while a thread ends; nothing is measured then.
    let _ = ALLOCATIONS.try_with(|counter| counter.set(counter.get() + 1));
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(call: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    call();
    ALLOCATIONS.get() - before
}

const DIM: usize = 128;
const K: usize = 7;

fn index(bits: u8, rows: &[f32]) -> RankQuant {
    let mut index = RankQuant::try_new_asymmetric(DIM, bits).unwrap();
    index.try_add(rows).unwrap();
    index
}

#[test]
fn it_gives_what_the_single_calls_give() {
    let (rows, queries) = (oracle::noise(DIM * 400, 1), oracle::noise(DIM * 20, 2));
    let mut sign = SignBitmap::try_new(DIM).unwrap();
    let mut bitmap = Bitmap::try_new(DIM, 32).unwrap();
    sign.try_add(&rows).unwrap();
    bitmap.try_add(&rows).unwrap();
    let stages = [
        sign.try_top_m_candidates_batched_serial_csr(&queries, 50)
            .unwrap(),
        bitmap
            .try_top_m_candidates_batched_serial_csr(&queries, 50)
            .unwrap(),
    ];
    let mut scratch = SubsetScratch::new();
    for (bits, batch) in [1, 2, 4, 8]
        .into_iter()
        .flat_map(|bits| stages.iter().map(move |s| (bits, s)))
    {
        let index = index(bits, &rows);
        let (mut scores, mut indices) = (vec![0.0; 20 * K], vec![0; 20 * K]);
        index
            .try_search_asymmetric_subset_batched_serial_into(
                &queries,
                &batch.offsets,
                &batch.candidates,
                K,
                &mut scratch,
                &mut scores,
                &mut indices,
            )
            .unwrap();
        for (at, query) in queries.chunks(DIM).enumerate() {
            let candidates = batch.candidates_for_query(at).unwrap();
            let (one, ids) = index
                .try_search_asymmetric_subset(query, candidates, K)
                .unwrap();
            assert_eq!(scores[at * K..(at + 1) * K], one);
            assert_eq!(indices[at * K..(at + 1) * K], ids);
        }
    }
}

#[test]
fn short_candidate_lists_are_padded() {
    let rows = oracle::noise(DIM * 5, 3);
    let index = index(2, &rows);
    let (mut scores, mut indices) = (vec![0.0; 15], vec![0; 15]);
    // k = 9 becomes 5, the rows of the index; the queries have 2, 0 and 6 candidates.
    index
        .try_search_asymmetric_subset_batched_serial_into(
            &rows[..3 * DIM],
            &[0, 2, 2, 8],
            &[4, 0, 2, 2, 2, 1, 1, 3],
            9,
            &mut SubsetScratch::new(),
            &mut scores,
            &mut indices,
        )
        .unwrap();
    assert_eq!(indices[..5], [0, 4, -1, -1, -1]);
    assert_eq!(scores[2..10], [f32::NEG_INFINITY; 8]);
    assert_eq!(indices[5..10], [-1; 5]);
    assert_eq!(indices[10..13], [2, 2, 2]);
}

#[test]
fn it_does_not_allocate_once_warm() {
    let (rows, queries) = (oracle::noise(DIM * 600, 4), oracle::noise(DIM * 4, 5));
    let candidates: Vec<u32> = (0..600).cycle().take(4 * 590).collect();
    let offsets: Vec<usize> = (0..=4).map(|query| query * 590).collect();
    let indexes = [1, 2, 4, 8].map(|bits| index(bits, &rows));
    let mut scratch = SubsetScratch::new();
    let (mut scores, mut indices) = (vec![0.0; 4 * 300], vec![0; 4 * 300]);
    let mut run = |index: &RankQuant, k: usize| {
        index
            .try_search_asymmetric_subset_batched_serial_into(
                &queries,
                &offsets,
                &candidates,
                k,
                &mut scratch,
                &mut scores[..4 * k],
                &mut indices[..4 * k],
            )
            .unwrap();
    };
    let cold = allocations(|| run(&indexes[0], 300));
    assert!(cold > 0, "the counter does not count");
    for index in &indexes {
        for k in [300, 10, 1, 0] {
            assert_eq!(
                allocations(|| run(index, k)),
                0,
                "{} bits, k = {k}",
                index.bits()
            );
        }
    }
}
