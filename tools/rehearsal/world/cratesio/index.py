"""The index line of a crate, derived from the ``.crate`` file itself.

Format: the cargo book, "Index Format". Derived from the packaged ``Cargo.toml``, which cargo
has normalised, for published and seeded crates alike, so both go through one code path.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import tomllib
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

MAX_UNPACKED = 512 * 1024 * 1024

_KINDS = (
    ("dependencies", "normal"),
    ("dev-dependencies", "dev"),
    ("build-dependencies", "build"),
)


class BadCrate(Exception):
    """The tarball is not what its name and metadata say."""


def index_path(name: str) -> str:
    """Where the sparse index keeps a crate (cargo book, "Index files")."""
    low = name.lower()
    if len(low) <= 3:
        return f"{len(low)}/{low}" if len(low) < 3 else f"3/{low[0]}/{low}"
    return f"{low[:2]}/{low[2:4]}/{low}"


def manifest_of(crate: bytes | Path, name: str, version: str) -> dict[str, Any]:
    """The packaged ``Cargo.toml``, after reading no further than needed.

    Raises:
        BadCrate: no such member below ``name-version/``, or it names another package.
    """
    wanted = f"{name}-{version}/Cargo.toml"
    try:
        with _open(crate) as archive:
            for member in archive:
                if member.name == wanted:
                    stream = archive.extractfile(member)
                    text = stream.read().decode() if stream else ""
                    return _checked(tomllib.loads(text), name, version)
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        raise BadCrate(f"unreadable tarball: {error}") from error
    raise BadCrate(f"no {wanted} in the tarball")


def _open(crate: bytes | Path) -> tarfile.TarFile:
    if isinstance(crate, Path):
        return tarfile.open(crate, "r|gz")
    return tarfile.open(fileobj=io.BytesIO(crate), mode="r|gz")


def _checked(manifest: dict[str, Any], name: str, version: str) -> dict[str, Any]:
    package = manifest.get("package", {})
    found = (package.get("name"), package.get("version"))
    if found != (name, version):
        raise BadCrate(f"Cargo.toml names {found[0]} {found[1]}, not {name} {version}")
    return manifest


def check_tarball(crate: bytes, name: str, version: str) -> None:
    """What crates.io refuses in an upload: foreign roots, links, and bombs.

    Raises:
        BadCrate: with the member's name.
    """
    root = f"{name}-{version}"
    unpacked = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(crate), mode="r:gz") as archive:
            for member in archive:
                path = PurePosixPath(member.name)
                if path.parts[:1] != (root,) or ".." in path.parts:
                    raise BadCrate(f"invalid path found: {member.name}")
                if member.issym() or member.islnk():
                    raise BadCrate(f"unexpected symlink or hard link found: {member.name}")
                unpacked += member.size
                if unpacked > MAX_UNPACKED:
                    raise BadCrate("uploaded tarball is too large to unpack")
    except (tarfile.TarError, gzip.BadGzipFile, OSError, EOFError, zlib.error) as error:
        raise BadCrate(f"uploaded tarball is malformed: {error}") from error


def index_entry(manifest: dict[str, Any], checksum: str) -> dict[str, Any]:
    """The JSON object of one version in the index (``yanked`` is the caller's to change)."""
    package = manifest["package"]
    plain, extended = _features(manifest.get("features", {}))
    entry: dict[str, Any] = {
        "name": package["name"],
        "vers": package["version"],
        "deps": _dependencies(manifest),
        "cksum": checksum,
        "features": plain,
        "yanked": False,
    }
    if package.get("links"):
        entry["links"] = package["links"]
    if package.get("rust-version"):
        entry["rust_version"] = package["rust-version"]
    if extended:
        entry |= {"features2": extended, "v": 2}
    return entry


def _features(
    features: dict[str, list[str]],
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Old cargo must not see ``dep:`` and weak ``?/`` features: they go to ``features2``."""
    plain: dict[str, list[str]] = {}
    extended: dict[str, list[str]] = {}
    for name, values in sorted(features.items()):
        new = any(value.startswith("dep:") or "?/" in value for value in values)
        (extended if new else plain)[name] = values
    return plain, extended


def _dependencies(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found = _of_table(manifest, None)
    for target, table in manifest.get("target", {}).items():
        found += _of_table(table, target)
    return sorted(found, key=lambda dep: (dep["name"], dep["kind"], dep["target"] or ""))


def _of_table(table: dict[str, Any], target: str | None) -> list[dict[str, Any]]:
    return [
        _dependency(name, spec if isinstance(spec, dict) else {"version": spec}, kind, target)
        for key, kind in _KINDS
        for name, spec in {**table.get(key.replace("-", "_"), {}), **table.get(key, {})}.items()
    ]


def _dependency(name: str, spec: dict[str, Any], kind: str, target: str | None) -> dict[str, Any]:
    dependency: dict[str, Any] = {
        "name": name,
        "req": requirement(spec.get("version", "*")),
        "features": spec.get("features", []),
        "optional": spec.get("optional", False),
        "default_features": spec.get("default-features", spec.get("default_features", True)),
        "target": target,
        "kind": kind,
    }
    if spec.get("package", name) != name:
        dependency["package"] = spec["package"]
    return dependency


def requirement(text: str) -> str:
    """A requirement as the index has it: every comparator with its operator (``^1.2, <1.9``)."""
    parts = [re.sub(r"\s+", "", part) for part in text.split(",")]
    return ", ".join(
        f"^{part}" if part[:1].isdigit() and "*" not in part else part for part in parts
    )
