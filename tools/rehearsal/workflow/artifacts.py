"""The folder store behind upload-artifact and download-artifact (v4).

An artifact belongs to the run. A name is taken once per attempt; a later attempt replaces it.
Content is stored without permissions, owners or times, as the action's zip loses them: what a
job needs beyond bytes it must not get by accident.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ReleaseError
from tools.rehearsal.workflow.functions import glob_pattern, matching_files


class ArtifactError(ReleaseError):
    """An artifact that is missing, doubled or empty."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One artifact: who uploaded it in which attempt, and the relative paths it holds."""

    name: str
    uploader: str
    attempt: int
    files: tuple[str, ...]


_FORBIDDEN = re.compile(r'["<>|*?\r\n:\\/]')


class ArtifactStore:
    """All artifacts of a run, below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._stored: dict[str, Stored] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._stored)

    def get(self, name: str) -> Stored | None:
        with self._lock:
            return self._stored.get(name)

    def put(
        self, name: str, root: Path, files: Sequence[Path], *, uploader: str, attempt: int
    ) -> Stored:
        """Store *files* (below *root*) as *name*.

        Raises:
            ArtifactError: for a name that GitHub refuses, or one taken in this attempt.
        """
        if not name or _FORBIDDEN.search(name):
            raise ArtifactError(f"{name!r} cannot name an artifact")
        relative = tuple(sorted(path.relative_to(root).as_posix() for path in files))
        with self._lock:
            before = self._stored.get(name)
            if before is not None and before.attempt == attempt:
                raise ArtifactError(
                    f"artifact {name!r} exists already in this run",
                    found=f"uploaded by {before.uploader}",
                )
            self._stored[name] = Stored(name, uploader, attempt, relative)
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        for path, to in ((root / item, target / item) for item in relative):
            _copy(path, to)
        return self._stored[name]

    def adopt(self, name: str, other: ArtifactStore, *, uploader: str, attempt: int) -> Stored:
        """Store another run's artifact of that name as this run's."""
        root = other.folder / name
        stored = other.get(name)
        files = [] if stored is None else [root / item for item in stored.files]
        return self.put(name, root, files, uploader=uploader, attempt=attempt)

    def fetch(self, name: str, target: Path) -> Stored:
        """Copy an artifact's files into *target*.

        Raises:
            ArtifactError: when no job of this run has uploaded it.
        """
        stored = self.get(name)
        if stored is None:
            raise ArtifactError(
                f"no artifact named {name!r} was uploaded in this run",
                expected=", ".join(sorted(self.names())) or "an upload before",
            )
        for item in stored.files:
            _copy(self.folder / name / item, target / item)
        return stored

    def matching(self, pattern: str) -> list[str]:
        """The names that a download's ``pattern`` selects, sorted."""
        regex = glob_pattern(pattern)
        return sorted(name for name in self.names() if regex.fullmatch(name))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def select(
    workspace: Path, paths: Iterable[str], *, hidden: bool = False
) -> tuple[Path, list[Path]]:
    """What an upload's ``path`` lines select: the artifact's root and its files.

    One folder is its own root; one file roots at its folder; several share their least common
    ancestor. Hidden files are left out unless asked for. ``!pattern`` excludes.
    """
    found: dict[Path, None] = {}
    roots: list[Path] = []
    for line in paths:
        pattern = line.removeprefix("!")
        hits = _hits(workspace, pattern)
        if line.startswith("!"):
            for path in hits:
                found.pop(path, None)
            continue
        roots.append(_root_of(workspace, pattern, hits))
        found.update(dict.fromkeys(hits))
    files = [path for path in found if hidden or not _is_hidden(path, workspace)]
    root = Path(os.path.commonpath(roots)) if roots else workspace
    return root, sorted(files)


def _hits(workspace: Path, pattern: str) -> list[Path]:
    plain = Path(pattern) if Path(pattern).is_absolute() else workspace / pattern
    if not re.search(r"[*?\[]", pattern):
        if plain.is_dir():
            return sorted(path for path in plain.rglob("*") if path.is_file())
        return [plain] if plain.is_file() else []
    return matching_files(workspace, pattern)


def _root_of(workspace: Path, pattern: str, hits: Sequence[Path]) -> Path:
    plain = Path(pattern) if Path(pattern).is_absolute() else workspace / pattern
    if plain.is_dir():
        return plain
    if not re.search(r"[*?\[]", pattern):
        return plain.parent
    fixed = pattern.split("*", 1)[0].split("?", 1)[0].rpartition("/")[0]
    return workspace / fixed if fixed else workspace


def _is_hidden(path: Path, workspace: Path) -> bool:
    relative = path.relative_to(workspace) if path.is_relative_to(workspace) else path
    return any(part.startswith(".") for part in relative.parts)
