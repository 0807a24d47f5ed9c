"""The version stands at every declared site, and every place that needs one is declared."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import sites
from tools.declaration import FILE_NAME, Declaration
from tools.model import Problem, Version, parse_version

_DEPENDENCY_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")


def current(declaration: Declaration, root: Path) -> Version:
    """The version at the first declared site, which is the one that the others must equal.

    Raises:
        SiteError: when the site is not in its file or holds no release version.
    """
    site = declaration.site[0]
    text = sites.read(site, read_text(root / site.file))[0].text
    try:
        return parse_version(text)
    except ValueError as error:
        raise sites.SiteError(f"{site.file}: {error}") from error


def drift(declaration: Declaration, root: Path, version: Version | None = None) -> list[Problem]:
    """Every occurrence that differs from *version* (by default the first site's).

    A tree that agrees with itself on another version is one problem, not one for each site.
    """
    here = current(declaration, root)
    problems = _differing(declaration, root, here)
    if version is None or version == here:
        return problems
    if not problems:
        remedy = f"`nox -s bump -- {version}`"
        return [Problem("the tree", str(version), f"{here} at every site", remedy)]
    return _differing(declaration, root, version)


def _differing(declaration: Declaration, root: Path, version: Version) -> list[Problem]:
    problems = []
    for site in declaration.site:
        wanted = sites.expected(site, str(version))
        try:
            found = sites.read(site, read_text(root / site.file))
        except sites.SiteError as error:
            problems.append(Problem(str(site), wanted, error.message, error.remedy or ""))
            continue
        problems.extend(
            Problem(
                f"{site.file}:{place.line}",
                wanted,
                place.text,
                "set it by hand to the others' value, then bump with `nox -s bump`",
            )
            for place in found
            if place.text != wanted
        )
    return problems


def undeclared(declaration: Declaration, root: Path) -> list[Problem]:
    """Workspace manifests whose version, or whose internal requirement, no site covers."""
    declared = {(site.file.as_posix(), site.key) for site in declaration.site}
    return [
        Problem(
            f"{manifest}: {key}",
            "a [[site]] entry in release.toml",
            "none",
            f"declare it in {FILE_NAME}, or the next bump forgets it",
        )
        for manifest, key in _needed(root)
        if (manifest, key) not in declared
    ]


def _needed(root: Path) -> Iterator[tuple[str, str]]:
    workspace = _toml(root / "Cargo.toml")["workspace"]["members"]
    for folder in (".", *workspace):
        path = (Path(folder) / "Cargo.toml").as_posix()
        manifest = _toml(root / path)
        yield path, "package.version"
        for table in _DEPENDENCY_TABLES:
            for name, spec in manifest.get(table, {}).items():
                # A path dependency without a version is dropped on publish: nothing to bump.
                if isinstance(spec, dict) and "path" in spec and "version" in spec:
                    yield path, f"{table}.{name}.version"
        project = Path(folder) / "pyproject.toml"
        if folder != "." and (root / project).is_file():
            yield project.as_posix(), "project.version"


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(read_text(path))


def read_text(path: Path) -> str:
    """A file's text with its line ends untouched, so that a rewrite changes nothing else."""
    with path.open(encoding="utf-8", newline="") as stream:
        return stream.read()
