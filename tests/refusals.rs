//! Bad arguments are errors whose texts hold the words that the Python package promises.

mod oracle;

use ordvec::{
    try_rankquant_eval_search, Bitmap, Rank, RankQuant, Result, SignBitmap, SubsetScratch,
};

/// Asserts that `result` is an error and its text has every word.
#[track_caller]
fn refused<T>(result: Result<T>, words: &[&str]) {
    let text = result.err().expect("the call was not refused").to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

#[test]
fn dimensions_that_an_index_cannot_have() {
    for dim in [0, 1, 65536, usize::MAX] {
        refused(Rank::try_new(dim), &["dimension"]);
        refused(RankQuant::try_new(dim, 2), &["dimension"]);
        refused(RankQuant::try_new_asymmetric(dim, 8), &["dimension"]);
    }
    for dim in [0, 1, 63, 65, 65535, 65536] {
        refused(Bitmap::try_new(dim, 1), &["dimension", "multiple of 64"]);
    }
    for dim in [0, 63, (1 << 24) + 64] {
        refused(SignBitmap::try_new(dim), &["dimension", "multiple of 64"]);
    }
    refused(RankQuant::try_new(12, 1), &["dimension", "multiple of 8"]);
    refused(RankQuant::try_new(6, 2), &["dimension", "multiple of 4"]);
    refused(RankQuant::try_new(24, 4), &["dimension", "multiple of 16"]);
    refused(
        RankQuant::try_new(128, 8),
        &["dimension", "multiple of 256"],
    );
    refused(
        RankQuant::try_new_asymmetric(6, 2),
        &["dimension", "multiple of 4"],
    );
}

#[test]
fn the_widest_dimensions_that_an_index_can_have() {
    assert!(Rank::try_new(65535).is_ok());
    assert!(RankQuant::try_new_asymmetric(65535, 8).is_ok());
    assert!(RankQuant::try_new(65528, 1).is_ok());
    assert!(Bitmap::try_new(65472, 65471).is_ok());
    assert!(SignBitmap::try_new(1 << 24).is_ok());
}

#[test]
fn widths_that_an_index_cannot_have() {
    for bits in [0, 3, 5, 6, 7, 9, 255] {
        refused(RankQuant::try_new(256, bits), &["bits"]);
        refused(RankQuant::try_new_asymmetric(256, bits), &["bits"]);
    }
    for bits in [0, 9] {
        refused(try_rankquant_eval_search(&[], &[], 8, bits, 1), &["bits"]);
    }
}

#[test]
fn top_counts_that_a_bitmap_cannot_have() {
    for n_top in [0, 64, 65, usize::MAX] {
        refused(Bitmap::try_new(64, n_top), &["n_top"]);
    }
}

#[test]
fn queries_that_no_search_takes() {
    let rank = Rank::try_new(64).unwrap();
    let quant = RankQuant::try_new(64, 2).unwrap();
    let bitmap = Bitmap::try_new(64, 16).unwrap();
    let sign = SignBitmap::try_new(64).unwrap();
    let mut infinite = [0.0; 64];
    infinite[63] = f32::INFINITY;
    for (query, words) in [
        (&[0.0; 63][..], &["dimension", "63", "64"][..]),
        (&infinite[..], &["finite", "position 63"][..]),
    ] {
        refused(rank.try_search(query, 1), words);
        refused(rank.try_search_asymmetric(query, 1), words);
        refused(quant.try_search(query, 1), words);
        refused(quant.try_search_asymmetric(query, 1), words);
        refused(quant.try_search_asymmetric_subset(query, &[], 1), words);
        refused(bitmap.try_search(query, 1), words);
        refused(bitmap.try_search_subset(query, &[], 1), words);
        refused(bitmap.try_top_m_candidates(query, 1), words);
        refused(bitmap.try_top_m_candidates_batched(query, 1), words);
        refused(
            bitmap.try_top_m_candidates_batched_serial_csr(query, 1),
            words,
        );
        refused(bitmap.try_build_query_bitmap_fp32(query), words);
        refused(sign.try_top_m_candidates(query, 1), words);
        refused(sign.try_top_m_candidates_batched(query, 1), words);
        refused(
            sign.try_top_m_candidates_batched_serial_csr(query, 1),
            words,
        );
        refused(sign.try_score_all(query), words);
        refused(sign.try_score_all_batched(query), words);
        refused(sign.try_build_query_bitmap(query), words);
        refused(try_rankquant_eval_search(query, &[], 64, 2, 1), words);
        refused(try_rankquant_eval_search(&[], query, 64, 2, 1), words);
    }
}

/// The calls for one query do not take two.
#[test]
fn two_queries_where_one_is_taken() {
    let two = [0.0; 128];
    refused(
        RankQuant::try_new(64, 2)
            .unwrap()
            .try_search_asymmetric_subset(&two, &[], 1),
        &["dimension"],
    );
    refused(
        Bitmap::try_new(64, 16)
            .unwrap()
            .try_top_m_candidates(&two, 1),
        &["dimension"],
    );
    refused(
        SignBitmap::try_new(64).unwrap().try_score_all(&two),
        &["dimension"],
    );
}

#[test]
fn candidates_past_the_end() {
    let rows = oracle::noise(64 * 3, 1);
    let mut quant = RankQuant::try_new(64, 2).unwrap();
    let mut bitmap = Bitmap::try_new(64, 16).unwrap();
    quant.try_add(&rows).unwrap();
    bitmap.try_add(&rows).unwrap();
    let query = &rows[..64];
    let words = &["row id 3", "out of range", "3 vectors"][..];
    refused(quant.try_search_asymmetric_subset(query, &[0, 3], 1), words);
    refused(bitmap.try_search_subset(query, &[0, 3], 1), words);
    refused(
        bitmap.try_body_overlap_scores_subset(&[0], &[0, 3], &mut [0; 2]),
        words,
    );
    refused(
        bitmap.try_search_subset(query, &[u32::MAX], 1),
        &["out of range"],
    );
}

#[test]
fn buffers_of_the_wrong_length() {
    let bitmap = Bitmap::try_new(64, 16).unwrap();
    refused(
        bitmap.try_body_overlap_scores_subset(&[0; 2], &[], &mut []),
        &["query bitmap", "length 1"],
    );
    refused(
        bitmap.try_body_overlap_scores_subset(&[0], &[], &mut [0]),
        &["out", "length 0"],
    );
    refused(
        bitmap.try_top_m_candidates_batched_chunked(&[], 1, 0),
        &["batch_size"],
    );
}

#[test]
fn eight_bits_cannot_search_symmetrically_at_any_dimension() {
    let index = RankQuant::try_new_asymmetric(100, 8).unwrap();
    assert!(!index.symmetric_supported());
    refused(
        index.try_search(&[0.0; 100], 1),
        &["bits 8", "multiple of 256", "search_asymmetric"],
    );
    assert!(index.try_search_asymmetric(&[0.0; 100], 1).is_ok());
}

/// Every way to cut candidates wrongly, on an index of three rows and two queries.
#[test]
fn offsets_that_do_not_cut_the_candidates() {
    let rows = oracle::noise(64 * 3, 1);
    let mut index = RankQuant::try_new(64, 2).unwrap();
    index.try_add(&rows).unwrap();
    let call = |offsets: &[usize], candidates: &[u32], room: usize| {
        let (mut scores, mut indices) = (vec![9.0; room], vec![9; room]);
        let result = index.try_search_asymmetric_subset_batched_serial_into(
            &rows[..128],
            offsets,
            candidates,
            2,
            &mut SubsetScratch::new(),
            &mut scores,
            &mut indices,
        );
        let untouched = scores == vec![9.0; room] && indices == vec![9; room];
        assert!(
            result.is_ok() || untouched,
            "a refused call wrote to the buffers"
        );
        result
    };
    refused(call(&[0, 3], &[0, 1, 2], 4), &["offsets", "length 3"]);
    refused(call(&[], &[], 4), &["offsets", "length 3"]);
    refused(
        call(&[1, 2, 3], &[0, 1, 2], 4),
        &["offset 1", "out of range"],
    );
    refused(
        call(&[0, 4, 3], &[0, 1, 2], 4),
        &["offset 4", "out of range"],
    );
    refused(call(&[0, 1, 2], &[0, 1, 2], 4), &["candidates", "length 2"]);
    refused(call(&[0, 1, 9], &[0, 1, 2], 4), &["candidates", "length 9"]);
    refused(
        call(&[0, 1, 3], &[0, 1, 3], 4),
        &["row id 3", "out of range"],
    );
    refused(call(&[0, 1, 3], &[0, 1, 2], 3), &["scores", "length 4"]);
    assert_eq!(call(&[0, 1, 3], &[0, 1, 2], 4), Ok(()));
}
