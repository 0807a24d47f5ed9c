//! Adding on the calling thread alone.

use super::SignBitmap;
use crate::OrdvecError;

/// Blocks of several rows, rows of several blocks.
#[test]
fn rows_added_serially_are_those_added_in_parallel() {
    for dim in [64, 1 << 15] {
        let wave: Vec<f32> = (0..dim * 300).map(|i| (i as f32 * 12.9).sin()).collect();
        let (mut serial, mut parallel) = (SignBitmap::new(dim), SignBitmap::new(dim));
        for vectors in [&wave[..dim], &wave[..]] {
            serial.try_add_serial(vectors).unwrap();
            parallel.try_add(vectors).unwrap();
        }
        assert_eq!(serial, parallel);
        assert_eq!(serial.len(), 301);
    }
}

#[test]
fn a_serial_add_that_is_refused_changes_nothing() {
    let mut index = SignBitmap::new(64);
    index.try_add_serial(&[1.0; 64]).unwrap();
    let before = index.clone();
    let mut vectors = vec![1.0; 64 * 1000];
    vectors[60_001] = f32::NAN;
    let error = index.try_add_serial(&vectors).unwrap_err();
    assert!(matches!(error, OrdvecError::NotFinite { position: 60_001 }));
    assert!(index.try_add_serial(&[1.0; 63]).is_err());
    assert_eq!(index, before);
}
