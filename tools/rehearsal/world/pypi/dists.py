"""What is inside a distribution, and what PyPI refuses about it.

Names: PEP 427 and PEP 625; tags: what PyPI accepts, which leaves out bare ``linux_*``.
"""

from __future__ import annotations

import csv
import io
import re
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import BinaryIO

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

_PLATFORM = re.compile(
    r"any|win32|win_(amd64|arm64)"
    r"|macosx_\d+_\d+_(x86_64|arm64|universal2|intel)"
    r"|manylinux(1|2010|2014|_\d+_\d+)_(x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64)"
    r"|musllinux_\d+_\d+_(x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64)"
)


class BadDist(Exception):
    """The file is not a distribution, or not the one that its name says."""


@dataclass(frozen=True, slots=True)
class DistName:
    """What a file name says: normalised project, version, and the kind as PyPI calls it."""

    project: str
    version: Version
    packagetype: str


def parse_name(filename: str) -> DistName:
    """The parts of a wheel's or sdist's file name.

    Raises:
        BadDist: for any other name.
    """
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(filename)
            return DistName(name, version, "bdist_wheel")
        name, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError) as error:
        raise BadDist(f"Invalid distribution file name {filename!r}: {error}") from error
    return DistName(name, version, "sdist")


def check(filename: str, content: bytes) -> None:
    """What PyPI looks at inside a new file.

    Raises:
        BadDist: unsupported platform tag, no archive, metadata of another release, RECORD
            that does not list the members.
    """
    said = parse_name(filename)
    if said.packagetype == "bdist_wheel":
        _check_tags(filename)
        _check_record(content)
    else:
        _check_sdist_name(filename, said)
    headers = HeaderParser().parsestr(metadata(filename, content).decode("utf-8", "replace"))
    name, version = str(headers.get("Name", "")), str(headers.get("Version", ""))
    if canonicalize_name(name) != said.project or version != str(said.version):
        raise BadDist(f"the metadata names {name} {version}, the file name {filename!r}")


def metadata(filename: str, content: bytes | Path) -> bytes:
    """``METADATA`` of a wheel or ``PKG-INFO`` of an sdist.

    Raises:
        BadDist: when it is not there or the archive is not readable.
    """
    try:
        source = content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
        with source:
            return _read_metadata(filename, source)
    except (zipfile.BadZipFile, tarfile.TarError, KeyError, OSError, EOFError, zlib.error) as error:
        raise BadDist(f"Invalid distribution file: {error}") from error


def _read_metadata(filename: str, source: BinaryIO) -> bytes:
    if filename.endswith(".whl"):
        with zipfile.ZipFile(source) as wheel:
            return wheel.read(_dist_info(wheel.namelist()) + "METADATA")
    with tarfile.open(fileobj=source, mode="r:gz") as archive:
        stream = archive.extractfile(f"{filename.removesuffix('.tar.gz')}/PKG-INFO")
        if stream is None:
            raise BadDist("Invalid distribution file: PKG-INFO is not a file")
        return stream.read()


def _dist_info(names: list[str]) -> str:
    found = {name.partition("/")[0] for name in names if ".dist-info/" in name}
    if len(found) != 1:
        raise BadDist(f"Invalid distribution file: {len(found)} .dist-info folders")
    return found.pop() + "/"


def _check_tags(filename: str) -> None:
    platforms = filename.removesuffix(".whl").rpartition("-")[2].split(".")
    for platform in platforms:
        if not _PLATFORM.fullmatch(platform):
            raise BadDist(
                f"Binary wheel {filename!r} has an unsupported platform tag {platform!r}."
            )


def _check_sdist_name(filename: str, said: DistName) -> None:
    wanted = f"{said.project.replace('-', '_')}-{said.version}.tar.gz"
    if filename != wanted:
        raise BadDist(f"Source distribution name must be {wanted!r} (PEP 625), not {filename!r}")


def _check_record(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as wheel:
            members = {name for name in wheel.namelist() if not name.endswith("/")}
            record = wheel.read(_dist_info(sorted(members)) + "RECORD").decode()
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
        raise BadDist(f"Invalid distribution file: {error}") from error
    listed = {row[0] for row in csv.reader(io.StringIO(record)) if row}
    if members != listed:
        raise BadDist(f"RECORD does not list the members: {sorted(members ^ listed)[:3]} differ")
