//! The free functions do what their formulas say, and refuse what has no meaning.

mod oracle;

use ordvec::{
    rank_norm, try_bucket_centre, try_bucket_ranks, try_pack_buckets, try_rank_to_bucket,
    try_rank_transform, try_rankquant_bytes_per_vec, try_rankquant_norm, try_unpack_buckets,
    OrdvecError, MAX_DIM,
};
use proptest::prelude::*;

/// Codes of a packable width, a whole number of bytes of them.
fn packable() -> impl Strategy<Value = (u8, Vec<u8>)> {
    (prop::sample::select(vec![1u8, 2, 4, 8]), 0usize..40).prop_flat_map(|(bits, bytes)| {
        let codes =
            prop::collection::vec(0..=((1u16 << bits) - 1) as u8, bytes * 8 / bits as usize);
        (Just(bits), codes)
    })
}

proptest! {
    #![proptest_config(oracle::cases(128))]

    #[test]
    fn ranks_are_those_of_the_definition(v in (0usize..200).prop_flat_map(|d| oracle::vectors(d, 1))) {
        let ranks: Vec<usize> = try_rank_transform(&v).unwrap().into_iter().map(usize::from).collect();
        prop_assert_eq!(ranks, oracle::ranks(&v));
    }

    #[test]
    fn buckets_are_those_of_the_definition(
        v in (1usize..200).prop_flat_map(|d| oracle::vectors(d, 1)),
        bits in 1u8..=8,
    ) {
        let ranks = try_rank_transform(&v).unwrap();
        let codes: Vec<usize> =
            try_bucket_ranks(&ranks, bits).unwrap().into_iter().map(usize::from).collect();
        prop_assert_eq!(codes, oracle::buckets(&v, bits));
    }

    #[test]
    fn unpacking_undoes_packing((bits, codes) in packable()) {
        let packed = try_pack_buckets(&codes, bits).unwrap();
        prop_assert_eq!(packed.len(), try_rankquant_bytes_per_vec(codes.len(), bits).unwrap());
        prop_assert_eq!(try_unpack_buckets(&packed, codes.len(), bits).unwrap(), codes);
    }

    #[test]
    fn norms_are_those_of_real_rows(steps in 1usize..20, bits in 1u8..=4) {
        let d = steps << bits;
        let row: Vec<f32> = (0..d).map(|i| i as f32).collect();
        let length = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt() as f32;
        prop_assert_eq!(rank_norm(d), length(&oracle::centred(&oracle::ranks(&row), d)));
        let codes = oracle::centred(&oracle::buckets(&row, bits), 1 << bits);
        prop_assert_eq!(try_rankquant_norm(d, bits).unwrap(), length(&codes));
    }
}

#[test]
fn equal_values_rank_by_index_and_the_zeros_are_equal() {
    assert_eq!(
        try_rank_transform(&[1.0, 1.0, 0.0, -0.0, 0.0]).unwrap(),
        [3, 4, 0, 1, 2]
    );
}

#[test]
fn the_first_code_sits_in_the_highest_bits() {
    assert_eq!(
        try_pack_buckets(&[1, 0, 0, 0, 0, 0, 0, 1], 1).unwrap(),
        [0b1000_0001]
    );
    assert_eq!(try_pack_buckets(&[0, 1, 2, 3], 2).unwrap(), [0b0001_1011]);
    assert_eq!(try_pack_buckets(&[0xa, 0x5], 4).unwrap(), [0xa5]);
    assert_eq!(try_pack_buckets(&[200], 8).unwrap(), [200]);
}

#[test]
fn the_largest_dimension_is_exact() {
    let v: Vec<f32> = (0..MAX_DIM).rev().map(|i| i as f32).collect();
    let ranks = try_rank_transform(&v).unwrap();
    assert_eq!((ranks[0], ranks[MAX_DIM - 1]), (65534, 0));
    assert_eq!(try_rank_to_bucket(65534, MAX_DIM, 8).unwrap(), 255);
    assert_eq!(
        rank_norm(MAX_DIM),
        (65535f64 * (65535f64 * 65535.0 - 1.0) / 12.0).sqrt() as f32
    );
}

