"""A work tree must hold exactly its commit, or what is packaged is not what was tagged.

Cargo refuses untracked and modified files. It does *not* refuse a deleted tracked file, a
missing ``Cargo.lock`` (it resolves anew), or a checkout whose line endings, exec bits or
symlinks git itself changed (``core.autocrlf``, ``core.fileMode``, ``core.symlinks``). So every
file is compared here with its blob, byte for byte, mode for mode; what ``git status`` was told
to overlook (``--assume-unchanged``, ``--skip-worktree``) is found as well.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tools.model import Problem
from tools.ops import git

LOCK = "Cargo.lock"
_SUBMODULE, _LINK, _EXECUTABLE = "160000", "120000", "100755"


def problems(root: Path) -> tuple[Problem, ...]:
    """Everything that makes the tree at *root* differ from its HEAD."""
    entries = git.files(root)
    found = [*_lock(entries, root)]
    for entry in entries:
        found.extend(_entry(root, entry))
    known = {problem.where for problem in found}
    found.extend(p for p in _status(root) if p.where not in known)
    return tuple(found)


def _lock(entries: tuple[git.Entry, ...], root: Path) -> Iterator[Problem]:
    if not any(entry.path == LOCK for entry in entries):
        found = "an untracked file" if (root / LOCK).is_file() else "none"
        remedy = f"`git add {LOCK}` and commit"
        yield Problem(LOCK, "a committed lock file", found, remedy)


def _entry(root: Path, entry: git.Entry) -> Iterator[Problem]:
    path = root / entry.path
    if entry.mode == _SUBMODULE:
        return
    if not os.path.lexists(path):
        yield Problem(
            entry.path,
            "the committed file",
            "deleted",
            f"`git restore --staged --worktree {entry.path}`",
        )
        return
    state = path.lstat().st_mode
    if entry.mode == _LINK:
        yield from _link(root, entry, path, state)
        return
    if not stat.S_ISREG(state):
        yield Problem(entry.path, "a regular file", "another kind of file", _restore(entry))
        return
    if os.name == "posix" and bool(state & stat.S_IXUSR) != (entry.mode == _EXECUTABLE):
        expected = "mode 755" if entry.mode == _EXECUTABLE else "mode 644"
        cause = _cause(root, "core.fileMode", "false")
        yield Problem(entry.path, expected, f"the exec bit changed{cause}", _restore(entry))
    yield from _content(root, entry, path.read_bytes())


def _link(root: Path, entry: git.Entry, path: Path, state: int) -> Iterator[Problem]:
    if not stat.S_ISLNK(state):
        cause = _cause(root, "core.symlinks", "false")
        yield Problem(entry.path, "a symbolic link", f"a plain file{cause}", _restore(entry))
    elif blob_id(os.fsencode(path.readlink()), entry.blob) != entry.blob:
        yield Problem(entry.path, "the committed link", f"-> {path.readlink()}", _restore(entry))


def _content(root: Path, entry: git.Entry, data: bytes) -> Iterator[Problem]:
    if blob_id(data, entry.blob) == entry.blob:
        return
    if blob_id(data.replace(b"\r\n", b"\n"), entry.blob) == entry.blob:
        cause = _cause(root, "core.autocrlf", "true")
        remedy = "clone anew with `git clone --config core.autocrlf=false`"
        yield Problem(entry.path, "LF line ends as committed", f"CRLF{cause}", remedy)
    else:
        yield Problem(
            entry.path,
            f"the committed content (blob {entry.blob[:12]})",
            "modified",
            _restore(entry),
        )


def _status(root: Path) -> Iterator[Problem]:
    words = {"??": "an untracked file", "A ": "a staged new file"}
    for change in git.status(root):
        found = words.get(change.state, f"a change ({change.state.strip()})")
        yield Problem(change.path, "nothing beyond the commit", found, "commit it or remove it")


def _cause(root: Path, key: str, culprit: str) -> str:
    return f" ({key}={culprit} in this clone)" if git.config(root, key) == culprit else ""


def _restore(entry: git.Entry) -> str:
    return f"commit it or `git checkout HEAD -- {entry.path}`"


def blob_id(data: bytes, like: str) -> str:
    """The id that git gives to *data* as a blob, in the hash (SHA-1, SHA-256) of the id *like*."""
    algorithm = "sha1" if len(like) == 40 else "sha256"
    # Not a security use: git's own object ids.
    digest = hashlib.new(algorithm, b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()
