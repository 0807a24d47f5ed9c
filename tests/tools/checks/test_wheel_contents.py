"""What a wheel must be, with a wheel for each way of failing it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.checks import wheel_contents
from tools.ops import wheelfile

NAME = "tiny-1.2.3-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
INFO = "tiny-1.2.3.dist-info"
FILES = {
    "tiny/__init__.py": b"",
    "tiny/_tiny.abi3.so": b"\x7fELF",
    "tiny/_tiny.pyi": b"",
    "tiny/py.typed": b"",
    f"{INFO}/METADATA": (
        b"Metadata-Version: 2.4\nName: tiny\nVersion: 1.2.3\n"
        b"License-Expression: MIT OR Apache-2.0\nRequires-Python: >=3.10\n"
    ),
    f"{INFO}/WHEEL": (
        b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"
        b"Tag: cp310-abi3-manylinux2014_x86_64\nTag: cp310-abi3-manylinux_2_17_x86_64\n"
    ),
    f"{INFO}/licenses/LICENSE-APACHE": b"apache",
    f"{INFO}/licenses/LICENSE-MIT": b"mit",
    f"{INFO}/sboms/tiny.cyclonedx.json": b'{"ref": "path+file:///build/here/tiny#1.2.3"}',
}
EXPECTED = wheel_contents.Expected(
    NAME, "tiny", "tiny", "1.2.3", {"LICENSE-APACHE": b"apache", "LICENSE-MIT": b"mit"}
)
Change = Callable[[dict[str, bytes]], object]


def write(path: Path, files: dict[str, bytes], record: list[str] | None = None) -> Path:
    lines = record or [wheelfile.record_line(name, data) for name, data in files.items()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(f"{INFO}/RECORD", "\n".join([*lines, f"{INFO}/RECORD,,", ""]))
    return path


def found(path: Path) -> list[str]:
    return [str(problem) for problem in wheel_contents.problems(path, EXPECTED)]


def test_a_good_wheel_has_no_problem(tmp_path: Path) -> None:
    assert found(write(tmp_path / NAME, FILES)) == []


@pytest.mark.parametrize(
    ("defect", "change", "said"),
    [
        ("without licence", lambda f: f.pop(f"{INFO}/licenses/LICENSE-MIT"), "LICENSE-MIT"),
        (
            "another licence text",
            lambda f: f.update({f"{INFO}/licenses/LICENSE-MIT": b"BSD"}),
            "another text",
        ),
        ("without stub", lambda f: f.pop("tiny/_tiny.pyi"), "a stub of the extension"),
        ("without py.typed", lambda f: f.pop("tiny/py.typed"), "py.typed"),
        ("without extension", lambda f: f.pop("tiny/_tiny.abi3.so"), "the extension module"),
        ("stray test", lambda f: f.update({"tiny/tests/data.bin": b""}), "stray file"),
        ("stray top level", lambda f: f.update({"tests/test_a.py": b""}), "stray file"),
        ("cffi layout", lambda f: f.update({"tiny/_tiny/lib_tiny.so": b""}), "stray file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wheel_is_refused(tmp_path: Path, defect: str, change: Change, said: str) -> None:
    files = dict(FILES)
    change(files)
    problems = found(write(tmp_path / NAME, files))
    assert len(problems) == 1, (defect, problems)
    assert said in problems[0]


def test_wheel_of_another_version_inside_is_refused(tmp_path: Path) -> None:
    metadata = FILES[f"{INFO}/METADATA"].replace(b"1.2.3", b"1.2.4")
    problems = found(write(tmp_path / NAME, {**FILES, f"{INFO}/METADATA": metadata}))
    assert problems == [
        f"{NAME}: {INFO}/METADATA: expected Version: 1.2.3, found 1.2.4",
    ]


def test_wheel_with_wrong_tag_inside_is_refused(tmp_path: Path) -> None:
    tags = FILES[f"{INFO}/WHEEL"].replace(b"abi3-manylinux2014_x86_64", b"abi3-linux_x86_64")
    (problem,) = found(write(tmp_path / NAME, {**FILES, f"{INFO}/WHEEL": tags}))
    assert "cp310-abi3-linux_x86_64" in problem


def test_wheel_with_wrong_tag_in_its_name_is_refused(tmp_path: Path) -> None:
    problems = found(write(tmp_path / "tiny-1.2.3-cp310-abi3-linux_x86_64.whl", FILES))
    assert NAME in problems[0]


def test_wheel_whose_record_was_tampered_with_is_refused(tmp_path: Path) -> None:
    record = [wheelfile.record_line(name, data) for name, data in FILES.items()]
    record[1] = wheelfile.record_line("tiny/_tiny.abi3.so", b"something else")
    (problem,) = found(write(tmp_path / NAME, FILES, record))
    assert "RECORD" in problem
    assert "tiny/_tiny.abi3.so" in problem


def test_wheel_whose_record_lacks_a_file_is_refused(tmp_path: Path) -> None:
    record = [wheelfile.record_line(name, data) for name, data in list(FILES.items())[1:]]
    (problem,) = found(write(tmp_path / NAME, FILES, record))
    assert problem.endswith("found no entry")


def test_linters_object_to_a_wheel_that_is_not_one(tmp_path: Path) -> None:
    broken = tmp_path / NAME
    broken.write_bytes(b"no zip")
    assert wheel_contents.linters([broken])
