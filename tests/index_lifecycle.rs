//! Adding, removing and sizing rows, the same on all four indexes.

mod oracle;

use ordvec::{Bitmap, OrdvecError, Rank, RankQuant, SignBitmap};

const DIM: usize = 64;

/// One test per index class, because the classes share calls and no trait.
macro_rules! lifecycle {
    ($name:ident, $new:expr, $bytes:expr) => {
        #[test]
        fn $name() {
            let rows = oracle::noise(DIM * 5, 20);
            let mut index = $new;
            assert!(index.is_empty());
            assert_eq!((index.len(), index.dim(), index.byte_size()), (0, DIM, 0));
            index.try_add(&[]).unwrap();
            assert!(index.is_empty());

            index.try_add(&rows[..2 * DIM]).unwrap();
            index.try_add(&rows[2 * DIM..]).unwrap();
            assert_eq!((index.len(), index.bytes_per_vec()), (5, $bytes));
            assert_eq!(index.byte_size(), 5 * $bytes);
            assert!(!index.is_empty());

            let mut at_once = $new;
            at_once.try_add(&rows).unwrap();
            assert_eq!(index, at_once, "rows do not depend on how they were added");

            let before = index.clone();
            let mut bad = oracle::noise(DIM * 2, 21);
            bad[DIM + 3] = f32::NAN;
            assert_eq!(
                index.try_add(&bad),
                Err(OrdvecError::NotFinite { position: DIM + 3 })
            );
            assert!(matches!(
                index.try_add(&bad[..DIM - 1]),
                Err(OrdvecError::InvalidLength { .. })
            ));
            let missing = index.try_swap_remove(5);
            assert_eq!(missing, Err(OrdvecError::RowOutOfRange { row: 5, len: 5 }));
            assert_eq!(index, before, "a refused call changes nothing");

            assert_eq!(
                index.try_swap_remove(1),
                Ok(4),
                "the id of the row that moved"
            );
            assert_eq!(
                index.try_swap_remove(3),
                Ok(3),
                "the last row moves nowhere"
            );
            let mut expected = $new;
            for row in [0, 4, 2] {
                expected.try_add(&rows[row * DIM..(row + 1) * DIM]).unwrap();
            }
            assert_eq!(index, expected);
        }
    };
}

lifecycle!(rank, Rank::try_new(DIM).unwrap(), 128);
lifecycle!(rank_quant_1, RankQuant::try_new(DIM, 1).unwrap(), 8);
lifecycle!(rank_quant_2, RankQuant::try_new(DIM, 2).unwrap(), 16);
lifecycle!(rank_quant_4, RankQuant::try_new(DIM, 4).unwrap(), 32);
lifecycle!(
    rank_quant_8,
    RankQuant::try_new_asymmetric(DIM, 8).unwrap(),
    64
);
lifecycle!(bitmap, Bitmap::try_new(DIM, 16).unwrap(), 8);
lifecycle!(sign_bitmap, SignBitmap::try_new(DIM).unwrap(), 8);

/// An index in a log line must not bring all of its rows along.
#[test]
fn debug_output_tells_the_parameters_and_the_number_of_rows_alone() {
    let rows = oracle::noise(DIM * 3, 5);
    macro_rules! said {
        ($index:expr) => {{
            let mut index = $index;
            index.try_add(&rows).unwrap();
            format!("{index:?}")
        }};
    }
    assert_eq!(said!(Rank::try_new(DIM).unwrap()), "Rank { dim: 64, n: 3 }");
    assert_eq!(
        said!(RankQuant::try_new(DIM, 2).unwrap()),
        "RankQuant { dim: 64, bits: 2, n: 3 }"
    );
    assert_eq!(
        said!(Bitmap::try_new(DIM, 9).unwrap()),
        "Bitmap { dim: 64, n_top: 9, n: 3 }"
    );
    assert_eq!(
        said!(SignBitmap::try_new(DIM).unwrap()),
        "SignBitmap { dim: 64, n: 3 }"
    );
}
