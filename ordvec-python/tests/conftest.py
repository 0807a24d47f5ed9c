"""Fixtures of the wheel's tests. They need the installed wheel, NumPy and pytest, nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from ordvec_reference import Floats

DIM = 64


@pytest.fixture(scope="session")
def corpus() -> Floats:
    """40 rows of dimension 64 without ties inside a row."""
    return np.random.default_rng(20260401).standard_normal((40, DIM)).astype(np.float32)


@pytest.fixture(scope="session")
def queries() -> Floats:
    """5 rows of dimension 64, none of them in `corpus`."""
    return np.random.default_rng(7).standard_normal((5, DIM)).astype(np.float32)
