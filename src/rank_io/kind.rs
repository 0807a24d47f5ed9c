//! The kinds of index file and what a header says about one.

/// The version byte of every format.
pub const FORMAT_VERSION: u8 = 1;

/// Which index a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndexKind {
    /// [`crate::Rank`], `.ovr`.
    Rank,
    /// [`crate::RankQuant`], `.ovrq`.
    RankQuant,
    /// [`crate::Bitmap`], `.ovbm`.
    Bitmap,
    /// [`crate::SignBitmap`], `.ovsb`.
    SignBitmap,
}

/// The parameters that only some kinds have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndexParams {
    /// [`crate::Rank`] has none.
    Rank,
    /// [`crate::RankQuant`].
    RankQuant {
        /// Bits of a code: 1, 2 or 4.
        bits: u8,
    },
    /// [`crate::Bitmap`].
    Bitmap {
        /// Set bits of every row.
        n_top: usize,
    },
    /// [`crate::SignBitmap`] has none.
    SignBitmap,
}

/// What the header and the length of an index file say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexMetadata {
    /// Which index it is.
    pub kind: IndexKind,
    /// The version byte, [`FORMAT_VERSION`].
    pub format_version: u8,
    /// Coordinates of a vector.
    pub dim: usize,
    /// Number of rows.
    pub vector_count: usize,
    /// Bytes of a row.
    pub bytes_per_vec: usize,
    /// Parameters of the kind.
    pub params: IndexParams,
    /// Length of the file, header included.
    pub file_size_bytes: u64,
}

impl IndexKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Rank, Self::RankQuant, Self::Bitmap, Self::SignBitmap];

    /// The kind's name in manifests: `rank`, `rank_quant`, `bitmap`, `sign_bitmap`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rank => "rank",
            Self::RankQuant => "rank_quant",
            Self::Bitmap => "bitmap",
            Self::SignBitmap => "sign_bitmap",
        }
    }

    /// The usual file name extension, without the dot. Loaders look at the magic, not at it.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rank => "ovr",
            Self::RankQuant => "ovrq",
            Self::Bitmap => "ovbm",
            Self::SignBitmap => "ovsb",
        }
    }

    /// The magic that is written.
    pub fn magic(self) -> [u8; 4] {
        match self {
            Self::Rank => *b"OVR1",
            Self::RankQuant => *b"OVRQ",
            Self::Bitmap => *b"OVBM",
            Self::SignBitmap => *b"OVSB",
        }
    }

    /// The magic of files from before the project had its name, still read, never written.
    pub fn old_magic(self) -> [u8; 4] {
        match self {
            Self::Rank => *b"TVR1",
            Self::RankQuant => *b"TVRQ",
            Self::Bitmap => *b"TVBM",
            Self::SignBitmap => *b"TVSB",
        }
    }

    /// Bytes before the first row, magic included.
    pub fn header_len(self) -> usize {
        match self {
            Self::Rank | Self::SignBitmap => 13,
            Self::RankQuant => 14,
            Self::Bitmap => 17,
        }
    }

    pub(super) fn from_magic(magic: [u8; 4]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| magic == kind.magic() || magic == kind.old_magic())
    }
}
