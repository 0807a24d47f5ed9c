//! The signatures that programs written for `ordvec` 0.5 rely on, one by one.
//!
//! A coercion to a function pointer compiles only if arguments and result are exactly these. The
//! expected types are those of the published crate, so a change here is a break: see
//! `docs/compatibility-policy.md`.

#![allow(clippy::type_complexity)] // the types are the point

use ordvec::rank_io::{IndexKind, IndexMetadata, IndexParams};
use ordvec::{
    Bitmap, CandidateBatch, OrdvecError, Rank, RankQuant, RankQuantCapability, SearchResults,
    SignBitmap, SubsetScratch, TwoStageCandidatePolicy,
};
use std::fmt::Debug;
use std::io::{self, Cursor};

type Pair = (Vec<f32>, Vec<i64>);
type Refusable<T> = Result<T, OrdvecError>;

/// `pin!(path: fn pointer type)` for each item.
macro_rules! pin {
    ($($item:expr => $signature:ty;)*) => { $( let _: $signature = $item; )* };
}

#[test]
fn primitives() {
    pin! {
        ordvec::rank::rank_transform => fn(&[f32]) -> Vec<u16>;
        ordvec::rank::rank_transform_into => fn(&[f32], &mut [u16]);
        ordvec::rank::rank_to_bucket => fn(u16, usize, u8) -> u8;
        ordvec::rank::bucket_ranks => fn(&[u16], u8) -> Vec<u8>;
        ordvec::rank::pack_buckets => fn(&[u8], u8) -> Vec<u8>;
        ordvec::rank::unpack_buckets => fn(&[u8], usize, u8) -> Vec<u8>;
        ordvec::rank::rankquant_bytes_per_vec => fn(usize, u8) -> usize;
        ordvec::rank::bucket_centre => fn(u8, u8) -> f32;
        ordvec::rank::rank_norm => fn(usize) -> f32;
        ordvec::rank::rankquant_norm => fn(usize, u8) -> f32;
        ordvec::rankquant_eval_search => fn(&[f32], &[f32], usize, u8, usize) -> SearchResults;
    }
}

/// Public in 0.5, and missing here until `cargo semver-checks` was run for real.
#[test]
fn checks_before_a_call() {
    pin! {
        ordvec::validate_flat_vectors_len => fn(usize, usize) -> Refusable<usize>;
        ordvec::validate_candidate_ids => fn(&[u32], usize) -> Refusable<()>;
    }
    assert_eq!(ordvec::validate_flat_vectors_len(128, 64), Ok(2));
    assert_eq!(ordvec::validate_flat_vectors_len(0, 64), Ok(0));
    assert!(matches!(
        ordvec::validate_flat_vectors_len(3, 2),
        Err(OrdvecError::InvalidLength { len: 3, dim: 2, .. })
    ));
    assert!(matches!(
        ordvec::validate_flat_vectors_len(0, 0),
        Err(OrdvecError::InvalidParameter { name: "dim", .. })
    ));
    assert_eq!(ordvec::validate_candidate_ids(&[0, 2, 2], 3), Ok(()));
    assert_eq!(
        ordvec::validate_candidate_ids(&[1, 3, 4], 3),
        Err(OrdvecError::CandidateIdOutOfRange {
            id: 3,
            n_vectors: 3
        })
    );
}

