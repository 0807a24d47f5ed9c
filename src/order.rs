//! Finite floats as integers of the same order.

const SIGN: u32 = 1 << 31;

/// Maps floats to integers of the same order. Both zeros have one key; infinities fit in, NaN
/// does not.
pub(crate) fn key(x: f32) -> u32 {
    let bits = (x + 0.0).to_bits(); // -0.0 + 0.0 is 0.0
    if bits & SIGN == 0 {
        bits | SIGN
    } else {
        !bits
    }
}

/// Undoes [`key`], up to the sign of zero.
pub(crate) fn from_key(key: u32) -> f32 {
    f32::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN })
}
