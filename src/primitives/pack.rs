//! Bucket codes to bytes and back. The first code of a byte sits in its highest bits.

use super::bits::packable_bits;
use crate::error::{Error, Result};

/// Bytes of one packed row: `d * bits / 8`.
///
/// # Errors
/// [`Error::InvalidParameter`] unless `bits` is 1, 2, 4 or 8; [`Error::InvalidParameter`] unless `d` is a multiple
/// of `8 / bits`.
pub fn try_rankquant_bytes_per_vec(d: usize, bits: u8) -> Result<usize> {
    let per_byte = codes_per_byte(bits)?;
    if !d.is_multiple_of(per_byte) {
        return Err(Error::dim(
            d,
            format!("a multiple of {per_byte} for bits {bits}"),
        ));
    }
    Ok(d / per_byte)
}

/// Packs codes, highest bits first.
///
/// # Errors
/// As [`try_rankquant_bytes_per_vec`] for the number of codes, and [`Error::OutOfRange`] for a code
/// that does not fit in `bits`.
pub fn try_pack_buckets(codes: &[u8], bits: u8) -> Result<Vec<u8>> {
    let bytes = try_rankquant_bytes_per_vec(codes.len(), bits)?;
    let limit = 1u64 << bits;
    if let Some(&code) = codes.iter().find(|&&code| u64::from(code) >= limit) {
        return Err(Error::OutOfRange {
            what: "bucket",
            found: code.into(),
            limit,
        });
    }
    let mut packed = vec![0; bytes];
    pack_into(codes, bits, &mut packed);
    Ok(packed)
}

/// Undoes [`try_pack_buckets`] for one row of `d` codes.
///
/// # Errors
/// As [`try_rankquant_bytes_per_vec`], and [`Error::InvalidBufferLength`] unless `packed` is exactly one row.
pub fn try_unpack_buckets(packed: &[u8], d: usize, bits: u8) -> Result<Vec<u8>> {
    let bytes = try_rankquant_bytes_per_vec(d, bits)?;
    crate::validate::length("packed row", packed.len(), bytes)?;
    let mut codes = vec![0; d];
    unpack_into(packed, bits, &mut codes);
    Ok(codes)
}

/// Packs codes that are known to fit. `out` holds `codes.len() * bits / 8` bytes.
///
/// The codes of a byte are an integer with one code to a byte, the first one lowest. A product
/// moves each code to its place in the highest byte; no other term reaches that byte.
pub(crate) fn pack_into(codes: &[u8], bits: u8, out: &mut [u8]) {
    match bits {
        1 => pack(codes, out, |codes| {
            (u64::from_le_bytes(codes).wrapping_mul(0x8040_2010_0804_0201) >> 56) as u8
        }),
        2 => pack(codes, out, |codes| {
            (u32::from_le_bytes(codes).wrapping_mul(0x4010_0401) >> 24) as u8
        }),
        4 => pack(codes, out, |[first, second]| first << 4 | second),
        _ => pack(codes, out, |[code]| code),
    }
}

fn pack<const N: usize>(codes: &[u8], out: &mut [u8], byte: impl Fn([u8; N]) -> u8) {
    let (groups, _) = codes.as_chunks();
    let pairs = out.iter_mut().zip(groups);
    pairs.for_each(|(out, &codes)| *out = byte(codes));
}

/// Unpacks every code of `packed`. `out` holds `packed.len() * 8 / bits` codes.
pub(crate) fn unpack_into(packed: &[u8], bits: u8, out: &mut [u8]) {
    let per_byte = usize::from(8 / bits);
    let mask = ((1u16 << bits) - 1) as u8;
    for (group, &byte) in out.chunks_exact_mut(per_byte).zip(packed) {
        for (slot, code) in group.iter_mut().enumerate() {
            *code = byte >> (8 - bits as usize * (slot + 1)) & mask;
        }
    }
}

fn codes_per_byte(bits: u8) -> Result<usize> {
    packable_bits(bits).map(|bits| usize::from(8 / bits))
}
