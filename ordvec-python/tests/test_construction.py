"""Constructors, properties and the words of their refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import ordvec
import pytest
from ordvec_cases import CASES, IndexCase
from ordvec_reference import Floats


def test_repr_names_the_parameters(corpus: Floats) -> None:
    assert repr(ordvec.Rank(8)) == "Rank(dim=8, n=0)"
    assert repr(ordvec.Bitmap(64, 16)) == "Bitmap(dim=64, n_top=16, n=0)"
    assert repr(ordvec.SignBitmap(64)) == "SignBitmap(dim=64, n=0)"
    index = ordvec.RankQuant(dim=8, bits=2)
    index.add(np.ascontiguousarray(corpus[:3, :8]))
    assert repr(index) == "RankQuant(dim=8, bits=2, n=3)"


def test_constructors_take_keywords() -> None:
    assert ordvec.Rank(dim=8).dim == 8
    assert ordvec.RankQuant(bits=4, dim=32).bits == 4
    assert ordvec.Bitmap(n_top=3, dim=128).n_top == 3
    assert ordvec.SignBitmap(dim=128).dim == 128


@pytest.mark.parametrize(
    ("index", "bytes_per_vec"),
    [
        (ordvec.Rank(64), 128),
        (ordvec.RankQuant(64, 1), 8),
        (ordvec.RankQuant(64, 2), 16),
        (ordvec.RankQuant(64, 4), 32),
        (ordvec.Bitmap(64, 16), 8),
        (ordvec.SignBitmap(64), 8),
    ],
)
def test_sizes(index: Any, bytes_per_vec: int, corpus: Floats) -> None:
    assert (len(index), index.is_empty(), index.byte_size) == (0, True, 0)
    index.add(corpus)
    assert (len(index), index.is_empty()) == (len(corpus), False)
    assert (index.dim, index.bytes_per_vec) == (64, bytes_per_vec)
    assert index.byte_size == len(corpus) * bytes_per_vec


REFUSED: list[tuple[Callable[[], Any], str]] = [
    *[(lambda dim=dim: ordvec.Rank(dim), "dim") for dim in (0, 1, 65536, 2**40)],
    *[(lambda dim=dim: ordvec.RankQuant(dim, 2), "dim") for dim in (0, 1, 65536, 2**40)],
    *[(lambda bits=bits: ordvec.RankQuant(64, bits), "bits") for bits in (0, 3, 5, 8, 9, 255)],
    # bits 2: four buckets, four codes to a byte; bits 4: sixteen buckets; bits 1: eight to a byte
    *[(lambda dim=dim: ordvec.RankQuant(dim, 2), "multiple of 4") for dim in (2, 63, 66)],
    *[(lambda dim=dim: ordvec.RankQuant(dim, 4), "multiple of 16") for dim in (8, 24)],
    *[(lambda dim=dim: ordvec.RankQuant(dim, 1), "multiple of 8") for dim in (2, 12)],
    *[(lambda dim=dim: ordvec.Bitmap(dim, 1), "multiple of 64") for dim in (1, 63, 96)],
    *[(lambda dim=dim: ordvec.Bitmap(dim, 1), "dim") for dim in (0, 65536, 2**40)],
    *[(lambda n=n: ordvec.Bitmap(64, n), "n_top") for n in (0, 64, 65, 2**40)],
    *[(lambda dim=dim: ordvec.SignBitmap(dim), "multiple of 64") for dim in (1, 63, 96)],
    *[(lambda dim=dim: ordvec.SignBitmap(dim), "dim") for dim in (0, 2**24 + 64, 2**40)],
]


@pytest.mark.parametrize(("make", "words"), REFUSED)
def test_bad_parameters_are_value_errors_that_say_which(
    make: Callable[[], Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_the_largest_dimensions_exist() -> None:
    assert ordvec.Rank(ordvec.MAX_DIM).dim == 65535
    assert ordvec.RankQuant(65520, 4).dim == 65520
    assert ordvec.Bitmap(65472, 65471).n_top == 65471
    assert ordvec.SignBitmap(ordvec.MAX_SIGN_BITMAP_DIM).dim == 2**24


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_adding_in_parts_equals_adding_at_once(case: IndexCase, corpus: Floats) -> None:
    parts = case.empty()
    for start in (0, 1, 7):
        parts.add(corpus[start : {0: 1, 1: 7, 7: 40}[start]])
    parts.add(corpus[:0])
    whole = case.filled(corpus)
    assert len(parts) == len(whole) == 40
    for call in case.batched:
        for one, other in zip(call(parts, corpus[:3]), call(whole, corpus[:3]), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_classes_are_final(case: IndexCase) -> None:
    with pytest.raises(TypeError, match="base type"):
        type("Sub", (type(case.empty()),), {})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_properties_cannot_be_set(case: IndexCase) -> None:
    index = case.empty()
    for name in ("dim", "bytes_per_vec", "byte_size", "anything"):
        with pytest.raises(AttributeError):
            setattr(index, name, 1)
