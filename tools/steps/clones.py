"""The sources of a build: two clean clones of one commit, at paths of different length.

A path that leaks into an artifact (a panic message, a debug record) then shows as a difference
of two builds, and one of different length cannot hide behind padding.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.checks import tree
from tools.errors import raise_if
from tools.ops import git

FOLDERS = ("first", "second/at/another/path")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a commit is checked out, its id and its time (seconds since 1970)."""

    work: Path
    roots: tuple[Path, ...]
    commit: str
    epoch: int


def require_clean(root: Path) -> None:
    """GateRefused with every way in which the tree at *root* differs from its commit."""
    raise_if(
        tree.problems(root),
        f"{root} does not hold exactly its commit; what is built would not be what is tagged",
    )


@contextmanager
def sources(root: Path, copies: int = 2, *, worktree: bool = False) -> Iterator[Sources]:
    """Check HEAD of *root* out *copies* times in a temporary folder.

    With *worktree* the files are copied as they are now, for work in progress only.

    Raises:
        GateRefused: when the tree is not clean and *worktree* is not asked for.
    """
    if not worktree:
        require_clean(root)
    check_out = git.copy_worktree if worktree else git.clone
    with tempfile.TemporaryDirectory(prefix="ordvec-build-") as folder:
        work = Path(folder).resolve()
        roots = tuple(check_out(root, work / name / root.name) for name in FOLDERS[:copies])
        yield Sources(work, roots, git.head(root), git.commit_time(root))
