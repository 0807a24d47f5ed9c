"""An sdist must build anywhere from itself: sources of every crate, Cargo.lock, licences.

And it must hold nothing else: no release tooling, no tests, no workflow, no editor's leftovers.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path

from tools.checks import archive_diff
from tools.model import Problem


@dataclass(frozen=True, slots=True)
class Expected:
    """What an sdist must be.

    ``crates`` are the folders, relative to the workspace, of the crates it must hold; the root
    crate is ``Path(".")``. ``project`` and ``version`` are what PKG-INFO must state.
    """

    file_name: str
    project: str
    module: str
    version: str
    crates: Sequence[Path]
    licences: Mapping[str, bytes]


ALLOWED = (
    r"PKG-INFO|pyproject\.toml|Cargo\.toml|Cargo\.lock|(?:README|CHANGELOG|PYPI)\.md",
    r"(?:licenses/)?LICENSE-\w+",
    r"(?:[\w-]+/)?src/.+\.rs",
    r"[\w-]+/(?:Cargo\.toml|(?:README|PYPI)\.md|(?:licenses/)?LICENSE-\w+)",
)


def problems(sdist: Path, expected: Expected, root: Path) -> tuple[Problem, ...]:
    """Everything in which *sdist* is not what the commit checked out at *root* must give."""
    found = []
    if sdist.name != expected.file_name:
        found.append(Problem("sdist", expected.file_name, sdist.name))
    folder = expected.file_name.removesuffix(".tar.gz")
    members = {member.name: member for member in archive_diff.read(sdist)}
    for name in members:
        if not name.startswith(f"{folder}/"):
            found.append(Problem(sdist.name, f"every member below {folder}/", name))
    files = {name.removeprefix(f"{folder}/"): m.data for name, m in members.items()}
    found.extend(_metadata(sdist.name, files, expected))
    found.extend(_licences(sdist.name, files, expected))
    found.extend(_sources(sdist.name, files, expected, root))
    found.extend(_strays(sdist.name, files, expected))
    return tuple(found)


def _metadata(where: str, files: Mapping[str, bytes], expected: Expected) -> Iterator[Problem]:
    fields = BytesParser().parsebytes(files.get("PKG-INFO", b""))
    for key, value in (("Name", expected.project), ("Version", expected.version)):
        if fields.get(key) != value:
            yield Problem(f"{where}: PKG-INFO", f"{key}: {value}", str(fields.get(key)))


def _licences(where: str, files: Mapping[str, bytes], expected: Expected) -> Iterator[Problem]:
    for name, text in expected.licences.items():
        found = [data for path, data in files.items() if path.split("/")[-1] == name]
        if not found:
            yield Problem(where, name, "absent", "mend `license-files`")
        elif any(data != text for data in found):
            yield Problem(where, f"{name} as in the repository", "another text")


def _sources(
    where: str, files: Mapping[str, bytes], expected: Expected, root: Path
) -> Iterator[Problem]:
    needed = ["Cargo.lock", "Cargo.toml", "pyproject.toml", f"python/{expected.module}/py.typed"]
    for crate in expected.crates:
        for source in sorted((root / crate / "src").rglob("*.rs")):
            needed.append((crate / source.relative_to(root / crate)).as_posix())
    for name in needed:
        if name not in files:
            yield Problem(where, name, "absent")
        elif name.endswith(".rs") and files[name] != (root / name).read_bytes():
            yield Problem(where, f"{name} as committed", "another content")


def _strays(where: str, files: Mapping[str, bytes], expected: Expected) -> Iterator[Problem]:
    module = rf"python/{re.escape(expected.module)}/(?:\w+/)*(?:\w+\.pyi?|py\.typed)"
    allowed = re.compile("|".join((*ALLOWED, module)))
    for name in files:
        if not allowed.fullmatch(name):
            remedy = "mend `include` in the crate's Cargo.toml"
            yield Problem(where, "sources, licences and metadata only", name, remedy)


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack *sdist* into *folder*, refusing members that reach outside, and return its root."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / sdist.name.removesuffix(".tar.gz")
