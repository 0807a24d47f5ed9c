"""Types of the extension module. `tests/test_stub.py` compares them with the built module.

Shapes: `n` stored rows, `d` the index dimension, `nq` queries, `k' = min(k, n)`.
Every float array argument may have any floating dtype (float16, float32, float64, longdouble,
either byte order) and is copied and coerced to float32; it must be C-contiguous, of the stated
rank and width, and finite after the coercion (`ValueError`). Any other dtype is a `TypeError`.
Candidate ids may have any integer dtype (`TypeError` otherwise); an id that no u32 can hold is a
`ValueError`, an id past the end an `IndexError`. Negative or oversized Python integers are an
`OverflowError`, file problems an `OSError`. Changing an index while another thread searches it
raises `RuntimeError`.
"""

from os import PathLike
from typing import Any, TypeAlias, TypedDict, final

import numpy as np
from numpy.typing import NDArray

_Floats: TypeAlias = NDArray[np.floating[Any]]
_Ids: TypeAlias = NDArray[np.integer[Any]]
_Path: TypeAlias = str | PathLike[str]

MAX_DIM: int
"""Largest dimension of `Rank`, `RankQuant` and `Bitmap`: ranks are u16."""
MAX_SIGN_BITMAP_DIM: int
"""Largest dimension of `SignBitmap`."""
MAX_VECTORS: int
"""Most rows that one index, or one file, may hold."""

class _SimdLevels(TypedDict):
    compiled: list[str]
    detected: list[str]
    active: str

def simd_levels() -> _SimdLevels:
    """SIMD levels that this build holds, that this CPU offers, and the one in use."""

def rank_transform(v: _Floats) -> NDArray[np.uint16]:
    """Rank of each coordinate of `v` (1-D, at most `MAX_DIM`), ties by ascending index."""

def rank_to_bucket(rank: int, d: int, bits: int) -> int:
    """`floor(rank * 2**bits / d)`; `rank < d`, `bits <= 8`."""

def bucket_ranks(ranks: NDArray[np.uint16], bits: int) -> NDArray[np.uint8]:
    """`rank_to_bucket` of a whole rank vector."""