#[test]
fn centres_are_symmetric() {
    assert_eq!(try_bucket_centre(0, 2).unwrap(), -1.5);
    assert_eq!(try_bucket_centre(3, 2).unwrap(), 1.5);
    assert_eq!(try_bucket_centre(255, 8).unwrap(), 127.5);
}

#[test]
fn small_norms_are_finite() {
    assert_eq!((rank_norm(0), rank_norm(1)), (0.0, 0.0));
    assert!(rank_norm(0).is_sign_positive());
    assert_eq!(try_rankquant_norm(0, 2).unwrap(), 0.0);
}

#[test]
fn a_vector_over_the_largest_dimension_is_refused() {
    let error = try_rank_transform(&vec![0.0; MAX_DIM + 1]).unwrap_err();
    assert!(
        matches!(error, OrdvecError::InvalidParameter { name: "dim", .. }),
        "{error}"
    );
}

/// The parameter that a call names in its refusal.
fn refused<T>(result: Result<T, OrdvecError>) -> Option<&'static str> {
    match result {
        Err(OrdvecError::InvalidParameter { name, .. }) => Some(name),
        _ => None,
    }
}

#[test]
fn no_bits_are_one_bucket() {
    assert_eq!(try_rank_to_bucket(7, 8, 0), Ok(0));
    assert_eq!(try_bucket_ranks(&[1, 0], 0), Ok(vec![0, 0]));
    assert_eq!(try_bucket_centre(0, 0), Ok(0.0));
}

#[test]
fn ranks_have_buckets_at_any_dimension() {
    assert_eq!(try_rank_to_bucket(65535, 65536, 8), Ok(255));
    assert_eq!(try_rank_to_bucket(65535, 1 << 17, 2), Ok(1));
    assert_eq!(try_rank_to_bucket(65535, usize::MAX, 8), Ok(0));
}

#[test]
fn widths_that_do_not_exist_are_refused() {
    for bits in [9, 255] {
        assert_eq!(refused(try_rank_to_bucket(0, 8, bits)), Some("bits"));
        assert_eq!(refused(try_bucket_ranks(&[0], bits)), Some("bits"));
        assert_eq!(refused(try_bucket_centre(0, bits)), Some("bits"));
        assert_eq!(refused(try_rankquant_norm(8, bits)), Some("bits"));
    }
    assert_eq!(refused(try_rankquant_norm(8, 0)), Some("bits"));
    for bits in [0, 3, 5, 6, 7, 9] {
        assert_eq!(refused(try_pack_buckets(&[0; 8], bits)), Some("bits"));
        assert_eq!(refused(try_unpack_buckets(&[0], 8, bits)), Some("bits"));
        assert_eq!(refused(try_rankquant_bytes_per_vec(8, bits)), Some("bits"));
    }
}

#[test]
fn values_out_of_range_are_refused() {
    assert!(matches!(
        try_rank_to_bucket(8, 8, 2),
        Err(OrdvecError::OutOfRange { .. })
    ));
    assert!(matches!(
        try_bucket_ranks(&[0, 2], 2),
        Err(OrdvecError::OutOfRange { .. })
    ));
    assert!(matches!(
        try_bucket_centre(4, 2),
        Err(OrdvecError::OutOfRange { .. })
    ));
    assert!(matches!(
        try_pack_buckets(&[0, 1, 2, 4], 2),
        Err(OrdvecError::OutOfRange { .. })
    ));
    assert_eq!(refused(try_rank_to_bucket(0, 0, 2)), Some("dim"));
}

#[test]
fn rows_that_are_not_whole_bytes_are_refused() {
    assert_eq!(refused(try_pack_buckets(&[0, 1, 2], 2)), Some("dim"));
    assert_eq!(refused(try_rankquant_bytes_per_vec(7, 2)), Some("dim"));
    assert!(matches!(
        try_unpack_buckets(&[0, 0], 4, 2),
        Err(OrdvecError::InvalidBufferLength { .. })
    ));
}

#[test]
fn a_value_that_is_not_finite_is_refused_with_its_position() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(
            try_rank_transform(&[0.0, 1.0, bad]),
            Err(OrdvecError::NotFinite { position: 2 })
        );
    }
}
