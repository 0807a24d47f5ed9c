"""Training-free ordinal and sign quantization for vector retrieval.

Four index classes (`Rank`, `RankQuant`, `Bitmap`, `SignBitmap`) and the primitives they are
made of. Vectors are C-contiguous floating NumPy arrays, one row per vector; search results are
`(scores, ids)`, score descending, then id ascending. The extension module `ordvec._ordvec`
holds all of it; its stub `_ordvec.pyi` documents each call.
"""

from ordvec._ordvec import (
    MAX_DIM,
    MAX_SIGN_BITMAP_DIM,
    MAX_VECTORS,
    Bitmap,
    Rank,
    RankQuant,
    SignBitmap,
    bucket_centre,
    bucket_ranks,
    pack_buckets,
    rank_norm,
    rank_to_bucket,
    rank_transform,
    rankquant_bytes_per_vec,
    rankquant_eval_search,
    rankquant_norm,
    simd_levels,
    unpack_buckets,
)

__version__ = "0.6.0"

# The longer names that downstream code imports.
RankIndex = Rank
RankQuantIndex = RankQuant
BitmapIndex = Bitmap
SignBitmapIndex = SignBitmap

__all__ = [
    "MAX_DIM",
    "MAX_SIGN_BITMAP_DIM",
    "MAX_VECTORS",
    "Bitmap",
    "BitmapIndex",
    "Rank",
    "RankIndex",
    "RankQuant",
    "RankQuantIndex",
    "SignBitmap",
    "SignBitmapIndex",
    "bucket_centre",
    "bucket_ranks",
    "pack_buckets",
    "rank_norm",
    "rank_to_bucket",
    "rank_transform",
    "rankquant_bytes_per_vec",
    "rankquant_eval_search",
    "rankquant_norm",
    "simd_levels",
    "unpack_buckets",
]
