"""RFC 6962 Merkle tree: leaf hash, tree head and audit path, on a list of leaf hashes.

Plain recursion over the definition. A rehearsal logs about ten entries, a campaign a few
thousand; the tree is split at the largest power of two, so each perfect left part is cached.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(entry: bytes) -> bytes:
    """``SHA-256(0x00 || entry)``."""
    return hashlib.sha256(b"\0" + entry).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below *size* (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


class Tree:
    """An append-only tree of leaf hashes."""

    def __init__(self, leaves: Sequence[bytes] = ()) -> None:
        self._leaves = list(leaves)
        self._cache: dict[tuple[int, int], bytes] = {}

    def __len__(self) -> int:
        return len(self._leaves)

    def append(self, leaf: bytes) -> int:
        """Add a leaf hash; its index."""
        self._leaves.append(leaf)
        return len(self._leaves) - 1

    def root(self) -> bytes:
        """The tree head, MTH(D[n])."""
        if not self._leaves:
            return hashlib.sha256(b"").digest()
        return self._head(0, len(self._leaves))

    def path(self, index: int) -> list[bytes]:
        """The audit path of the leaf at *index*, lowest sibling first."""
        return self._path(index, 0, len(self._leaves))

    def _head(self, start: int, size: int) -> bytes:
        if size == 1:
            return self._leaves[start]
        found = self._cache.get((start, size))
        if found is not None:
            return found
        left = _split(size)
        head = _node(self._head(start, left), self._head(start + left, size - left))
        if size & (size - 1) == 0:  # a perfect subtree never changes again
            self._cache[start, size] = head
        return head

    def _path(self, index: int, start: int, size: int) -> list[bytes]:
        if size == 1:
            return []
        left = _split(size)
        if index < left:
            return [*self._path(index, start, left), self._head(start + left, size - left)]
        return [*self._path(index - left, start + left, size - left), self._head(start, left)]
