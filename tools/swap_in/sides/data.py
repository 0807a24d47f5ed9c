"""Vectors that are the same in every process, and the modules that only this environment has."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from typing import Any

# Not imported by name: the environment that checks the types has neither.
np: Any = importlib.import_module("numpy")
ordvec: Any = importlib.import_module("ordvec")


def normal(rows: int, dim: int, seed: str = "") -> Any:
    """float32 (rows, dim), standard normal; `seed` makes it another draw."""
    mixed = zlib.crc32(f"{rows} {dim} {seed}".encode())
    return np.random.default_rng(mixed).standard_normal((rows, dim), dtype=np.float32)


def coarse(rows: int, dim: int) -> Any:
    """Half units from -1 to 1 with both zeros: coordinates tie within every row."""
    values = np.round(np.clip(normal(rows, dim, "coarse"), -1, 1) * 2) / 2
    values[:, ::3] *= -1  # half of the zeros become -0.0
    return values.astype(np.float32)


def repeated(rows: int, dim: int) -> Any:
    """Three vectors over and over: scores of whole rows tie."""
    return np.ascontiguousarray(normal(3, dim, "repeated")[np.arange(rows) % 3])


def scaled(rows: int, dim: int) -> Any:
    """Rows from 1e-10 to 1e15, whose norms 0.5 neither takes for zero nor for infinite."""
    powers = np.linspace(-10, 15, rows, dtype=np.float64)
    return (normal(rows, dim, "scaled") * 10.0 ** powers[:, None]).astype(np.float32)


def extreme(rows: int, dim: int) -> Any:
    """Rows from the smallest to the largest magnitudes of float32, subnormal ones included."""
    powers = np.linspace(-42, 36, rows, dtype=np.float64)
    return (normal(rows, dim, "extreme") * 10.0 ** powers[:, None]).astype(np.float32)


KINDS: dict[str, Callable[[int, int], Any]] = {
    "normal": normal,
    "coarse": coarse,
    "repeated": repeated,
    "scaled": scaled,
}
