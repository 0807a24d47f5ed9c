"""The installed distribution: version, names, typing marker, licences, binary tag."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import ordvec
import pytest

DISTRIBUTION = metadata.distribution("ordvec")


def test_version_is_that_of_the_distribution() -> None:
    assert ordvec.__version__ == DISTRIBUTION.version


def test_all_names_exist_and_are_sorted() -> None:
    assert all(hasattr(ordvec, name) for name in ordvec.__all__)
    assert len(set(ordvec.__all__)) == len(ordvec.__all__)


def test_a_star_import_leaves_the_version_of_the_importer_alone() -> None:
    names: dict[str, object] = {"__version__": "mine"}
    exec("from ordvec import *", names)
    assert names["__version__"] == "mine"
    assert names["Rank"] is ordvec.Rank


def test_the_long_names_alias_the_classes() -> None:
    assert ordvec.RankIndex is ordvec.Rank
    assert ordvec.RankQuantIndex is ordvec.RankQuant
    assert ordvec.BitmapIndex is ordvec.Bitmap
    assert ordvec.SignBitmapIndex is ordvec.SignBitmap


def test_limits() -> None:
    assert ordvec.MAX_DIM == 65535
    assert ordvec.MAX_SIGN_BITMAP_DIM == 1 << 24
    assert ordvec.MAX_VECTORS == 1 << 26


def test_classes_name_the_package() -> None:
    assert {cls.__module__ for cls in (ordvec.Rank, ordvec.RankQuant)} == {"ordvec"}


def test_typing_marker_and_stub_are_installed() -> None:
    folder = Path(ordvec.__file__).parent
    assert (folder / "py.typed").is_file()
    assert (folder / "_ordvec.pyi").is_file()


def test_metadata() -> None:
    fields = DISTRIBUTION.metadata
    assert fields["License-Expression"] == "MIT OR Apache-2.0"
    assert fields["Requires-Python"] == ">=3.10"
    assert DISTRIBUTION.requires == ["numpy>=2.2"]
    assert fields["Summary"]
    assert any(url.startswith("Source, ") for url in fields.get_all("Project-URL") or [])


@pytest.mark.parametrize("name", ["LICENSE-MIT", "LICENSE-APACHE"])
def test_licences_are_inside(name: str) -> None:
    files = [file for file in DISTRIBUTION.files or [] if file.name == name]
    assert len(files) == 1
    assert "ordvec" in files[0].read_text() or "Apache License" in files[0].read_text()


def test_the_wheel_is_abi3() -> None:
    """A development install (`maturin develop`) has the same tag; a source tree has none."""
    wheel = DISTRIBUTION.read_text("WHEEL")
    assert wheel is not None
    tags = [line.removeprefix("Tag: ") for line in wheel.splitlines() if line.startswith("Tag: ")]
    assert tags
    assert all(tag.startswith("cp310-abi3-") for tag in tags)
