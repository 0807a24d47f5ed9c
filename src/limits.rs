//! The size limits that memory and files share. A file beyond them is refused by every loader.

/// Largest dimension of [`crate::Rank`], [`crate::RankQuant`] and [`crate::Bitmap`]: ranks are
/// stored as `u16`.
pub const MAX_DIM: usize = u16::MAX as usize;

/// Smallest dimension of [`crate::Rank`] and [`crate::RankQuant`]: one coordinate has no order.
pub const MIN_DIM: usize = 2;

/// Largest dimension of [`crate::SignBitmap`], whose rows hold no ranks.
pub const MAX_SIGN_BITMAP_DIM: usize = 1 << 24;

/// Largest number of rows of any index.
pub const MAX_VECTORS: usize = 1 << 26;
