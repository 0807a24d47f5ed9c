//! The free functions, with arbitrary arguments.

use crate::input::Input;
use crate::reference;
use ordvec::{
    rank_norm, try_bucket_centre, try_bucket_ranks, try_pack_buckets, try_rank_to_bucket,
    try_rank_transform, try_rank_transform_into, try_rankquant_bytes_per_vec,
    try_rankquant_eval_search, try_rankquant_norm, try_unpack_buckets,
};

/// Each call gives what its definition gives, and refuses exactly what it says it refuses.
pub fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let bits = input.byte() % 12;
    scalars(&mut input, bits);
    packing(&mut input, bits);
    let count = input.up_to(70);
    let vector = input.floats(count);
    ranking(&vector, bits);
    evaluation(&mut input, &vector, bits);
}

fn packable(bits: u8) -> bool {
    matches!(bits, 1 | 2 | 4 | 8)
}

fn scalars(input: &mut Input, bits: u8) {
    let rank = input.u16();
    let d = input.pick(&[
        0,
        1,
        8,
        1 << 16,
        usize::MAX,
        usize::from(rank),
        usize::from(rank) + 1,
    ]);
    let bucket = try_rank_to_bucket(rank, d, bits);
    if bits <= 8 && usize::from(rank) < d {
        let expected = (u128::from(rank) << bits) / d as u128;
        assert_eq!(bucket.map(u128::from), Ok(expected));
    } else {
        assert!(bucket.is_err());
    }
    let code = input.byte();
    let centre = try_bucket_centre(code, bits);
    assert_eq!(centre.is_ok(), bits <= 8 && u16::from(code) < 1 << bits);
    assert_eq!(try_rankquant_norm(d, bits).is_ok(), (1..=8).contains(&bits));
    assert_eq!(rank_norm(d) > 0.0, d > 1);
    let bytes = try_rankquant_bytes_per_vec(d, bits);
    let whole = packable(bits) && d.is_multiple_of(usize::from(8 / bits));
    assert_eq!(
        bytes.ok(),
        whole.then(|| d / usize::from(8 / bits.clamp(1, 8)))
    );
}

fn packing(input: &mut Input, bits: u8) {
    let count = input.up_to(20);
    let codes: Vec<u8> = input.bytes(count).to_vec();
    let fits = codes.iter().all(|&code| bits >= 8 || code >> bits == 0);
    let whole = packable(bits) && codes.len().is_multiple_of(usize::from(8 / bits));
    match try_pack_buckets(&codes, bits) {
        Ok(packed) => {
            assert!(fits && whole);
            assert_eq!(try_unpack_buckets(&packed, codes.len(), bits), Ok(codes));
        }
        Err(error) => assert!(!(fits && whole), "{error}"),
    }
    // The other way round every byte is fine.
    let packed = input.bytes(count);
    if packable(bits) {
        let d = packed.len() * usize::from(8 / bits);
        let codes = try_unpack_buckets(packed, d, bits).expect("whole bytes");
        assert_eq!(try_pack_buckets(&codes, bits).as_deref(), Ok(packed));
    }
}

fn ranking(vector: &[f32], bits: u8) {
    let mut out = vec![7; vector.len()];
    let written = try_rank_transform_into(vector, &mut out);
    let ranks = try_rank_transform(vector);
    assert_eq!(ranks.is_ok(), written.is_ok());
    let Ok(ranks) = ranks else {
        assert!(vector.iter().any(|value| !value.is_finite()));
        assert!(out.iter().all(|&rank| rank == 7), "a refused call wrote");
        return;
    };
    let wide: Vec<usize> = ranks.iter().map(|&rank| usize::from(rank)).collect();
    assert_eq!((wide, &out), (reference::ranks(vector), &ranks));
    let buckets = try_bucket_ranks(&ranks, bits);
    assert_eq!(buckets.is_ok(), bits <= 8);
    if let Ok(buckets) = buckets {
        let expected = reference::buckets(vector, bits);
        assert!(buckets.into_iter().map(usize::from).eq(expected));
    }
}

/// One corpus row against itself: the same in every bucket, so the cosine is 1.
fn evaluation(input: &mut Input, vector: &[f32], bits: u8) {
    let k = input.k(1);
    let finite = vector.iter().all(|value| value.is_finite());
    let found = try_rankquant_eval_search(vector, vector, vector.len(), bits, k);
    assert_eq!(
        found.is_ok(),
        finite && vector.len() > 1 && (1..=8).contains(&bits)
    );
    if let Ok(found) = found {
        assert_eq!((found.nq, found.k), (1, k.min(1)));
        assert!(found.scores.iter().all(|score| (score - 1.0).abs() < 1e-4));
    }
}
