"""What an sdist must hold, with an sdist for each way of failing it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.tools.checks.test_archive_diff import crate
from tools.checks import sdist_contents

FILES: Mapping[str, bytes] = {
    "PKG-INFO": b"Metadata-Version: 2.4\nName: tiny\nVersion: 1.2.3\n",
    "pyproject.toml": b"",
    "Cargo.toml": b"",
    "Cargo.lock": b"",
    "LICENSE-APACHE": b"apache",
    "LICENSE-MIT": b"mit",
    "licenses/LICENSE-MIT": b"mit",
    "src/lib.rs": b"core",
    "src/deep/mod.rs": b"deep",
    "tiny-python/Cargo.toml": b"",
    "tiny-python/src/lib.rs": b"binding",
    "python/tiny/__init__.py": b"",
    "python/tiny/_tiny.pyi": b"",
    "python/tiny/py.typed": b"",
}
EXPECTED = sdist_contents.Expected(
    file_name="tiny-1.2.3.tar.gz",
    project="tiny",
    module="tiny",
    version="1.2.3",
    crates=(Path(), Path("tiny-python")),
    licences={"LICENSE-APACHE": b"apache", "LICENSE-MIT": b"mit"},
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("src/lib.rs", "src/deep/mod.rs", "tiny-python/src/lib.rs"):
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FILES[name])
    return tmp_path / "checkout"


def found(checkout: Path, files: Mapping[str, bytes]) -> list[str]:
    path = checkout.parent / "tiny-1.2.3.tar.gz"
    crate(path, {f"tiny-1.2.3/{name}": data for name, data in files.items()})
    return [str(problem) for problem in sdist_contents.problems(path, EXPECTED, checkout)]


def without(name: str) -> dict[str, bytes]:
    return {key: data for key, data in FILES.items() if key != name}


def test_a_good_sdist_has_no_problem(checkout: Path) -> None:
    assert found(checkout, FILES) == []


@pytest.mark.parametrize("name", ["Cargo.lock", "src/deep/mod.rs", "tiny-python/src/lib.rs"])
def test_sdist_without_what_the_build_needs_is_refused(checkout: Path, name: str) -> None:
    (problem,) = found(checkout, without(name))
    assert f"expected {name}, found absent" in problem


def test_sdist_without_licence_is_refused(checkout: Path) -> None:
    (problem,) = found(checkout, without("LICENSE-APACHE"))
    assert "LICENSE-APACHE" in problem


def test_sdist_with_another_licence_text_is_refused(checkout: Path) -> None:
    (problem,) = found(checkout, {**FILES, "licenses/LICENSE-MIT": b"BSD"})
    assert "another text" in problem


def test_sdist_with_a_source_that_is_not_the_committed_one_is_refused(checkout: Path) -> None:
    (problem,) = found(checkout, {**FILES, "src/lib.rs": b"patched"})
    assert "another content" in problem


@pytest.mark.parametrize(
    "stray", ["tiny-python/tests/test_a.py", "tools/release.py", ".github/x.yml", "python/o/a.py"]
)
def test_sdist_with_a_stray_file_is_refused(checkout: Path, stray: str) -> None:
    (problem,) = found(checkout, {**FILES, stray: b""})
    assert f"found {stray}" in problem


def test_sdist_of_another_version_is_refused(checkout: Path) -> None:
    other = FILES["PKG-INFO"].replace(b"1.2.3", b"1.2.4")
    assert "found 1.2.4" in found(checkout, {**FILES, "PKG-INFO": other})[0]


def test_unpacking_refuses_a_member_that_reaches_outside(tmp_path: Path) -> None:
    path = tmp_path / "tiny-1.2.3.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("tiny-1.2.3/../../escaped"), io.BytesIO())
    with pytest.raises(tarfile.OutsideDestinationError):
        sdist_contents.unpack(path, tmp_path / "in" / "here")
    assert not (tmp_path / "escaped").exists()
