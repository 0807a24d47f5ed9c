//! Vectors into an index, the index into bytes, and back.

use crate::classes::Class;
use crate::input::Input;
use ordvec::{Bitmap, OrdvecError, Rank, RankQuant, SignBitmap};

/// An index of arbitrary vectors comes back from its bytes as it was; vectors that are refused, and
/// rows that do not exist, leave it as it was.
pub fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.up_to(3) {
        0 => {
            let dim = 2 + input.up_to(100);
            class(Rank::try_new(dim), &mut input);
        }
        1 => {
            let bits = input.pick(&[1, 2, 4]);
            let step = (1usize << bits).max(usize::from(8 / bits));
            class(
                RankQuant::try_new(step * (1 + input.up_to(9)), bits),
                &mut input,
            );
        }
        2 => {
            let dim = 64 * (1 + input.up_to(2));
            class(Bitmap::try_new(dim, 1 + input.up_to(dim - 2)), &mut input);
        }
        _ => class(SignBitmap::try_new(64 * (1 + input.up_to(2))), &mut input),
    }
}

fn class<C: Class>(index: Result<C, OrdvecError>, input: &mut Input) {
    let mut index = index.expect("the parameters are allowed");
    for _ in 0..=input.up_to(3) {
        let rows = input.up_to(5);
        let vectors = input.floats(rows * index.width());
        insert(&mut index, &vectors);
        // One element too many is no row.
        refused(&mut index, |index| {
            index.insert(&[vectors.as_slice(), &[0.0]].concat())
        });
        comes_back(&index);
    }
    let rows = index.rows();
    let row = input.up_to(rows + 1);
    if row < rows {
        assert_eq!(index.remove(row), Ok(rows - 1));
        comes_back(&index);
    } else {
        refused(&mut index, |index| index.remove(row).map(drop));
    }
}

fn insert<C: Class>(index: &mut C, vectors: &[f32]) {
    let before = index.rows();
    match vectors.iter().position(|value| !value.is_finite()) {
        None => {
            index.insert(vectors).expect("finite whole rows");
            assert_eq!(index.rows(), before + vectors.len() / index.width());
        }
        Some(position) => {
            let expected = OrdvecError::NotFinite { position };
            assert_eq!(refused(index, |index| index.insert(vectors)), expected);
        }
    }
}

/// The error of a call that must refuse and change nothing.
fn refused<C: Class>(
    index: &mut C,
    call: impl FnOnce(&mut C) -> Result<(), OrdvecError>,
) -> OrdvecError {
    let before = index.clone();
    let error = call(index).expect_err("the call should have been refused");
    assert_eq!(*index, before, "a refused call changed the index");
    error
}

fn comes_back<C: Class>(index: &C) {
    let bytes = index.to_bytes().expect("the class has a format");
    let again = C::from_bytes(&bytes).expect("what was written can be loaded");
    assert_eq!(again, *index);
    assert_eq!(again.to_bytes().expect("the class has a format"), bytes);
}
