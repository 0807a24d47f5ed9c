"""What the stand-in crates.io holds: crates, versions, their bytes and their history."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tools.rehearsal.world.cratesio.index import BadCrate, index_entry, manifest_of

_FILE = re.compile(r"(?P<name>[A-Za-z0-9_-]+?)-(?P<version>\d+\.\d+\.\d+[0-9A-Za-z.+-]*)\.crate")


@dataclass(frozen=True, slots=True)
class CrateVersion:
    """One version: its bytes (in memory, or a file for seeded ones) and what is known of it.

    Attributes:
        claims: of the trusted publishing credential; empty for others.
    """

    number: int
    name: str
    version: str
    content: bytes | Path = field(repr=False)
    checksum: str
    size: int
    created_at: datetime
    yanked: bool = False
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}.crate"

    def read(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


def canonical(name: str) -> str:
    """crates.io's notion of the same name: no case, no difference between ``-`` and ``_``."""
    return name.lower().replace("-", "_")


class CrateStore:
    """Crates by name, versions in order of publication; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._names: dict[str, str] = {}
        self._versions: dict[str, list[CrateVersion]] = {}
        self._manifests: dict[tuple[str, str], dict[str, Any]] = {}
        self._count = 0

    def claim(self, name: str) -> None:
        """Make a crate exist without a version: someone published it by hand once."""
        with self._lock:
            self._names.setdefault(canonical(name), name)
            self._versions.setdefault(self._names[canonical(name)], [])

    def registered_name(self, name: str) -> str | None:
        """How the crate that *name* means is spelt; None when there is none."""
        with self._lock:
            return self._names.get(canonical(name))

    def seed(self, crate_file: Path, checksum: str, at: datetime) -> None:
        """Serve a third-party crate from a file; it is hashed now and unpacked when asked for.

        Raises:
            ValueError: for a file name that is no crate's, or bytes of another checksum.
        """
        match = _FILE.fullmatch(crate_file.name)
        if match is None:
            raise ValueError(f"{crate_file.name} is not NAME-VERSION.crate")
        with crate_file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != checksum:
            raise ValueError(f"{crate_file.name}: expected sha256 {checksum}, found {found}")
        size = crate_file.stat().st_size
        self.add(match["name"], match["version"], crate_file, checksum, size, at)

    def add(
        self,
        name: str,
        version: str,
        content: bytes | Path,
        checksum: str,
        size: int,
        at: datetime,
        claims: Mapping[str, Any] | None = None,
    ) -> CrateVersion:
        """Store a version.

        Raises:
            ValueError: when it is there already.
        """
        with self._lock:
            if self.get(name, version) is not None:
                raise ValueError(f"crate version `{version}` is already uploaded")
            self.claim(name)
            self._count += 1
            stored = CrateVersion(
                self._count, name, version, content, checksum, size, at, claims=claims or {}
            )
            self._versions[name].append(stored)
            return stored

    def get(self, name: str, version: str) -> CrateVersion | None:
        with self._lock:
            return next((v for v in self.versions(name) if v.version == version), None)

    def versions(self, name: str) -> tuple[CrateVersion, ...]:
        with self._lock:
            return tuple(self._versions.get(name, ()))

    def yank(self, name: str, version: str, *, yanked: bool) -> bool:
        """Set the mark; False when there is no such version."""
        with self._lock:
            held = self._versions.get(name, [])
            for place, one in enumerate(held):
                if one.version == version:
                    held[place] = replace(one, yanked=yanked)
                    return True
            return False

    def manifest(self, one: CrateVersion) -> dict[str, Any]:
        """The packaged ``Cargo.toml`` of a stored version; read once."""
        key = (one.name, one.version)
        if key not in self._manifests:
            try:
                self._manifests[key] = manifest_of(one.content, *key)
            except BadCrate as error:
                raise ValueError(f"{one.file}: {error}") from error
        return self._manifests[key]

    def index_entry(self, one: CrateVersion) -> dict[str, Any]:
        return index_entry(self.manifest(one), one.checksum) | {"yanked": one.yanked}
