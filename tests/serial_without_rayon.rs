//! The serial calls never touch rayon's thread pool.
//!
//! The global pool can be built by hand only while nothing has started it. It is one per
//! process, hence one test in this file.

mod oracle;

use ordvec::{RankQuant, SignBitmap, SubsetScratch};
use rayon::ThreadPoolBuilder;

const DIM: usize = 64;

/// The file of an index, made in a pool of its own so that the global one stays unbuilt.
fn files() -> (Vec<u8>, Vec<u8>) {
    ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap()
        .install(|| {
            let rows = oracle::noise(DIM * 40, 1);
            let (mut sign, mut quant) = (
                SignBitmap::try_new(DIM).unwrap(),
                RankQuant::try_new(DIM, 2).unwrap(),
            );
            sign.try_add(&rows).unwrap();
            quant.try_add(&rows).unwrap();
            let (mut first, mut second) = (Vec::new(), Vec::new());
            sign.write_to(&mut first).unwrap();
            quant.write_to(&mut second).unwrap();
            (first, second)
        })
}

#[test]
fn loading_and_both_stages_stay_on_the_calling_thread() {
    let (sign, quant) = files();
    let sign = SignBitmap::load_from_bytes(&sign).unwrap();
    let quant = RankQuant::load_from_bytes(&quant).unwrap();
    let queries = oracle::noise(DIM * 3, 2);
    let batch = sign
        .try_top_m_candidates_batched_serial_csr(&queries, 9)
        .unwrap();
    sign.try_top_m_candidates(&queries[..DIM], 9).unwrap();
    quant
        .try_search_asymmetric_subset(&queries[..DIM], &[1, 2], 2)
        .unwrap();
    let (mut scores, mut indices) = ([0.0; 12], [0; 12]);
    quant
        .try_search_asymmetric_subset_batched_serial_into(
            &queries,
            &batch.offsets,
            &batch.candidates,
            4,
            &mut SubsetScratch::new(),
            &mut scores,
            &mut indices,
        )
        .unwrap();
    ThreadPoolBuilder::new()
        .build_global()
        .expect("a serial call has started the pool");
}
