//! Integer queries of packed rows: one or many, laid out in planes and padded for vector loads.
//!
//! A query is one `i8` per coordinate. Its planes (see `kernels::planes`) follow each other
//! without gaps, so that a row unpacked plane by plane and a query are two runs of `dim` bytes.
//! The queries of a batch are `stride` bytes apart, zeros fill what `dim` leaves of it, and at
//! least [`PAD`] more bytes follow the last one: a kernel may load a whole vector wherever a
//! plane begins or ends.

/// Bytes of the widest vector of any level.
pub(crate) const PAD: usize = 64;

/// Queries that the kernels of a batch score together. A batch is filled up with zero queries.
pub(crate) const GROUP: usize = 4;

/// Bytes of unpacked rows that a batch goes over at a time: they stay in the first-level cache.
const UNPACKED: usize = 1 << 15;

/// Rows of a call with one query, and the most of a call with many.
const ROWS: usize = 128;

/// Integer queries of one width and one dimension.
#[derive(Clone, Debug, Default)]
pub(crate) struct IntQueries {
    bits: u8,
    width: usize,
    dim: usize,
    count: usize,
    values: Vec<i8>,
}

impl IntQueries {
    /// Makes room for `count` queries, all zero; reuses the buffer. `dim` is a multiple of
    /// `8 / bits`, and `bits` is 1, 2 or 4.
    pub(crate) fn start(&mut self, dim: usize, bits: u8, count: usize) {
        (self.bits, self.dim, self.count) = (bits, dim, count);
        self.width = dim * usize::from(bits) / 8;
        self.values.clear();
        self.values.resize(self.padded() * self.stride() + PAD, 0);
    }

    /// Forgets the queries and keeps the buffer.
    pub(crate) fn clear(&mut self) {
        self.values.clear();
    }

    /// Sets query `index` from one value per coordinate.
    pub(crate) fn set(&mut self, index: usize, values: &[i8]) {
        let (width, per_byte) = (self.width, usize::from(8 / self.bits));
        let start = index * self.stride();
        let query = &mut self.values[start..start + self.dim];
        for (position, plane) in query.chunks_exact_mut(width.max(1)).enumerate() {
            for (to, codes) in plane.iter_mut().zip(values.chunks_exact(per_byte)) {
                *to = codes[position];
            }
        }
    }

    /// Bits of a code.
    pub(crate) fn bits(&self) -> u8 {
        self.bits
    }

    /// Bytes of a packed row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Queries asked for.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Queries stored: one, or a multiple of [`GROUP`].
    pub(crate) fn padded(&self) -> usize {
        if self.count == 1 {
            1
        } else {
            self.count.next_multiple_of(GROUP)
        }
    }

    /// Bytes from one query to the next, a multiple of [`PAD`].
    pub(crate) fn stride(&self) -> usize {
        self.dim.next_multiple_of(PAD)
    }

    /// The stored queries and the padding after them.
    pub(crate) fn values(&self) -> &[i8] {
        &self.values
    }

    /// Rows that a scan gives a kernel at a time.
    pub(crate) fn block(&self) -> usize {
        if self.count == 1 {
            return ROWS;
        }
        (UNPACKED / self.stride().max(1)).clamp(8, ROWS)
    }
}
