"""Files: the bytes of each format, built by hand here, and what a loader refuses."""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import ordvec
import ordvec_reference as reference
import pytest
from ordvec_cases import CASES, IndexCase, same
from ordvec_reference import Floats

each_index = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def rank_file(rows: Floats, magic: bytes = b"OVR1") -> bytes:
    payload = np.array([reference.ranks(row) for row in rows], "<u2").tobytes()
    return magic + struct.pack("<BII", 1, rows.shape[1], len(rows)) + payload


def rankquant_file(rows: Floats, magic: bytes = b"OVRQ", bits: int = 2) -> bytes:
    codes = np.array([reference.codes(row, bits) for row in rows], np.uint8)
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    packed = bytes((codes.reshape(-1, 8 // bits) << shifts).sum(axis=1).tolist())
    return magic + struct.pack("<BBII", 1, bits, rows.shape[1], len(rows)) + packed


def bitmap_file(rows: Floats, magic: bytes = b"OVBM", n_top: int = 16) -> bytes:
    words = [reference.words(reference.top_bits(row, n_top)).astype("<u8") for row in rows]
    header = struct.pack("<BIII", 1, rows.shape[1], n_top, len(rows))
    return magic + header + b"".join(word.tobytes() for word in words)


def sign_bitmap_file(rows: Floats, magic: bytes = b"OVSB") -> bytes:
    words = [reference.words(row > 0).astype("<u8") for row in rows]
    header = struct.pack("<BII", 1, rows.shape[1], len(rows))
    return magic + header + b"".join(word.tobytes() for word in words)


@dataclass(frozen=True)
class Format:
    case: IndexCase
    build: Callable[..., bytes]
    magic: bytes
    old_magic: bytes
    #: Where the header ends.
    header: int


FORMATS = (
    Format(CASES[0], rank_file, b"OVR1", b"TVR1", 13),
    Format(CASES[1], rankquant_file, b"OVRQ", b"TVRQ", 14),
    Format(CASES[2], bitmap_file, b"OVBM", b"TVBM", 17),
    Format(CASES[3], sign_bitmap_file, b"OVSB", b"TVSB", 13),
)
each_format = pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.case.name)


@each_format
@pytest.mark.parametrize("n", [0, 1, 40])
def test_the_bytes_are_those_of_the_format(
    fmt: Format, corpus: Floats, tmp_path: Path, n: int
) -> None:
    path = tmp_path / "index"
    fmt.case.filled(corpus[:n]).write(path)
    assert path.read_bytes() == fmt.build(corpus[:n])


@each_format
def test_both_magics_are_read(fmt: Format, corpus: Floats, queries: Floats, tmp_path: Path) -> None:
    index = fmt.case.filled(corpus)
    for magic in (fmt.magic, fmt.old_magic):
        path = tmp_path / "index"
        path.write_bytes(fmt.build(corpus, magic=magic))
        loaded = fmt.case.load(path)
        assert repr(loaded) == repr(index)
        for call in fmt.case.batched:
            same(call(loaded, queries), call(index, queries))
        loaded.write(path)
        assert path.read_bytes() == fmt.build(corpus)


def broken(fmt: Format, corpus: Floats) -> dict[str, tuple[bytes, str]]:
    """Defective files of a format by the name of the defect, with a word of the refusal."""
    good = fmt.build(corpus[:2])
    payload = (len(good) - fmt.header) // 2
    return {
        "empty file": (b"", "truncated header"),
        "foreign magic": (b"NOPE" + good[4:], "magic"),
        "unknown version": (good[:4] + b"\x02" + good[5:], "version"),
        "cut header": (good[: fmt.header - 1], "truncated header"),
        "cut payload": (good[:-1], "truncated payload"),
        "missing row": (good[:-payload], "truncated payload"),
        "trailing byte": (good + b"\0", "trailing bytes"),
        "huge count": (good[: fmt.header - 4] + b"\xff" * 4 + good[fmt.header :], "vector count"),
    }


@each_format
@pytest.mark.parametrize("defect", broken(FORMATS[0], np.zeros((2, 64), np.float32)))
def test_a_defective_file_is_an_os_error(
    fmt: Format, defect: str, corpus: Floats, tmp_path: Path
) -> None:
    data, word = broken(fmt, corpus)[defect]
    path = tmp_path / "index"
    path.write_bytes(data)
    with pytest.raises(OSError, match=word) as caught:
        fmt.case.load(path)
    assert str(path) in str(caught.value)


def test_rank_rows_must_be_permutations(corpus: Floats, tmp_path: Path) -> None:
    path = tmp_path / "twice-the-same-rank.ovr"
    data = bytearray(rank_file(corpus[:2]))
    data[-2:] = data[-4:-2]
    path.write_bytes(data)
    with pytest.raises(OSError, match="permutation"):
        ordvec.Rank.load(path)


def test_rankquant_rows_must_fill_every_bucket_equally(corpus: Floats, tmp_path: Path) -> None:
    path = tmp_path / "all-in-bucket-zero.ovrq"
    data = rankquant_file(corpus[:2])
    path.write_bytes(data[:-16] + bytes(16))
    with pytest.raises(OSError, match="composition"):
        ordvec.RankQuant.load(path)


def test_rankquant_bits_must_be_a_file_width(corpus: Floats, tmp_path: Path) -> None:
    path = tmp_path / "bits.ovrq"
    data = bytearray(rankquant_file(corpus[:2]))
    for bits in (0, 3, 8, 255):
        data[5] = bits
        path.write_bytes(data)
        with pytest.raises(OSError, match="bits"):
            ordvec.RankQuant.load(path)


def test_bitmap_rows_must_have_n_top_bits(corpus: Floats, tmp_path: Path) -> None:
    path = tmp_path / "no-bits.ovbm"
    path.write_bytes(bitmap_file(corpus[:2])[:-8] + bytes(8))
    with pytest.raises(OSError, match="bits set"):
        ordvec.Bitmap.load(path)


def test_bitmap_n_top_must_fit_the_dimension(corpus: Floats, tmp_path: Path) -> None:
    path = tmp_path / "n-top.ovbm"
    data = bytearray(bitmap_file(corpus[:2]))
    for n_top in (0, 64, 2**32 - 1):
        data[9:13] = struct.pack("<I", n_top)
        path.write_bytes(data)
        with pytest.raises(OSError, match="n_top"):
            ordvec.Bitmap.load(path)


@each_format
def test_every_prefix_and_every_changed_byte_loads_or_is_an_os_error(
    fmt: Format, corpus: Floats, tmp_path: Path
) -> None:
    path = tmp_path / "index"
    good = fmt.build(corpus[:1])
    mutants = [good[:length] for length in range(len(good))]
    for at in range(len(good)):
        mutants += [good[:at] + bytes([value]) + good[at + 1 :] for value in (0, 0x7F, 0xFF)]
    refused = 0
    for mutant in mutants:
        path.write_bytes(mutant)
        try:
            fmt.case.load(path)
        except OSError:
            refused += 1
    assert refused >= len(good), "every prefix is refused"


@each_index
def test_a_missing_file_is_a_file_not_found_error(case: IndexCase, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(FileNotFoundError) as caught:
        case.load(missing)
    assert caught.value.filename == str(missing)
    with pytest.raises(OSError):
        case.empty().write(tmp_path / "no-such-folder" / "index")
    with pytest.raises(OSError):
        case.load(tmp_path)
    with pytest.raises(OSError):
        case.load("nul\0inside")


@each_index
def test_paths_are_text_or_path_objects(case: IndexCase, corpus: Floats, tmp_path: Path) -> None:
    index = case.filled(corpus)
    for path in (str(tmp_path / "text"), tmp_path / "object"):
        index.write(path)
        assert repr(case.load(path)) == repr(index)
    not_paths: tuple[Any, ...] = (3, None, b"bytes", 1.5)
    for value in not_paths:
        with pytest.raises(TypeError):
            index.write(value)
        with pytest.raises(TypeError):
            case.load(value)


@each_index
def test_a_write_replaces_the_file_and_leaves_nothing_else(
    case: IndexCase, corpus: Floats, tmp_path: Path
) -> None:
    path = tmp_path / "index"
    path.write_bytes(b"what was here before")
    case.filled(corpus).write(path)
    assert len(case.load(path)) == len(corpus)
    assert [entry.name for entry in tmp_path.iterdir()] == ["index"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform has no named pipes")
def test_a_write_does_not_wait_for_the_reader_of_the_pipe_that_it_replaces(
    corpus: Floats, tmp_path: Path
) -> None:
    case, path = CASES[0], tmp_path / "index"
    os.mkfifo(path)
    writer = threading.Thread(target=case.filled(corpus).write, args=(path,), daemon=True)
    writer.start()
    writer.join(timeout=30)
    assert not writer.is_alive()
    assert len(case.load(path)) == len(corpus)


@each_index
def test_a_failed_write_leaves_no_temporary_file(
    case: IndexCase, corpus: Floats, tmp_path: Path
) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "occupied").touch()
    with pytest.raises(OSError):
        case.filled(corpus).write(target)
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_a_file_of_one_kind_is_not_loaded_as_another(corpus: Floats, tmp_path: Path) -> None:
    path = tmp_path / "index.ovr"
    path.write_bytes(rank_file(corpus))
    for case in CASES[1:]:
        with pytest.raises(OSError, match="magic"):
            case.load(path)
