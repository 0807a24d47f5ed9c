"""Git, asked in its machine-readable formats (``-z``, porcelain), never parsed from prose.

Every function takes the root of a work tree. A failing command raises
:class:`tools.ops.proc.CommandFailed`; "not set" and "no such tag" are answers, not failures.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.errors import Transient, UsageError
from tools.ops.proc import Completed, run, tail

# Settings under which a checkout holds exactly the bytes, modes and links of the commit.
FAITHFUL = {
    "core.autocrlf": "false",
    "core.eol": "lf",
    "core.fileMode": "true",
    "core.symlinks": "true",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of ``git status --porcelain``: the two state letters and the path."""

    state: str
    path: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit: its git mode (``100644``, ``100755``, ``120000``…), blob id and path."""

    mode: str
    blob: str
    path: str


def git(root: Path, *arguments: str, check: bool = True) -> Completed:
    """Run ``git`` in *root*, quietly: these are questions.

    Raises:
        UsageError: *root* is not a work tree: a source archive, say.
    """
    if not (root / ".git").exists():
        raise UsageError(
            f"{root} is not a git work tree",
            remedy="`git clone` the repository and run it there",
        )
    return run(("git", *arguments), cwd=root, echo=False, check=check)


def head(root: Path, revision: str = "HEAD") -> str:
    """The full commit id that *revision* (a tag included) stands for."""
    return git(root, "rev-parse", "--verify", f"{revision}^{{commit}}").stdout.strip()


def commit_time(root: Path, revision: str = "HEAD") -> int:
    """The committer's time in seconds since 1970: what ``SOURCE_DATE_EPOCH`` is set to."""
    return int(git(root, "show", "--no-patch", "--format=%ct", f"{revision}^{{commit}}").stdout)


def branch(root: Path) -> str | None:
    """The branch that is checked out, or None when HEAD is detached."""
    done = git(root, "symbolic-ref", "--quiet", "--short", "HEAD", check=False)
    return done.stdout.strip() or None


def status(root: Path) -> tuple[Change, ...]:
    """What differs from HEAD: staged, modified, deleted and untracked (not ignored) files."""
    text = git(root, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
    fields = [field for field in text.stdout.split("\0") if field]
    return tuple(Change(field[:2], field[3:]) for field in fields)


def files(root: Path, revision: str = "HEAD") -> tuple[Entry, ...]:
    """Every file of a commit."""
    found = []
    for line in git(root, "ls-tree", "-r", "-z", revision).stdout.split("\0"):
        if line:
            description, _, path = line.partition("\t")
            mode, _, blob = description.split(" ")
            found.append(Entry(mode, blob, path))
    return tuple(found)


def config(root: Path, key: str) -> str | None:
    """The effective value of a setting, system and user files included, or None."""
    done = git(root, "config", "--get", key, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def tags(root: Path, pattern: str = "*") -> tuple[str, ...]:
    """The names of the local tags that match a glob *pattern*."""
    return tuple(git(root, "tag", "--list", pattern).stdout.split())


def tag_commit(root: Path, tag: str) -> str | None:
    """The commit that a local tag stands for, or None when there is no such tag."""
    done = git(root, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}", check=False)
    return done.stdout.strip() or None


def changed(root: Path, base: str, revision: str = "HEAD") -> tuple[str, ...]:
    """The paths that differ between two commits, deleted and added ones included."""
    done = git(root, "diff", "--name-only", "--no-renames", "-z", base, revision, "--")
    return tuple(path for path in done.stdout.split("\0") if path)


def show(root: Path, revision: str, path: str) -> str:
    """The text of a file in a commit; empty when it is not there."""
    done = git(root, "show", f"{revision}:{path}", check=False)
    return done.stdout if done.returncode == 0 else ""


def merged_tags(root: Path, revision: str = "HEAD") -> tuple[str, ...]:
    """The tags whose commits *revision* contains."""
    return tuple(git(root, "tag", "--list", "--merged", revision).stdout.split())


def tag_object(root: Path, tag: str) -> tuple[str, str] | None:
    """The id and type (``tag``: annotated, ``commit``: lightweight) of a local tag, or None."""
    ref = f"refs/tags/{tag}"
    done = git(root, "for-each-ref", "--format=%(objectname) %(objecttype)", ref)
    sha, _, kind = done.stdout.strip().partition(" ")
    return (sha, kind) if sha else None


def sign_tag(root: Path, tag: str, commit: str, message: str) -> Completed:
    """Make a signed annotated tag; a non-zero exit code is an answer (no key, no agent)."""
    argv = ("git", "tag", "--sign", "--message", message, tag, commit)
    return run(argv, cwd=root, check=False)


def verify_tag(root: Path, tag: str) -> Completed:
    """Verify a tag's signature with the keys that this user's git trusts."""
    return git(root, "verify-tag", tag, check=False)


def delete_tag(root: Path, tag: str) -> None:
    """Delete a local tag."""
    git(root, "tag", "--delete", tag)


def push_tag(root: Path, remote: str, tag: str) -> Completed:
    """Push one tag and nothing else; what the remote has afterwards is for the caller to read."""
    ref = f"refs/tags/{tag}"
    return run(("git", "push", remote, f"{ref}:{ref}"), cwd=root, check=False, timeout=120)


def remote_refs(root: Path, remote: str, *names: str) -> dict[str, str]:
    """The full ref *names* that *remote* has, each with its object id; a tag's ``^{}`` as well.

    Raises:
        Transient: the remote did not answer.
    """
    peeled = [f"{name}^{{}}" for name in names if name.startswith("refs/tags/")]
    # A question must not wait for a password that nobody will type.
    quiet = {"GIT_TERMINAL_PROMPT": "0"}
    done = run(
        ("git", "ls-remote", remote, *names, *peeled),
        cwd=root,
        env=quiet,
        echo=False,
        check=False,
        timeout=60,
    )
    if done.returncode != 0:
        raise Transient(f"git cannot read {remote}", found=tail(done.stderr, 3))
    pairs = (line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line)
    # Patterns of ls-remote match the end of a name as well.
    return {name: sha for sha, name in pairs if name in {*names, *peeled}}


def clone(
    source: Path,
    target: Path,
    revision: str | None = None,
    settings: Mapping[str, str] = FAITHFUL,
) -> Path:
    """Clone *source* into *target* with *revision* (a commit id or tag; HEAD) checked out.

    A user's ``core.autocrlf`` or templates do not reach the clone: the settings are its own,
    and they are in force before the first file is written.
    """
    commit = head(source, revision or "HEAD")
    target.parent.mkdir(parents=True, exist_ok=True)
    arguments = [part for key, value in settings.items() for part in ("--config", f"{key}={value}")]
    run(
        ("git", "clone", "--quiet", "--no-checkout", "--template=", *arguments, source, target),
        echo=False,
    )
    git(target, "checkout", "--quiet", "--detach", commit)
    return target


def copy_worktree(source: Path, target: Path) -> Path:
    """Copy the files of a work tree as they are now (untracked included, ignored excluded)."""
    listing = git(source, "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    _copy(source, target, {name for name in listing.split("\0") if name})
    return target


def _copy(source: Path, target: Path, names: Iterable[str]) -> None:
    for name in sorted(names):
        origin, copy = source / name, target / name
        if os.path.lexists(origin):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(origin, copy, follow_symlinks=False)
