"""What the stand-in PyPI holds: files by project, with digests that seeded ones compute late."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.parser import HeaderParser
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.version import Version

from tools.rehearsal.world.pypi.dists import BadDist, metadata, parse_name

FILES = "files.pythonhosted.org"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class DistFile:
    """A served file. *content* is a path for seeded files: hashed on first use, never copied.

    Attributes:
        project: the normalised name (PEP 503).
        provenance: the PEP 740 provenance object, or None.
        claims: of the trusted publishing credential; empty for others.
        yanked: True or the reason (PEP 592).
    """

    project: str
    version: Version
    packagetype: str
    filename: str
    content: bytes | Path = field(repr=False)
    uploaded: datetime
    provenance: Mapping[str, Any] | None = field(default=None, repr=False)
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
    yanked: bool | str = False

    def pieces(self) -> Iterator[bytes]:
        """The bytes, a megabyte at a time."""
        if isinstance(self.content, bytes):
            yield from (
                self.content[at : at + _CHUNK] for at in range(0, len(self.content), _CHUNK)
            )
            return
        with self.content.open("rb") as stream:
            while piece := stream.read(_CHUNK):
                yield piece

    @cached_property
    def size(self) -> int:
        content = self.content
        return len(content) if isinstance(content, bytes) else content.stat().st_size

    @cached_property
    def digests(self) -> dict[str, str]:
        """``sha256``, ``blake2b_256`` and ``md5``, as the JSON API names them."""
        hashers: dict[str, Any] = {
            "blake2b_256": hashlib.blake2b(digest_size=32),
            "md5": hashlib.md5(usedforsecurity=False),
            "sha256": hashlib.sha256(),
        }
        for piece in self.pieces():
            for hasher in hashers.values():
                hasher.update(piece)
        return {name: hasher.hexdigest() for name, hasher in hashers.items()}

    @property
    def sha256(self) -> str:
        return self.digests["sha256"]

    @property
    def path(self) -> str:
        """Where the file host keeps it: below the blake2 digest of its content."""
        digest = self.digests["blake2b_256"]
        return f"packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{self.filename}"

    @property
    def url(self) -> str:
        return f"https://{FILES}/{self.path}"

    @cached_property
    def metadata(self) -> bytes | None:
        """The core metadata of a wheel (PEP 658); None for an sdist or an unreadable wheel."""
        if self.packagetype != "bdist_wheel":
            return None
        try:
            return metadata(self.filename, self.content)
        except BadDist:
            return None

    @cached_property
    def requires_python(self) -> str | None:
        try:
            raw = self.metadata or metadata(self.filename, self.content)
        except BadDist:
            return None
        return HeaderParser().parsestr(raw.decode("utf-8", "replace")).get("Requires-Python")


class DistStore:
    """Files in order of upload; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._files: dict[str, DistFile] = {}
        self._projects: dict[str, list[DistFile]] = {}
        self._serial = 0

    @property
    def serial(self) -> int:
        """Counts the writes; PyPI's ``last_serial``."""
        return self._serial

    def add(self, file: DistFile) -> None:
        """Serve a file.

        Raises:
            ValueError: when one of that name is there.
        """
        with self._lock:
            if file.filename in self._files:
                raise ValueError(f"{file.filename} is there already")
            self._files[file.filename] = file
            self._projects.setdefault(file.project, []).append(file)
            self._serial += 1

    def seed(self, path: Path, at: datetime) -> DistFile:
        """Serve a third-party file without reading it yet.

        Raises:
            BadDist: when its name is no wheel's and no sdist's.
        """
        said = parse_name(path.name)
        file = DistFile(said.project, said.version, said.packagetype, path.name, path, at)
        self.add(file)
        return file

    def change(self, filename: str, **changes: Any) -> None:
        """Replace attributes of a served file.

        Raises:
            KeyError: when there is no such file.
        """
        with self._lock:
            changed = replace(self._files[filename], **changes)
            held = self._projects[changed.project]
            held[held.index(self._files[filename])] = changed
            self._files[filename] = changed
            self._serial += 1

    def get(self, filename: str) -> DistFile | None:
        with self._lock:
            return self._files.get(filename)

    def projects(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted(self._projects))

    def files(self, project: str) -> tuple[DistFile, ...]:
        """All files of a project (normalised name), in order of upload."""
        with self._lock:
            return tuple(self._projects.get(project, ()))

    def release(self, project: str, version: Version) -> tuple[DistFile, ...]:
        return tuple(file for file in self.files(project) if file.version == version)
