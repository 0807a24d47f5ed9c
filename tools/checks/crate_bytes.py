"""Two packagings of a crate must be the same bytes, and hold only what a crate may hold.

A crate's bytes are a function of the commit alone; when two packagings differ, the problems
name each differing member (name, mode, size, first differing line of ``Cargo.lock``,
``.cargo_vcs_info.json`` or any other text).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from tools.checks import archive_diff
from tools.model import Digest, Problem

# What cargo adds or needs, and what a reader of the crate is owed.
GENERATED = ("Cargo.toml", "Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json")
OWED = ("LICENSE-APACHE", "LICENSE-MIT", "README.md")
ALLOWED = (*GENERATED, *OWED, "CHANGELOG.md")


def compare(expected: Path, found: Path) -> tuple[Problem, ...]:
    """The differences of two packagings of one crate, explained; empty when identical."""
    return tuple(d.problem(found.name) for d in archive_diff.explain(expected, found))


def listing(crate: Path) -> tuple[tuple[str, int], ...]:
    """Name (below the crate's folder) and size in bytes of every file of a crate."""
    return tuple(
        (str(PurePosixPath(*PurePosixPath(member.name).parts[1:])), len(member.data))
        for member in archive_diff.read(crate)
    )


def contents(crate: Path, name: str, version: str, commit: str) -> tuple[Problem, ...]:
    """Whether a crate holds its licences and sources, nothing else, at this version and commit."""
    stem = f"{name}-{version}"
    members = {member.name: member.data for member in archive_diff.read(crate)}
    files = {path.removeprefix(f"{stem}/"): data for path, data in members.items()}
    found = (
        [] if crate.name == f"{stem}.crate" else [Problem(crate.name, f"{stem}.crate", crate.name)]
    )
    found.extend(_names(crate.name, stem, members))
    found.extend(_manifest(crate.name, files, name, version))
    found.extend(_commit(crate.name, files, commit))
    return tuple(found)


def _names(where: str, stem: str, members: Iterable[str]) -> Iterator[Problem]:
    names = set(members)
    for name in sorted(names):
        inner = name.removeprefix(f"{stem}/")
        if inner == name:
            yield Problem(where, f"every member below {stem}/", name)
        elif inner not in ALLOWED and not (inner.startswith("src/") and inner.endswith(".rs")):
            yield Problem(where, "sources, licences and readme only", inner, "mend `include`")
    for owed in (*GENERATED, *OWED, "src/lib.rs"):
        if f"{stem}/{owed}" not in names:
            yield Problem(where, owed, "absent", "mend `include` in its Cargo.toml")


def _manifest(where: str, files: dict[str, bytes], name: str, version: str) -> Iterator[Problem]:
    text = files.get("Cargo.toml", b"").decode("utf-8")
    package = tomllib.loads(text).get("package", {})
    found = (package.get("name"), package.get("version"))
    if found != (name, version):
        yield Problem(f"{where}: Cargo.toml", f"{name} {version}", f"{found[0]} {found[1]}")


def _commit(where: str, files: dict[str, bytes], commit: str) -> Iterator[Problem]:
    info = json.loads(files.get(".cargo_vcs_info.json", b"{}")).get("git", {})
    if info.get("sha1") != commit:
        yield Problem(f"{where}: .cargo_vcs_info.json", commit, str(info.get("sha1")))
    if info.get("dirty"):
        yield Problem(f"{where}: .cargo_vcs_info.json", "a clean tree", "marked dirty")


def digests(crates: Iterable[Path]) -> dict[str, Digest]:
    """File name to sha256."""
    return {path.name: Digest.of_file(path) for path in crates}
