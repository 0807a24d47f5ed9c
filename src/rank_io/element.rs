//! The stored integer types and their little-endian form.

/// An integer that rows are made of.
pub(crate) trait Element: Copy + Sized {
    /// Bytes of one.
    const SIZE: usize;
    /// Appends the integers in `bytes`, whose length is a multiple of [`Element::SIZE`].
    fn read_le(bytes: &[u8], out: &mut Vec<Self>);
    /// Appends the bytes of `values`.
    fn write_le(values: &[Self], out: &mut Vec<u8>);
    /// The bytes of `values`, if they are bytes already.
    fn as_bytes(values: &[Self]) -> Option<&[u8]>;
    /// `values` as a place for bytes, if they are bytes already.
    fn as_byte_vec(values: &mut Vec<Self>) -> Option<&mut Vec<u8>>;
}

macro_rules! element {
    ($($integer:ty: $as_bytes:expr, $as_byte_vec:expr);*) => {$(
        impl Element for $integer {
            const SIZE: usize = size_of::<Self>();

            fn read_le(bytes: &[u8], out: &mut Vec<Self>) {
                let (values, _) = bytes.as_chunks();
                out.extend(values.iter().map(|&value| Self::from_le_bytes(value)));
            }

            fn write_le(values: &[Self], out: &mut Vec<u8>) {
                let start = out.len();
                out.resize(start + size_of_val(values), 0);
                // Whole integers, not bytes one by one: on a little-endian machine it is a copy.
                let (chunks, _) = out[start..].as_chunks_mut();
                let pairs = chunks.iter_mut().zip(values);
                pairs.for_each(|(chunk, value)| *chunk = value.to_le_bytes());
            }

            fn as_bytes(values: &[Self]) -> Option<&[u8]> {
                $as_bytes(values)
            }

            fn as_byte_vec(values: &mut Vec<Self>) -> Option<&mut Vec<u8>> {
                $as_byte_vec(values)
            }
        }
    )*};
}

element!(u8: Some, Some; u16: |_| None, |_| None; u64: |_| None, |_| None);
