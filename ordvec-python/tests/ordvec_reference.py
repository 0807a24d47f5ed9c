"""The naive NumPy statement of what the wheel computes, as the oracle of its tests.

Float64 throughout, one row at a time, no packing: slow and plain. Search results are compared
by `check_top`, which tolerates the 1e-4 that kernels may differ by and nothing else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Scores = NDArray[np.float64]
TOLERANCE = 1e-4


def ranks(v: Floats) -> NDArray[np.int64]:
    """Rank of each coordinate, ties by ascending index."""
    return np.asarray(np.argsort(np.argsort(v, kind="stable"), kind="stable"), np.int64)


def codes(v: Floats, bits: int) -> NDArray[np.int64]:
    """Bucket of each coordinate: `floor(rank * 2**bits / d)`."""
    buckets: NDArray[np.int64] = ranks(v) * 2**bits // len(v)
    return buckets


def centred(values: NDArray[np.int64], levels: int) -> Scores:
    """Values of `[0, levels)` moved so that their range is symmetric around zero."""
    return values.astype(np.float64) - (levels - 1) / 2


def unit(v: Floats) -> Scores:
    """`v` at L2 norm 1; a zero vector stays zero."""
    wide = v.astype(np.float64)
    norm = float(np.linalg.norm(wide))
    return wide / norm if norm > 0 else wide


def rank_norm(d: int) -> float:
    return float(np.sqrt(d * (d * d - 1) / 12))


def rankquant_norm(d: int, bits: int) -> float:
    return float(np.sqrt(d * (4**bits - 1) / 12))


def rank_rows(corpus: Floats) -> Scores:
    """Unit rows of centred ranks."""
    d = corpus.shape[1]
    return np.array([centred(ranks(row), d) / rank_norm(d) for row in corpus])


def code_rows(corpus: Floats, bits: int) -> Scores:
    """Rows of centred codes over the norm that equally filled buckets have."""
    d = corpus.shape[1]
    norm = rankquant_norm(d, bits)
    return np.array([centred(codes(row, bits), 2**bits) / norm for row in corpus])


def top_bits(v: Floats, n_top: int) -> NDArray[np.bool_]:
    """True at the `n_top` largest coordinates of a vector without ties."""
    return ranks(v) >= len(v) - n_top


def words(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Bit `i % 64` of word `i // 64`."""
    return np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)


def order(scores: Scores, k: int) -> NDArray[np.int64]:
    """Row ids by score descending, then id ascending; at most `k`."""
    return np.lexsort((np.arange(len(scores)), -scores))[:k]


def check_top(
    expected: Scores, scores: NDArray[np.float32], ids: NDArray[np.int64], k: int
) -> None:
    """Assert that `(scores, ids)` is the top `k` of the row scores `expected`."""
    assert len(scores) == len(ids) == min(k, len(expected))
    assert len(set(ids.tolist())) == len(ids)
    np.testing.assert_allclose(scores, expected[ids], atol=TOLERANCE, rtol=0)
    best = np.sort(expected)[::-1][: len(ids)]
    np.testing.assert_allclose(scores, best, atol=TOLERANCE, rtol=0)
    check_order(scores, ids)


def check_order(scores: NDArray[np.float32], ids: NDArray[np.int64]) -> None:
    """Assert score descending and, among equal scores, id ascending."""
    for at in range(1, len(scores)):
        assert (-scores[at - 1], ids[at - 1]) < (-scores[at], ids[at])
