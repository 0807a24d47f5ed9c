//! The stored integer types and their little-endian form.

/// An integer that rows are made of.
pub(crate) trait Element: Copy + Sized {
    /// Bytes of one.
    const SIZE: usize;
    /// Appends the integers in `bytes`, whose length is a multiple of [`Element::SIZE`].
    fn read_le(bytes: &[u8], out: &mut Vec<Self>);
    /// Appends the bytes of `values`.
    fn write_le(values: &[Self], out: &mut Vec<u8>);
}

macro_rules! element {
    ($($integer:ty),*) => {$(
        impl Element for $integer {
            const SIZE: usize = size_of::<Self>();

            fn read_le(bytes: &[u8], out: &mut Vec<Self>) {
                let (values, _) = bytes.as_chunks();
                out.extend(values.iter().map(|&value| Self::from_le_bytes(value)));
            }

            fn write_le(values: &[Self], out: &mut Vec<u8>) {
                out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            }
        }
    )*};
}

element!(u8, u16, u64);