/// The calls that all four classes share.
macro_rules! pin_class {
    ($class:ty) => {
        pin! {
            <$class>::add => fn(&mut $class, &[f32]);
            <$class>::swap_remove => fn(&mut $class, usize) -> usize;
            <$class>::len => fn(&$class) -> usize;
            <$class>::is_empty => fn(&$class) -> bool;
            <$class>::dim => fn(&$class) -> usize;
            <$class>::bytes_per_vec => fn(&$class) -> usize;
            <$class>::byte_size => fn(&$class) -> usize;
            |index: &$class| index.write("") => fn(&$class) -> io::Result<()>;
            <$class>::write_to::<&mut Vec<u8>> => fn(&$class, &'static mut Vec<u8>) -> io::Result<()>;
            || <$class>::load("") => fn() -> io::Result<$class>;
            <$class>::read_from::<Cursor<Vec<u8>>> => fn(Cursor<Vec<u8>>) -> io::Result<$class>;
            <$class>::load_from_bytes => fn(&[u8]) -> io::Result<$class>;
            <$class>::try_add => fn(&mut $class, &[f32]) -> Refusable<()>;
            <$class>::try_swap_remove => fn(&mut $class, usize) -> Refusable<usize>;
        }
        shared::<$class>();
    };
}

/// Indexes are searched from many threads.
fn shared<T: Send + Sync + Unpin + Debug + std::panic::RefUnwindSafe + 'static>() {}

#[test]
fn rank() {
    pin_class!(Rank);
    pin! {
        Rank::new => fn(usize) -> Rank;
        Rank::search => fn(&Rank, &[f32], usize) -> SearchResults;
        Rank::search_asymmetric => fn(&Rank, &[f32], usize) -> SearchResults;
        Rank::try_new => fn(usize) -> Refusable<Rank>;
        Rank::try_search => fn(&Rank, &[f32], usize) -> Refusable<SearchResults>;
        Rank::try_search_asymmetric => fn(&Rank, &[f32], usize) -> Refusable<SearchResults>;
    }
    let _: ordvec::rank::Rank = Rank::new(2);
}

#[test]
fn rank_quant() {
    pin_class!(RankQuant);
    pin! {
        RankQuant::validate_params => fn(usize, u8) -> Refusable<()>;
        RankQuant::new => fn(usize, u8) -> RankQuant;
        RankQuant::new_asymmetric => fn(usize, u8) -> RankQuant;
        RankQuant::bits => fn(&RankQuant) -> u8;
        RankQuant::capability => fn(&RankQuant) -> RankQuantCapability;
        RankQuant::symmetric_supported => fn(&RankQuant) -> bool;
        RankQuant::search => fn(&RankQuant, &[f32], usize) -> SearchResults;
        RankQuant::search_asymmetric => fn(&RankQuant, &[f32], usize) -> SearchResults;
        RankQuant::search_asymmetric_subset => fn(&RankQuant, &[f32], &[u32], usize) -> Pair;
        RankQuant::search_asymmetric_subset_batched_serial =>
            fn(&RankQuant, &[f32], &[usize], &[u32], usize) -> SearchResults;
        RankQuant::search_asymmetric_subset_batched_serial_into => fn(
            &RankQuant, &[f32], &[usize], &[u32], usize,
            &mut SubsetScratch, &mut [f32], &mut [i64],
        );
        RankQuant::search_with_sign_probe => fn(&RankQuant, &SignBitmap, &[f32], usize) -> Pair;
        RankQuant::try_search_with_sign_probe =>
            fn(&RankQuant, &SignBitmap, &[f32], usize) -> Refusable<Pair>;
        RankQuant::try_search_with_sign_probe_with_policy => fn(
            &RankQuant, &SignBitmap, &[f32], usize, TwoStageCandidatePolicy,
        ) -> Refusable<Pair>;
        RankQuant::try_new => fn(usize, u8) -> Refusable<RankQuant>;
        RankQuant::try_new_asymmetric => fn(usize, u8) -> Refusable<RankQuant>;
        RankQuant::try_search => fn(&RankQuant, &[f32], usize) -> Refusable<SearchResults>;
        RankQuant::try_search_asymmetric_subset =>
            fn(&RankQuant, &[f32], &[u32], usize) -> Refusable<Pair>;
        SubsetScratch::new => fn() -> SubsetScratch;
        SubsetScratch::default => fn() -> SubsetScratch;
        SubsetScratch::clear => fn(&mut SubsetScratch);
        TwoStageCandidatePolicy::default => fn() -> TwoStageCandidatePolicy;
        TwoStageCandidatePolicy::candidate_count =>
            fn(&TwoStageCandidatePolicy, usize, usize) -> usize;
    }
    value::<RankQuantCapability>();
    value::<TwoStageCandidatePolicy>();
    match RankQuant::new(8, 1).capability() {
        RankQuantCapability::AsymmetricOnly => unreachable!("8 is a multiple of 2"),
        RankQuantCapability::SymmetricAndAsymmetric => {}
    }
}

#[test]
fn bitmap() {
    pin_class!(Bitmap);
    pin! {
        Bitmap::validate_params => fn(usize, usize) -> Refusable<()>;
        Bitmap::new => fn(usize, usize) -> Bitmap;
        Bitmap::n_top => fn(&Bitmap) -> usize;
        Bitmap::build_query_bitmap_fp32 => fn(&Bitmap, &[f32]) -> Vec<u64>;
        Bitmap::search => fn(&Bitmap, &[f32], usize) -> SearchResults;
        Bitmap::search_subset => fn(&Bitmap, &[f32], &[u32], usize) -> Pair;
        Bitmap::top_m_candidates => fn(&Bitmap, &[f32], usize) -> Vec<u32>;
        Bitmap::top_m_candidates_batched => fn(&Bitmap, &[f32], usize) -> Vec<Vec<u32>>;
        Bitmap::top_m_candidates_batched_chunked =>
            fn(&Bitmap, &[f32], usize, usize) -> Vec<Vec<u32>>;
        Bitmap::top_m_candidates_batched_serial_csr => fn(&Bitmap, &[f32], usize) -> CandidateBatch;
        Bitmap::body_overlap_scores_subset => fn(&Bitmap, &[u64], &[u32], &mut [u32]);
        Bitmap::try_new => fn(usize, usize) -> Refusable<Bitmap>;
        Bitmap::try_search => fn(&Bitmap, &[f32], usize) -> Refusable<SearchResults>;
    }
}

#[test]
fn sign_bitmap() {
    pin_class!(SignBitmap);
    pin! {
        SignBitmap::validate_dim => fn(usize) -> Refusable<()>;
        SignBitmap::new => fn(usize) -> SignBitmap;
        SignBitmap::build_query_bitmap => fn(&SignBitmap, &[f32]) -> Vec<u64>;
        SignBitmap::top_m_candidates => fn(&SignBitmap, &[f32], usize) -> Vec<u32>;
        SignBitmap::top_m_candidates_batched => fn(&SignBitmap, &[f32], usize) -> Vec<Vec<u32>>;
        SignBitmap::top_m_candidates_batched_serial_csr =>
            fn(&SignBitmap, &[f32], usize) -> CandidateBatch;
        SignBitmap::score_all => fn(&SignBitmap, &[f32]) -> Vec<u32>;
        SignBitmap::score_all_batched => fn(&SignBitmap, &[f32]) -> Vec<Vec<u32>>;
        SignBitmap::score_all_batched_flat => fn(&SignBitmap, &[f32]) -> Vec<u32>;
        SignBitmap::try_new => fn(usize) -> Refusable<SignBitmap>;
        SignBitmap::try_score_all => fn(&SignBitmap, &[f32]) -> Refusable<Vec<u32>>;
    }
    let _: ordvec::sign_bitmap::SignBitmap = SignBitmap::new(64);
}

#[test]
fn results() {
    pin! {
        SearchResults::scores_for_query => for<'a> fn(&'a SearchResults, usize) -> &'a [f32];
        SearchResults::indices_for_query => for<'a> fn(&'a SearchResults, usize) -> &'a [i64];
        CandidateBatch::query_count => fn(&CandidateBatch) -> usize;
        CandidateBatch::candidates_for_query =>
            for<'a> fn(&'a CandidateBatch, usize) -> Option<&'a [u32]>;
        CandidateBatch::is_empty => fn(&CandidateBatch) -> bool;
        CandidateBatch::has_no_candidates => fn(&CandidateBatch) -> bool;
    }
    // Both are written field by field: all fields are public, and there are no others.
    let found = SearchResults {
        scores: Vec::<f32>::new(),
        indices: Vec::<i64>::new(),
        nq: 0usize,
        k: 0usize,
    };
    let SearchResults { .. } = &found;
    let batch = ordvec::sign_bitmap::CandidateBatch {
        candidates: Vec::<u32>::new(),
        offsets: Vec::<usize>::new(),
    };
    let _: ordvec::CandidateBatch = batch.clone();
    shared::<SearchResults>();
    shared::<CandidateBatch>();
}

