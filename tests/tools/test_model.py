"""Versions, tags and digests: the laws of the values."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.model import Digest, Kind, kind_of, parse_version, tag_version

PARTS = st.tuples(*[st.integers(0, 10**9)] * 3)


@given(PARTS)
def test_law_a_printed_version_parses_to_itself(parts: tuple[int, int, int]) -> None:
    text = "{}.{}.{}".format(*parts)
    assert str(parse_version(text)) == text
    assert tag_version(f"v{text}") == parse_version(text)


@given(PARTS, PARTS)
def test_law_order_is_by_number(a: tuple[int, int, int], b: tuple[int, int, int]) -> None:
    first, second = (parse_version("{}.{}.{}".format(*p)) for p in (a, b))
    assert (first < second) == (a < b)


@pytest.mark.parametrize(
    "text",
    ["1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.03", "1.2.3-rc.1", "1.2.3+b", " 1.2.3", "1.2.3\n",
     "v1.2.3", "\u0661.2.3", "", "-1.2.3"],
)  # fmt: skip
def test_not_a_release_version(text: str) -> None:
    with pytest.raises(ValueError, match="release version"):
        parse_version(text)


@pytest.mark.parametrize("tag", ["1.2.3", "v1.2.3-rc1", "v01.2.3", "vv1.2.3", "V1.2.3", "v1.2"])
def test_not_a_release_tag(tag: str) -> None:
    assert tag_version(tag) is None


def test_digest_of_file_and_bytes_agree(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"ordvec")
    assert Digest.of_file(path) == Digest.of_bytes(b"ordvec")
    assert Digest.parse(str(Digest.of_bytes(b"ordvec"))) == Digest.of_bytes(b"ordvec")


@pytest.mark.parametrize("bad", ["", "ab", "g" * 64, "A" * 64, "0" * 63])
def test_digest_rejects(bad: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        Digest("sha256", bad)


def test_kind_of_an_unknown_file_is_an_error() -> None:
    assert kind_of("ordvec-1.0.0.sigstore.json") is Kind.BUNDLE
    with pytest.raises(ValueError, match="release file"):
        kind_of("notes.txt")