def pack_buckets(buckets: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Pack codes MSB first, `8 / bits` to a byte; `bits` is 1, 2, 4 or 8."""

def unpack_buckets(packed: NDArray[np.uint8], d: int, bits: int) -> NDArray[np.uint8]:
    """The `d` codes of a packed row."""

def rankquant_bytes_per_vec(d: int, bits: int) -> int:
    """`d * bits / 8`, bytes."""

def bucket_centre(bucket: int, bits: int) -> float:
    """`bucket - (2**bits - 1) / 2`."""

def rank_norm(d: int) -> float:
    """L2 norm of a centred rank vector, `sqrt(d (d**2 - 1) / 12)`."""

def rankquant_norm(d: int, bits: int) -> float:
    """L2 norm of a centred code vector, `sqrt(d (2**(2 bits) - 1) / 12)`."""

def rankquant_eval_search(
    corpus: _Floats, queries: _Floats, bits: int, k: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Score float queries (nq, d) against a float corpus (n, d) quantized at any width 1..8.

    For evaluation only: nothing is kept. Returns scores and ids, each (nq, k').
    """

@final
class Rank:
    """Full-precision rank index: one u16 rank per coordinate."""

    def __new__(cls, dim: int) -> Rank: ...
    @classmethod
    def load(cls, path: _Path) -> Rank:
        """Read a `.ovr` file, checking every row."""
    @property
    def dim(self) -> int: ...
    @property
    def bytes_per_vec(self) -> int: ...
    @property
    def byte_size(self) -> int:
        """Bytes of row storage, `len(self) * bytes_per_vec`."""
    def __len__(self) -> int: ...
    def is_empty(self) -> bool: ...
    def add(self, vectors: _Floats) -> None:
        """Append the rows of `vectors` (m, d). On an error nothing is appended."""
    def search(self, queries: _Floats, k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Spearman correlation of ranked queries (nq, d); scores and ids, each (nq, k')."""
    def search_asymmetric(
        self, queries: _Floats, k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Cosine of float queries (nq, d) with stored ranks; scores and ids, each (nq, k')."""
    def swap_remove(self, idx: int) -> int:
        """Remove row `idx`; the last row takes its id. Returns the id that moved."""
    def write(self, path: _Path) -> None:
        """Write a `.ovr` file; an existing file is replaced only once the new one is complete."""

@final
class RankQuant:
    """Ranks quantized to `bits` (1, 2 or 4) per coordinate."""

    def __new__(cls, dim: int, bits: int) -> RankQuant: ...
    @classmethod
    def load(cls, path: _Path) -> RankQuant:
        """Read a `.ovrq` file, checking every row."""
    @property
    def dim(self) -> int: ...
    @property
    def bits(self) -> int: ...
    @property
    def bytes_per_vec(self) -> int: ...
    @property
    def byte_size(self) -> int:
        """Bytes of row storage, `len(self) * bytes_per_vec`."""
    def __len__(self) -> int: ...
    def is_empty(self) -> bool: ...
    def add(self, vectors: _Floats) -> None:
        """Append the rows of `vectors` (m, d). On an error nothing is appended."""
    def search(self, queries: _Floats, k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Quantized queries (nq, d) against stored codes; scores and ids, each (nq, k')."""
    def search_asymmetric(
        self, queries: _Floats, k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Float queries (nq, d) against stored codes; scores and ids, each (nq, k')."""
    def search_asymmetric_subset(
        self, query: _Floats, candidates: _Ids, k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """`search_asymmetric` of one query (d,) on the given rows only.

        Duplicates are kept; scores and ids have length `min(k, len(candidates))`.
        """
    def swap_remove(self, idx: int) -> int:
        """Remove row `idx`; the last row takes its id. Returns the id that moved."""
    def write(self, path: _Path) -> None:
        """Write a `.ovrq` file; an existing file is replaced only once the new one is complete."""

@final
class Bitmap:
    """One bit per coordinate, set for the `n_top` largest of each row."""

    def __new__(cls, dim: int, n_top: int) -> Bitmap: ...
    @classmethod
    def load(cls, path: _Path) -> Bitmap:
        """Read a `.ovbm` file, checking every row."""
    @property
    def dim(self) -> int: ...
    @property
    def n_top(self) -> int: ...
    @property
    def bytes_per_vec(self) -> int: ...
    @property
    def byte_size(self) -> int:
        """Bytes of row storage, `len(self) * bytes_per_vec`."""
    def __len__(self) -> int: ...
    def is_empty(self) -> bool: ...
    def add(self, vectors: _Floats) -> None:
        """Append the rows of `vectors` (m, d). On an error nothing is appended."""
    def search(self, queries: _Floats, k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Bits shared by queries (nq, d) and rows; scores and ids, each (nq, k')."""
    def search_subset(
        self, query: _Floats, doc_ids: _Ids, k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """`search` of one query (d,) on the given rows; duplicates are kept."""
    def top_m_candidates(self, query: _Floats, m: int) -> NDArray[np.uint32]:
        """Ids of the best `m` rows for one query (d,)."""
    def top_m_candidates_batched(self, queries: _Floats, m: int) -> NDArray[np.uint32]:
        """`top_m_candidates` of each query (nq, d); shape (nq, min(m, n))."""
    def top_m_candidates_batched_chunked(
        self, queries: _Floats, m: int, batch_size: int
    ) -> NDArray[np.uint32]:
        """The same, `batch_size` queries at a time, which bounds the working memory."""
    def build_query_bitmap_fp32(self, query: _Floats) -> NDArray[np.uint64]:
        """The bitmap of one query (d,): `d / 64` words, bit `i % 64` of word `i // 64`."""
    def body_overlap_scores_subset(
        self, q_bitmap: NDArray[np.uint64], doc_ids: _Ids
    ) -> NDArray[np.uint32]:
        """Shared bits of a query bitmap with the given rows; `doc_ids` must ascend."""
    def write(self, path: _Path) -> None:
        """Write a `.ovbm` file; an existing file is replaced only once the new one is complete."""

@final
class SignBitmap:
    """One sign bit per coordinate; the score is `dim` minus the Hamming distance."""

    def __new__(cls, dim: int) -> SignBitmap: ...
    @classmethod
    def load(cls, path: _Path) -> SignBitmap:
        """Read a `.ovsb` file."""
    @property
    def dim(self) -> int: ...
    @property
    def bytes_per_vec(self) -> int: ...
    @property
    def byte_size(self) -> int:
        """Bytes of row storage, `len(self) * bytes_per_vec`."""
    def __len__(self) -> int: ...
    def is_empty(self) -> bool: ...
    def add(self, vectors: _Floats) -> None:
        """Append the rows of `vectors` (m, d). On an error nothing is appended."""
    def top_m_candidates(self, query: _Floats, m: int) -> NDArray[np.uint32]:
        """Ids of the best `m` rows for one query (d,)."""
    def top_m_candidates_batched(self, queries: _Floats, m: int) -> NDArray[np.uint32]:
        """`top_m_candidates` of each query (nq, d); shape (nq, min(m, n))."""
    def score_all(self, query: _Floats) -> NDArray[np.uint32]:
        """The score of every row, (n,), in row order."""
    def score_all_batched(self, queries: _Floats) -> NDArray[np.uint32]:
        """The score of every row for each query (nq, d); shape (nq, n)."""
    def build_query_bitmap(self, query: _Floats) -> NDArray[np.uint64]:
        """The sign bits of one query (d,): `d / 64` words, bit `i % 64` of word `i // 64`."""
    def write(self, path: _Path) -> None:
        """Write a `.ovsb` file; an existing file is replaced only once the new one is complete."""
