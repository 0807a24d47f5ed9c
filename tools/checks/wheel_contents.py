"""A wheel must be exactly the wheel of its leg: name, tags, version, licences, typing, RECORD.

``problems`` is pure: it reads the file and yields what is wrong. ``linters`` runs the
distribution linters that this environment has (check-wheel-contents, ``twine check``).
"""

from __future__ import annotations

import importlib.util
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path, PurePosixPath

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from tools.model import Problem
from tools.ops import wheelfile
from tools.ops.proc import run

LICENCES = ("LICENSE-APACHE", "LICENSE-MIT")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a leg's wheel must be: exact file name, project, import name, version, licences."""

    file_name: str
    project: str
    module: str
    version: str
    licences: Mapping[str, bytes]


def licences(root: Path) -> dict[str, bytes]:
    """The licence texts of the workspace, by file name."""
    return {name: (root / name).read_bytes() for name in LICENCES}


def problems(wheel: Path, expected: Expected) -> tuple[Problem, ...]:
    """Everything in which *wheel* is not what its leg must give."""
    found = [*_file_name(wheel, expected)]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        files = {name: archive.read(name) for name in names}
    try:
        folder = wheelfile.dist_info(names)
    except ValueError as error:
        return (*found, Problem(wheel.name, "one .dist-info folder", str(error)))
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.append(Problem(f"{wheel.name}: {name}", "each member once", "twice"))
    where = f"{wheel.name}: {folder}"
    found.extend(_tags(where, wheel, files.get(f"{folder}/WHEEL", b"")))
    found.extend(_metadata(where, files.get(f"{folder}/METADATA", b""), expected))
    found.extend(_licences(where, files, folder, expected))
    found.extend(_members(wheel.name, files, folder, expected))
    found.extend(_record(where, files, folder))
    return tuple(found)


def _file_name(wheel: Path, expected: Expected) -> Iterator[Problem]:
    if wheel.name != expected.file_name:
        yield Problem("wheel", expected.file_name, wheel.name, "compare [wheels] of release.toml")


def _tags(where: str, wheel: Path, text: bytes) -> Iterator[Problem]:
    fields = BytesParser().parsebytes(text)
    stated = set(fields.get_all("Tag", []))
    try:
        named = {str(tag) for tag in parse_wheel_filename(wheel.name)[3]}
    except InvalidWheelFilename as error:
        yield Problem(wheel.name, "a wheel file name", str(error))
        return
    if stated != named:
        yield Problem(f"{where}/WHEEL", f"tags {sorted(named)}", f"{sorted(stated)}")
    if fields.get("Root-Is-Purelib") != "false":
        found = f"{fields.get('Root-Is-Purelib')}"
        yield Problem(f"{where}/WHEEL", "Root-Is-Purelib: false", found)


def _metadata(where: str, text: bytes, expected: Expected) -> Iterator[Problem]:
    fields = BytesParser().parsebytes(text)
    for key, value in (("Name", expected.project), ("Version", expected.version)):
        if fields.get(key) != value:
            yield Problem(f"{where}/METADATA", f"{key}: {value}", str(fields.get(key)))
    if not fields.get("License-Expression"):
        yield Problem(f"{where}/METADATA", "License-Expression", "none", "state `license`")
    if not fields.get("Requires-Python"):
        yield Problem(f"{where}/METADATA", "Requires-Python", "none")


def _licences(
    where: str, files: Mapping[str, bytes], folder: str, expected: Expected
) -> Iterator[Problem]:
    inside = {
        PurePosixPath(name).name: data
        for name, data in files.items()
        if name.startswith(f"{folder}/licenses/")
    }
    for name, text in expected.licences.items():
        if name not in inside:
            yield Problem(f"{where}/licenses", name, "absent", "mend `license-files`")
        elif inside[name] != text:
            yield Problem(f"{where}/licenses", f"{name} as in the repository", "another text")


def _members(
    where: str, files: Mapping[str, bytes], folder: str, expected: Expected
) -> Iterator[Problem]:
    module = re.escape(expected.module)
    allowed = re.compile(
        rf"{module}/(\w+/)*(\w+\.pyi?|py\.typed)"
        rf"|{module}/_{module}(\.abi3\.so|\.pyd)"
        rf"|{re.escape(folder)}/(METADATA|WHEEL|RECORD|entry_points\.txt)"
        rf"|{re.escape(folder)}/(licenses/.*LICENSE-\w+|sboms/[\w.-]+\.cyclonedx\.json)"
    )
    for name in files:
        if not allowed.fullmatch(name):
            yield Problem(where, "module, stubs, licences, metadata only", f"stray file {name}")
    for what, pattern in (
        ("py.typed", rf"{module}/py\.typed"),
        ("a stub of the extension (.pyi)", rf"{module}/_{module}\.pyi"),
        ("the extension module", rf"{module}/_{module}(\.abi3\.so|\.pyd)"),
    ):
        if not any(re.fullmatch(pattern, name) for name in files):
            yield Problem(where, what, "absent")


def _record(where: str, files: Mapping[str, bytes], folder: str) -> Iterator[Problem]:
    record = f"{folder}/{wheelfile.RECORD}"
    lines = files.get(record, b"").decode("utf-8").splitlines()
    expected = {
        name: f"{record},," if name == record else wheelfile.record_line(name, data)
        for name, data in files.items()
    }
    stated = {line.split(",")[0]: line for line in lines}
    for name in sorted(expected.keys() | stated.keys()):
        if stated.get(name) != expected.get(name):
            values = (expected.get(name, "no such entry"), stated.get(name, "no entry"))
            yield Problem(f"{where}/RECORD", *values)


def linters(files: list[Path]) -> tuple[Problem, ...]:
    """What check-wheel-contents and ``twine check --strict`` object to, where installed."""
    found = []
    wheels = [path for path in files if path.suffix == ".whl"]
    for module, command, subjects in (
        ("check_wheel_contents", ("check_wheel_contents",), wheels),
        ("twine", ("twine", "check", "--strict"), files),
    ):
        if subjects and importlib.util.find_spec(module):
            done = run((sys.executable, "-m", *command, *subjects), check=False, echo=False)
            if done.returncode:
                said = (done.stdout + done.stderr).strip()
                found.append(Problem(command[0], "no objection", said))
    return tuple(found)
