//! A query laid out for packed rows.
//!
//! Byte `j` of a packed row holds the codes of the coordinates `j * P .. (j + 1) * P`, where
//! `P = 8 / bits`, the first in the highest bits. A kernel that walks bytes wants, for each of
//! the `P` positions within a byte, the query values of that position side by side: plane `p`
//! holds the values of the coordinates `j * P + p`. The code at position `p` is then
//! `byte & mask << shift(p)`, the same operation on every byte, which is what vector units do.

/// Float query values in planes.
///
/// Plane `p` is divided by `2^shift(p)`, so that a kernel multiplies the masked byte as it
/// stands instead of shifting it. The division is exact.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueryPlanes {
    planes: Planes<f32>,
}

/// Codes of a query in planes, not scaled: kernels shift the row instead and stay in integers.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodePlanes {
    planes: Planes<u8>,
}

#[derive(Clone, Debug, Default)]
struct Planes<T> {
    bits: u8,
    /// Bytes of a row, which is the length of a plane.
    width: usize,
    /// The planes one after the other.
    values: Vec<T>,
}

impl<T: Copy> Planes<T> {
    /// Lays out one value per coordinate; reuses the buffer.
    fn fill(&mut self, bits: u8, values: &[T]) {
        let count = usize::from(8 / bits);
        self.bits = bits;
        self.width = values.len() / count;
        self.values.clear();
        for position in 0..count {
            let bytes = values.chunks_exact(count);
            self.values.extend(bytes.map(|codes| codes[position]));
        }
    }
}

impl QueryPlanes {
    /// Lays out `query`, whose length is a multiple of `8 / bits`.
    pub(crate) fn fill(&mut self, query: &[f32], bits: u8) {
        self.planes.fill(bits, query);
        let width = self.planes.width;
        for (position, plane) in self
            .planes
            .values
            .chunks_exact_mut(width.max(1))
            .enumerate()
        {
            let scale = 1.0 / f32::from(1u8 << shift(position, bits));
            plane.iter_mut().for_each(|value| *value *= scale);
        }
    }

    /// Bits of a code.
    pub(crate) fn bits(&self) -> u8 {
        self.planes.bits
    }

    /// Bytes of a row.
    pub(crate) fn width(&self) -> usize {
        self.planes.width
    }

    /// All planes, each [`QueryPlanes::width`] long.
    pub(crate) fn values(&self) -> &[f32] {
        &self.planes.values
    }
}

impl CodePlanes {
    /// Lays out `codes`, whose length is a multiple of `8 / bits`.
    pub(crate) fn fill(&mut self, codes: &[u8], bits: u8) {
        self.planes.fill(bits, codes);
    }

    /// Bits of a code.
    pub(crate) fn bits(&self) -> u8 {
        self.planes.bits
    }

    /// Bytes of a row.
    pub(crate) fn width(&self) -> usize {
        self.planes.width
    }

    /// All planes, each [`CodePlanes::width`] long.
    pub(crate) fn values(&self) -> &[u8] {
        &self.planes.values
    }
}

/// How far left in its byte the code at `position` sits.
pub(crate) fn shift(position: usize, bits: u8) -> u32 {
    8 - u32::from(bits) * (position as u32 + 1)
}
