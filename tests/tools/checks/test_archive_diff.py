"""Two archives: every kind of difference is named, and none is missed."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.checks.archive_diff import Difference, explain, first_difference, read

FILES = {"a-1/Cargo.lock": b'[[package]]\nname = "rayon"\nversion = "1.10.0"\n', "a-1/b.rs": b"x\n"}


def crate(
    path: Path, files: Mapping[str, bytes], *, mode: int = 0o644, mtime: int = 0, level: int = 9
) -> Path:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(data), mode, mtime
            archive.addfile(info, io.BytesIO(data))
    path.write_bytes(gzip.compress(stream.getvalue(), level, mtime=0))
    return path


def wheel(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return path


def whats(left: Path, right: Path) -> list[tuple[str, str]]:
    return [(d.member, d.what) for d in explain(left, right)]


def test_equal_bytes_have_no_difference(tmp_path: Path) -> None:
    left, right = (crate(tmp_path / f"{n}.crate", FILES) for n in "12")
    assert explain(left, right) == ()


def test_a_newer_dependency_in_the_lock_is_shown_with_its_package(tmp_path: Path) -> None:
    newer = {**FILES, "a-1/Cargo.lock": FILES["a-1/Cargo.lock"].replace(b"1.10.0", b"1.11.0")}
    left, right = crate(tmp_path / "1.crate", FILES), crate(tmp_path / "2.crate", newer)
    assert explain(left, right) == (
        Difference(
            "a-1/Cargo.lock",
            "line 3 (package rayon)",
            "'version = \"1.10.0\"'",
            "'version = \"1.11.0\"'",
        ),
    )


def test_an_extra_member_an_exec_bit_and_a_time_stamp_are_each_named(tmp_path: Path) -> None:
    left = crate(tmp_path / "1.crate", FILES)
    extra = crate(tmp_path / "2.crate", {**FILES, "a-1/extra.rs": b""})
    executable = crate(tmp_path / "3.crate", FILES, mode=0o755)
    dated = crate(tmp_path / "4.crate", FILES, mtime=7)
    assert whats(left, extra) == [("a-1/extra.rs", "member")]
    assert whats(left, executable) == [(name, "mode") for name in FILES]
    assert whats(left, dated) == [(name, "mtime") for name in FILES]


def test_a_longer_file_shows_its_size_and_its_first_new_line(tmp_path: Path) -> None:
    left = crate(tmp_path / "1.crate", FILES)
    right = crate(tmp_path / "2.crate", {**FILES, "a-1/b.rs": b"x\ny\n"})
    assert whats(left, right) == [("a-1/b.rs", "size"), ("a-1/b.rs", "line 2")]


def test_another_compression_of_equal_members_is_a_difference(tmp_path: Path) -> None:
    big = {"a-1/b.rs": b"fn main() {}\n" * 2000}
    left, right = crate(tmp_path / "1.crate", big), crate(tmp_path / "2.crate", big, level=1)
    assert "container" in explain(left, right)[0].what


def test_another_order_of_equal_members_is_a_difference(tmp_path: Path) -> None:
    left = wheel(tmp_path / "1.whl", FILES)
    right = wheel(tmp_path / "2.whl", dict(reversed(FILES.items())))
    assert whats(left, right) == [("a-1/Cargo.lock", "order: member 0")]


def test_a_binary_is_shown_by_its_first_differing_byte(tmp_path: Path) -> None:
    left = wheel(tmp_path / "1.whl", {"m.so": b"\x7fELF\0\xff/home/one"})
    right = wheel(tmp_path / "2.whl", {"m.so": b"\x7fELF\0\xff/home/two"})
    assert whats(left, right) == [("m.so", "byte 12")]


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.crate").write_bytes(b"not an archive")
    with pytest.raises(ValueError, match="neither a zip nor a tar"):
        read(tmp_path / "x.crate")


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_first_difference_is_found_for_any_two_contents(left: bytes, right: bytes) -> None:
    if left == right:
        with pytest.raises(ValueError, match="equal"):
            first_difference("x", left, right)
    else:
        found = first_difference("x", left, right)
        assert found.left != found.right
