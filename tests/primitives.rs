//! The free functions do what their formulas say, and refuse what has no meaning.

mod oracle;

use ordvec::{
    bucket_centre, bucket_ranks, pack_buckets, rank_norm, rank_to_bucket, rank_transform,
    rankquant_bytes_per_vec, rankquant_norm, unpack_buckets, Error, MAX_DIM,
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
        let ranks: Vec<usize> = rank_transform(&v).unwrap().into_iter().map(usize::from).collect();
        prop_assert_eq!(ranks, oracle::ranks(&v));
    }

    #[test]
    fn buckets_are_those_of_the_definition(
        v in (1usize..200).prop_flat_map(|d| oracle::vectors(d, 1)),
        bits in 1u8..=8,
    ) {
        let ranks = rank_transform(&v).unwrap();
        let codes: Vec<usize> =
            bucket_ranks(&ranks, bits).unwrap().into_iter().map(usize::from).collect();
        prop_assert_eq!(codes, oracle::buckets(&v, bits));
    }

    #[test]
    fn unpacking_undoes_packing((bits, codes) in packable()) {
        let packed = pack_buckets(&codes, bits).unwrap();
        prop_assert_eq!(packed.len(), rankquant_bytes_per_vec(codes.len(), bits).unwrap());
        prop_assert_eq!(unpack_buckets(&packed, codes.len(), bits).unwrap(), codes);
    }

    #[test]
    fn norms_are_those_of_real_rows(steps in 1usize..20, bits in 1u8..=4) {
        let d = steps << bits;
        let row: Vec<f32> = (0..d).map(|i| i as f32).collect();
        let length = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt() as f32;
        prop_assert_eq!(rank_norm(d), length(&oracle::centred(&oracle::ranks(&row), d)));
        let codes = oracle::centred(&oracle::buckets(&row, bits), 1 << bits);
        prop_assert_eq!(rankquant_norm(d, bits).unwrap(), length(&codes));
    }
}

#[test]
fn equal_values_rank_by_index_and_the_zeros_are_equal() {
    assert_eq!(
        rank_transform(&[1.0, 1.0, 0.0, -0.0, 0.0]).unwrap(),
        [3, 4, 0, 1, 2]
    );
}

#[test]
fn the_first_code_sits_in_the_highest_bits() {
    assert_eq!(
        pack_buckets(&[1, 0, 0, 0, 0, 0, 0, 1], 1).unwrap(),
        [0b1000_0001]
    );
    assert_eq!(pack_buckets(&[0, 1, 2, 3], 2).unwrap(), [0b0001_1011]);
    assert_eq!(pack_buckets(&[0xa, 0x5], 4).unwrap(), [0xa5]);
    assert_eq!(pack_buckets(&[200], 8).unwrap(), [200]);
}

#[test]
fn the_largest_dimension_is_exact() {
    let v: Vec<f32> = (0..MAX_DIM).rev().map(|i| i as f32).collect();
    let ranks = rank_transform(&v).unwrap();
    assert_eq!((ranks[0], ranks[MAX_DIM - 1]), (65534, 0));
    assert_eq!(rank_to_bucket(65534, MAX_DIM, 8).unwrap(), 255);
    assert_eq!(
        rank_norm(MAX_DIM),
        (65535f64 * (65535f64 * 65535.0 - 1.0) / 12.0).sqrt() as f32
    );
}

#[test]
fn centres_are_symmetric() {
    assert_eq!(bucket_centre(0, 2).unwrap(), -1.5);
    assert_eq!(bucket_centre(3, 2).unwrap(), 1.5);
    assert_eq!(bucket_centre(255, 8).unwrap(), 127.5);
}

#[test]
fn small_norms_are_finite() {
    assert_eq!((rank_norm(0), rank_norm(1)), (0.0, 0.0));
    assert!(rank_norm(0).is_sign_positive());
    assert_eq!(rankquant_norm(0, 2).unwrap(), 0.0);
}

#[test]
fn a_vector_over_the_largest_dimension_is_refused() {
    let error = rank_transform(&vec![0.0; MAX_DIM + 1]).unwrap_err();
    assert!(
        matches!(error, Error::Dimension { found: 65536, .. }),
        "{error}"
    );
}

#[test]
fn widths_that_do_not_exist_are_refused() {
    for bits in [0, 9, 255] {
        assert!(matches!(
            rank_to_bucket(0, 8, bits),
            Err(Error::Bits { .. })
        ));
        assert!(matches!(bucket_ranks(&[0], bits), Err(Error::Bits { .. })));
        assert!(matches!(bucket_centre(0, bits), Err(Error::Bits { .. })));
        assert!(matches!(rankquant_norm(8, bits), Err(Error::Bits { .. })));
    }
    for bits in [0, 3, 5, 6, 7, 9] {
        assert!(matches!(
            pack_buckets(&[0; 8], bits),
            Err(Error::Bits { .. })
        ));
        assert!(matches!(
            unpack_buckets(&[0], 8, bits),
            Err(Error::Bits { .. })
        ));
        assert!(matches!(
            rankquant_bytes_per_vec(8, bits),
            Err(Error::Bits { .. })
        ));
    }
}

#[test]
fn values_out_of_range_are_refused() {
    assert!(matches!(
        rank_to_bucket(8, 8, 2),
        Err(Error::OutOfRange { .. })
    ));
    assert!(matches!(
        bucket_ranks(&[0, 2], 2),
        Err(Error::OutOfRange { .. })
    ));
    assert!(matches!(bucket_centre(4, 2), Err(Error::OutOfRange { .. })));
    assert!(matches!(
        pack_buckets(&[0, 1, 2, 4], 2),
        Err(Error::OutOfRange { .. })
    ));
    assert!(matches!(
        rank_to_bucket(0, 0, 2),
        Err(Error::Dimension { .. })
    ));
    assert!(matches!(
        rank_to_bucket(0, 65536, 2),
        Err(Error::Dimension { .. })
    ));
}

#[test]
fn rows_that_are_not_whole_bytes_are_refused() {
    assert!(matches!(
        pack_buckets(&[0, 1, 2], 2),
        Err(Error::Dimension { .. })
    ));
    assert!(matches!(
        rankquant_bytes_per_vec(7, 2),
        Err(Error::Dimension { .. })
    ));
    assert!(matches!(
        unpack_buckets(&[0, 0], 4, 2),
        Err(Error::Length { .. })
    ));
}

#[test]
fn a_value_that_is_not_finite_is_refused_with_its_position() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(
            rank_transform(&[0.0, 1.0, bad]),
            Err(Error::NotFinite { position: 2 })
        );
    }
}
