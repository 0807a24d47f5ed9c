"""Whatever a caller passes, in any argument, ends in a result or in a documented exception.

A Rust panic would surface as `PanicException`, which is no `Exception` and so escapes the
`except` below and fails the test.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import ordvec
import pytest

DOCUMENTED = (TypeError, ValueError, IndexError, OverflowError, OSError, RuntimeError)


INTEGERS = {"dim", "bits", "n_top", "k", "m", "idx", "batch_size", "d", "rank", "bucket"}
IDS = {"candidates", "doc_ids"}
CODES = {"ranks": "u2", "buckets": "u1", "packed": "u1", "q_bitmap": "u8"}


def integer(rng: random.Random) -> Any:
    """Small numbers, sizes around the limits, and what no size can be."""
    common = [0, 1, 2, 3, 4, 7, 8, 16, 63, 64, 255, 256, 65535, 65536]
    extreme = [-1, 2**31, 2**32, 2**62, 2**63 - 1, 2**64 - 1, 2**64, 2**100]
    return rng.choice(common if rng.random() < 0.8 else extreme)


def floats(rng: random.Random) -> Any:
    """Vectors and matrices, mostly of the right width, in every layout and many dtypes."""
    noise = np.random.default_rng(rng.getrandbits(32))
    width = 64 if rng.random() < 0.8 else rng.choice([0, 1, 63, 65, 128])
    shape = rng.choice([(width,), (1, width), (5, width), (0, width), (5, width), (2, 2, width)])
    array = noise.standard_normal(shape)
    if rng.random() < 0.2:
        array[...] = rng.choice([np.nan, np.inf, 3e38, 1e-45, -0.0])
    array = array.astype(rng.choice(["f2", "f4", ">f4", "f8", "g", "i8"]))
    return rng.choice([array, array, array, array[..., ::2], array[::-1], array.T])


def ids(rng: random.Random) -> Any:
    """Row ids of an index of six rows, some past the end, some that no u32 holds."""
    listed = [rng.choice([0, 1, 2, 5, 5, 6, 2**32, -1]) for _ in range(rng.choice([0, 1, 4]))]
    if rng.random() < 0.5:
        listed = sorted(abs(value) % 6 for value in listed)
    return np.array(listed, "i8").astype(rng.choice(["i8", ">i8", "i4", "u1", "f4"]))


def codes(rng: random.Random, dtype: str) -> Any:
    """Values that fit few bits or none, of the demanded dtype."""
    top = rng.choice([1, 2, 4, 16, 255])
    length = rng.choice([0, 1, 3, 8, 16, 64])
    return np.random.default_rng(rng.getrandbits(32)).integers(0, top, length).astype(dtype)


def junk(rng: random.Random) -> Any:
    """What is meant for another parameter, or for none."""
    other = [None, 1.5, "x", b"x", [], (), {}, object(), True, np.int8(3), np.array(1.0)]
    return rng.choice([*other, integer(rng), floats(rng)])


def argument(rng: random.Random, name: str) -> Any:
    """A value for the parameter: nine times in ten of a kind that it may have."""
    if rng.random() < 0.1:
        return junk(rng)
    if name in INTEGERS:
        return integer(rng)
    if name in CODES:
        return codes(rng, CODES[name])
    return ids(rng) if name in IDS else floats(rng)


def indexes(rng: random.Random) -> list[Any]:
    """One index of each class, some of them empty."""
    made: list[Any] = [ordvec.Rank(64), ordvec.RankQuant(64, 2)]
    made += [ordvec.Bitmap(64, 16), ordvec.SignBitmap(64)]
    for index in made:
        if rng.random() < 0.8:
            index.add(np.random.default_rng(0).standard_normal((6, 64)))
    return made


def targets(rng: random.Random) -> list[Callable[..., Any]]:
    """Everything that can be called, but for file paths, which test_files.py damages."""
    functions = [getattr(ordvec, name) for name in ordvec.__all__ if name[0].islower()]
    classes = [ordvec.Rank, ordvec.RankQuant, ordvec.Bitmap, ordvec.SignBitmap]
    methods = [
        getattr(index, name)
        for index in indexes(rng)
        for name in dir(index)
        if name[0] != "_" and name not in ("load", "write") and callable(getattr(index, name))
    ]
    return [*functions, *classes, *methods]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.filterwarnings("ignore")  # NumPy's own, from making the arguments
def test_random_arguments(seed: int) -> None:
    rng = random.Random(seed)
    results = refusals = 0
    for target in targets(rng) * 10:
        parameters = inspect.signature(target).parameters
        arguments = [argument(rng, name) for name in parameters]
        try:
            target(*arguments)
        except DOCUMENTED as refusal:
            assert str(refusal)
            refusals += 1
        else:
            results += 1
    # Both sides of every check are visited, or this test has lost its point.
    assert results > 100
    assert refusals > 100
