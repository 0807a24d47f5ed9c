"""Replace several files, all or none, across a kill.

A file system can only replace one file atomically. So every new content is first written and
synced in a folder of its own; a journal, renamed into place, is the point of no return; then
each file is replaced. :func:`recover` finishes an interrupted replacement that had reached its
journal and throws away one that had not. Callers run it before they read anything.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

_FOLDER = ".bump"
_JOURNAL = "journal.json"


def replace_all(root: Path, contents: Mapping[Path, str]) -> None:
    """Replace the files below *root* (relative path to new text), keeping their modes."""
    folder = root / _FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    names = {}
    for number, (path, text) in enumerate(contents.items()):
        staged = folder / str(number)
        staged.parent.mkdir(exist_ok=True)
        _write_synced(staged, text)
        shutil.copymode(root / path, staged)
        names[str(number)] = path.as_posix()
    draft = folder / "journal.new"
    _write_synced(draft, json.dumps(names))
    draft.replace(folder / _JOURNAL)
    _sync_folder(folder)
    recover(root)


def recover(root: Path) -> list[Path]:
    """Finish or discard an interrupted replacement; the paths that were still replaced."""
    folder = root / _FOLDER
    journal = folder / _JOURNAL
    if not journal.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        return []
    finished = []
    for number, name in json.loads(journal.read_text(encoding="utf-8")).items():
        staged = folder / number
        if staged.exists():
            staged.replace(root / name)
            _sync_folder((root / name).parent)
            finished.append(Path(name))
    journal.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    return finished


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(path: Path) -> None:
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
