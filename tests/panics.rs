//! Each plain call panics exactly where its `try_` form refuses, with the same text, at the
//! caller's line; and otherwise gives the same value.

mod oracle;

use ordvec::{Bitmap, OrdvecError, Rank, RankQuant, SignBitmap, SubsetScratch};
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::Mutex;

/// The hook is the process's: one test at a time may have it.
static HOOK: Mutex<()> = Mutex::new(());

/// Text and file of the panic of `call`.
fn caught<T>(call: impl FnOnce() -> T) -> Option<(String, String)> {
    let _turn = HOOK.lock().unwrap_or_else(|broken| broken.into_inner());
    static SEEN: Mutex<String> = Mutex::new(String::new());
    let before = panic::take_hook();
    panic::set_hook(Box::new(|info| {
        *SEEN.lock().unwrap() = info.location().map_or("", Location::file).to_owned();
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    panic::set_hook(before);
    let payload = result.err()?;
    let text = payload
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_default();
    Some((text, SEEN.lock().unwrap().clone()))
}

#[track_caller]
fn panics<T, U>(fallible: Result<U, OrdvecError>, plain: impl FnOnce() -> T) {
    let error = fallible.err().expect("the try_ form did not refuse");
    let (text, file) = caught(plain).expect("the plain form did not panic");
    assert_eq!(text, error.to_string());
    assert_eq!(file, file!(), "the panic is not at the caller's line");
}

/// Asserts it of one call on `index`, whose arguments it cannot use.
macro_rules! panics {
    ($index:expr, $plain:ident, $fallible:ident, ($($argument:expr),*)) => {
        panics($index.$fallible($($argument),*), || $index.$plain($($argument),*))
    };
}

#[test]
fn primitives() {
    use ordvec::rank::*;
    panics(try_rank_transform(&[f32::NAN]), || {
        rank_transform(&[f32::NAN])
    });
    panics(try_rank_transform_into(&[0.0], &mut []), || {
        rank_transform_into(&[0.0], &mut [])
    });
    panics(try_rank_to_bucket(8, 8, 2), || rank_to_bucket(8, 8, 2));
    panics(try_bucket_ranks(&[0], 9), || bucket_ranks(&[0], 9));
    panics(try_pack_buckets(&[4; 4], 2), || pack_buckets(&[4; 4], 2));
    panics(try_unpack_buckets(&[0], 8, 2), || {
        unpack_buckets(&[0], 8, 2)
    });
    panics(try_rankquant_bytes_per_vec(7, 2), || {
        rankquant_bytes_per_vec(7, 2)
    });
    panics(try_bucket_centre(4, 2), || bucket_centre(4, 2));
    panics(try_rankquant_norm(8, 0), || rankquant_norm(8, 0));
    panics(ordvec::try_rankquant_eval_search(&[], &[], 8, 9, 1), || {
        ordvec::rankquant_eval_search(&[], &[], 8, 9, 1)
    });
}

#[test]
fn constructors() {
    panics(Rank::try_new(1), || Rank::new(1));
    panics(RankQuant::try_new(100, 8), || RankQuant::new(100, 8));
    panics(RankQuant::try_new_asymmetric(6, 2), || {
        RankQuant::new_asymmetric(6, 2)
    });
    panics(Bitmap::try_new(64, 64), || Bitmap::new(64, 64));
    panics(SignBitmap::try_new(63), || SignBitmap::new(63));
    panics(Bitmap::validate_params(64, 0), || Bitmap::new(64, 0));
    panics(SignBitmap::validate_dim(0), || SignBitmap::new(0));
    panics(RankQuant::validate_params(8, 3), || {
        RankQuant::new_asymmetric(8, 3)
    });
    assert_eq!(RankQuant::validate_params(100, 8), Ok(()));
}

const SHORT: &[f32] = &[0.0; 63];

#[test]
fn rank() {
    let mut index = Rank::new(64);
    panics!(index, add, try_add, (SHORT));
    panics!(index, search, try_search, (SHORT, 1));
    panics!(index, search_asymmetric, try_search_asymmetric, (SHORT, 1));
    panics!(index, swap_remove, try_swap_remove, (0));
}

#[test]
fn rank_quant() {
    let mut index = RankQuant::new(64, 2);
    let signs = SignBitmap::new(128);
    panics!(index, add, try_add, (SHORT));
    panics!(index, search, try_search, (SHORT, 1));
    panics!(index, search_asymmetric, try_search_asymmetric, (SHORT, 1));
    panics!(
        index,
        search_asymmetric_subset,
        try_search_asymmetric_subset,
        (&[0.0; 64], &[0], 1)
    );
    panics!(
        index,
        search_asymmetric_subset_batched_serial,
        try_search_asymmetric_subset_batched_serial,
        (&[], &[1], &[], 1)
    );
    panics!(
        index,
        search_asymmetric_subset_batched_serial_into,
        try_search_asymmetric_subset_batched_serial_into,
        (
            &[],
            &[0],
            &[],
            1,
            &mut SubsetScratch::new(),
            &mut [0.0],
            &mut []
        )
    );
    panics!(
        index,
        search_with_sign_probe,
        try_search_with_sign_probe,
        (&signs, &[0.0; 64], 1)
    );
    panics!(index, swap_remove, try_swap_remove, (0));
    let odd = RankQuant::new_asymmetric(100, 8);
    panics!(odd, search, try_search, (&[0.0; 100], 1));
}

#[test]
fn bitmap() {
    let mut index = Bitmap::new(64, 3);
    panics!(index, add, try_add, (SHORT));
    panics!(
        index,
        build_query_bitmap_fp32,
        try_build_query_bitmap_fp32,
        (SHORT)
    );
    panics!(index, search, try_search, (SHORT, 1));
    panics!(
        index,
        search_subset,
        try_search_subset,
        (&[0.0; 64], &[0], 1)
    );
    panics!(index, top_m_candidates, try_top_m_candidates, (SHORT, 1));
    panics!(
        index,
        top_m_candidates_batched,
        try_top_m_candidates_batched,
        (SHORT, 1)
    );
    panics!(
        index,
        top_m_candidates_batched_chunked,
        try_top_m_candidates_batched_chunked,
        (&[], 1, 0)
    );
    panics!(
        index,
        top_m_candidates_batched_serial_csr,
        try_top_m_candidates_batched_serial_csr,
        (SHORT, 1)
    );
    panics!(
        index,
        body_overlap_scores_subset,
        try_body_overlap_scores_subset,
        (&[], &[], &mut [])
    );
    panics!(index, swap_remove, try_swap_remove, (0));
}

#[test]
fn sign_bitmap() {
    let mut index = SignBitmap::new(64);
    panics!(index, add, try_add, (SHORT));
    panics!(index, build_query_bitmap, try_build_query_bitmap, (SHORT));
    panics!(index, top_m_candidates, try_top_m_candidates, (SHORT, 1));
    panics!(
        index,
        top_m_candidates_batched,
        try_top_m_candidates_batched,
        (SHORT, 1)
    );
    panics!(
        index,
        top_m_candidates_batched_serial_csr,
        try_top_m_candidates_batched_serial_csr,
        (SHORT, 1)
    );
    panics!(index, score_all, try_score_all, (SHORT));
    panics!(index, score_all_batched, try_score_all_batched, (SHORT));
    panics!(
        index,
        score_all_batched_flat,
        try_score_all_batched_flat,
        (SHORT)
    );
    panics!(index, swap_remove, try_swap_remove, (0));
}

/// What the plain forms give is what their `try_` forms give.
#[test]
fn values() {
    let rows = oracle::noise(64 * 40, 1);
    let query = oracle::noise(64, 2);
    let (mut quant, mut signs) = (RankQuant::new(64, 2), SignBitmap::new(64));
    let (mut rank, mut bitmap) = (Rank::new(64), Bitmap::new(64, 9));
    quant.add(&rows);
    signs.add(&rows);
    rank.add(&rows);
    bitmap.add(&rows);
    assert_eq!(Ok(rank.search(&query, 3)), rank.try_search(&query, 3));
    assert_eq!(Ok(quant.search(&query, 3)), quant.try_search(&query, 3));
    assert_eq!(Ok(bitmap.search(&query, 3)), bitmap.try_search(&query, 3));
    assert_eq!(Ok(signs.score_all(&query)), signs.try_score_all(&query));
    assert_eq!(
        Ok(quant.search_with_sign_probe(&signs, &query, 3)),
        quant.try_search_with_sign_probe(&signs, &query, 3)
    );
    assert_eq!(bitmap.swap_remove(0), 39);
}