/// Copies that compare.
fn value<T: Copy + Debug + Eq + Send + Sync + 'static>() {}

#[test]
fn files() {
    pin! {
        || ordvec::probe_index_metadata("") => fn() -> io::Result<ordvec::IndexMetadata>;
        || ordvec::rank_io::probe_index_metadata("") => fn() -> io::Result<IndexMetadata>;
        ordvec::rank_io::MAX_DIM => usize;
        ordvec::rank_io::MAX_SIGN_BITMAP_DIM => usize;
        ordvec::rank_io::MAX_VECTORS => usize;
    }
    value::<ordvec::IndexKind>();
    value::<ordvec::IndexParams>();
    let metadata = IndexMetadata {
        kind: IndexKind::Rank,
        format_version: 1u8,
        dim: 0usize,
        vector_count: 0usize,
        bytes_per_vec: 0usize,
        params: IndexParams::Rank,
        file_size_bytes: 0u64,
    };
    assert_eq!(metadata.clone(), metadata);
    let _ = [
        (IndexKind::RankQuant, IndexParams::RankQuant { bits: 2u8 }),
        (IndexKind::Bitmap, IndexParams::Bitmap { n_top: 1usize }),
        (IndexKind::SignBitmap, IndexParams::SignBitmap),
    ];
}

#[test]
fn errors() {
    fn error<T: std::error::Error + Clone + PartialEq + Eq + Send + Sync + 'static>() {}
    error::<OrdvecError>();
    // The variants that 0.5 has, with their fields.
    let _ = [
        OrdvecError::InvalidParameter {
            name: "",
            message: String::new(),
        },
        OrdvecError::InvalidLength {
            name: "",
            len: 0usize,
            dim: 0usize,
        },
        OrdvecError::InvalidVectorLength {
            name: "",
            len: 0usize,
            expected: 0usize,
        },
        OrdvecError::CandidateIdOutOfRange {
            id: 0u32,
            n_vectors: 0usize,
        },
    ];
}

#[test]
#[allow(deprecated)]
fn names_from_before_0_2() {
    let _: ordvec::RankIndex = Rank::new(2);
    let _: ordvec::RankQuantIndex = RankQuant::new(8, 1);
    let _: ordvec::BitmapIndex = Bitmap::new(64, 1);
    let _: ordvec::SignBitmapIndex = SignBitmap::new(64);
}
