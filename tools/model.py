"""Frozen values that every part of the release system speaks in.

Digests are values, never bare strings. Versions are ``semver.Version``. What a registry says
of an artifact is one of five answers, and ``UNREADABLE`` never counts as ``ABSENT``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from semver import Version

__all__ = [
    "Artifact",
    "Cell",
    "CellState",
    "Digest",
    "Kind",
    "Observation",
    "Presence",
    "Problem",
    "Version",
    "parse_version",
    "tag_version",
]

_STRICT = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")


def parse_version(text: str) -> Version:
    """A strict release version: ``X.Y.Z``, ASCII digits, no leading zero, no suffix.

    Raises:
        ValueError: for anything else, pre-releases and build metadata included.
    """
    if not _STRICT.fullmatch(text):
        raise ValueError(f"{text!r} is not a release version X.Y.Z (no suffix, no leading zero)")
    return Version.parse(text)


def tag_version(tag: str) -> Version | None:
    """The version of a strict release tag ``vX.Y.Z``, or None for any other tag."""
    try:
        return parse_version(tag.removeprefix("v")) if tag.startswith("v") else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """A digest with its algorithm: ``Digest("sha256", "ab…")``; prints as ``sha256:ab…``."""

    algorithm: str
    hex: str

    def __post_init__(self) -> None:
        size = hashlib.new(self.algorithm).digest_size * 2
        if not re.fullmatch(rf"[0-9a-f]{{{size}}}", self.hex):
            raise ValueError(f"not a lower-case {self.algorithm} hex digest: {self.hex!r}")

    @classmethod
    def of_bytes(cls, data: bytes) -> Self:
        return cls("sha256", hashlib.sha256(data).hexdigest())

    @classmethod
    def of_file(cls, path: Path) -> Self:
        with path.open("rb") as stream:
            return cls("sha256", hashlib.file_digest(stream, "sha256").hexdigest())

    @classmethod
    def sha256(cls, hex_digest: str) -> Self:
        return cls("sha256", hex_digest.lower())

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``algorithm:hex``, the form that the GitHub API and the release record use."""
        algorithm, _, value = text.partition(":")
        return cls(algorithm, value)

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"

    @property
    def short(self) -> str:
        """The first twelve hex digits, for tables."""
        return self.hex[:12]


class Kind(StrEnum):
    """What an artifact is."""

    CRATE = "crate"
    WHEEL = "wheel"
    SDIST = "sdist"
    BUNDLE = "bundle"
    PROVENANCE = "provenance"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of a release: its name, kind, size in bytes and sha256."""

    name: str
    kind: Kind
    size: int
    digest: Digest

    @classmethod
    def of_file(cls, path: Path, kind: Kind | None = None) -> Self:
        return cls(path.name, kind or kind_of(path.name), path.stat().st_size, Digest.of_file(path))


def kind_of(name: str) -> Kind:
    """The kind that a file name stands for.

    Raises:
        ValueError: for a name that no release file has.
    """
    for suffix, kind in (
        (".crate", Kind.CRATE),
        (".whl", Kind.WHEEL),
        (".tar.gz", Kind.SDIST),
        (".sigstore.json", Kind.BUNDLE),
        (".intoto.jsonl", Kind.PROVENANCE),
        (".json", Kind.RECORD),
    ):
        if name.endswith(suffix):
            return kind
    raise ValueError(f"{name!r} is not the name of a release file")


class Presence(StrEnum):
    """What a registry says of an artifact: the five answers."""

    ABSENT = "absent"
    PROPAGATING = "propagating"
    IDENTICAL = "identical"
    DIFFERENT = "different"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Observation:
    """One registry's answer for one artifact: where it was asked, what it said, and why."""

    artifact: str
    surface: str
    presence: Presence
    detail: str = ""


class CellState(StrEnum):
    """The state of one verification cell (a file on a surface)."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Cell:
    """One file on one surface, verified: only FAILED and UNREADABLE make a release fail."""

    artifact: str
    surface: str
    state: CellState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One deviation: where, what was expected, what was found, which command mends it."""

    where: str
    expected: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        tail = f"; {self.remedy}" if self.remedy else ""
        return f"{self.where}: expected {self.expected}, found {self.found}{tail}"
