"""Reads commits, branches and tags from the bare repository that plays the origin."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tools.ops.proc import Completed, run

_ISOLATED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Object:
    """A git object: its type (``commit``, ``tag``) and id."""

    type: str
    sha: str


@dataclass(frozen=True, slots=True)
class Person:
    """An author, committer or tagger; *date* in ISO 8601 UTC."""

    name: str
    email: str
    date: str

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "email": self.email, "date": self.date}


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as the API shows it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str


_FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B"


class BareRepository:
    """The origin. Commits never change, so they are read once; refs are read every time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._commits: dict[str, Commit] = {}

    def git(self, *args: str, env: dict[str, str] | None = None) -> Completed:
        """Run git on the repository; a non-zero exit is an answer."""
        return run(
            ["git", f"--git-dir={self.path}", *args],
            env={**_ISOLATED, "TZ": "UTC", **(env or {})},
            check=False,
            echo=False,
            timeout=30,
        )

    def ref(self, name: str) -> Object | None:
        """What a full ref name (``refs/tags/v1.0.0``) points at, not peeled."""
        for found, item in self.refs(name).items():
            if found == name:
                return item
        return None

    def refs(self, prefix: str) -> dict[str, Object]:
        """All refs that are *prefix* or below it or begin with it, with what they point at."""
        form = "%(objecttype) %(objectname) %(refname)"
        done = self.git("for-each-ref", f"--format={form}", prefix, f"{prefix}*")
        found = (line.split(" ", 2) for line in done.stdout.splitlines())
        return {name: Object(kind, sha) for kind, sha, name in found}

    def resolve(self, revision: str) -> str | None:
        """The commit that a branch, tag, full ref or (abbreviated) id stands for."""
        if revision.startswith("-") or not revision:
            return None
        for name in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            done = self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
            if done.returncode == 0:
                return done.stdout.strip()
        return None

    def commit(self, sha: str) -> Commit | None:
        """A commit by its full id."""
        if sha not in self._commits:
            done = self.git(
                "show", "-s", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", f"--format={_FORMAT}", sha
            )
            if done.returncode != 0:
                return None
            self._commits[sha] = _commit(done.stdout)
        return self._commits[sha]

    def tag_object(self, sha: str) -> str | None:
        """The raw text of an annotated tag, or None when *sha* is not one."""
        done = self.git("cat-file", "tag", sha)
        return done.stdout if done.returncode == 0 else None

    def has_file(self, commit: str, path: str) -> bool:
        """Whether a commit's tree holds a file."""
        return self.git("cat-file", "-e", f"{commit}:{path}").returncode == 0

    def files(self, commit: str, folder: str) -> list[str]:
        """The names of the files directly in a folder of a commit's tree."""
        done = self.git("ls-tree", "--name-only", f"{commit}:{folder}")
        return done.stdout.splitlines() if done.returncode == 0 else []

    def ancestor(self, older: str, newer: str) -> bool:
        """Whether *older* is *newer* or one of its ancestors."""
        return self.git("merge-base", "--is-ancestor", older, newer).returncode == 0

    def count(self, base: str, head: str) -> int:
        """How many commits *head* has that *base* has not."""
        return int(self.git("rev-list", "--count", f"{base}..{head}").stdout or 0)

    def create_tag(self, name: str, sha: str) -> None:
        """A lightweight tag, as publishing a release without a tag makes one."""
        self.git("update-ref", f"refs/tags/{name}", sha)


def _commit(text: str) -> Commit:
    sha, tree, parents, an, ae, ad, cn, ce, cd, message = text.split("\0", 9)
    return Commit(
        sha,
        tree,
        tuple(parents.split()),
        Person(an, ae, ad),
        Person(cn, ce, cd),
        message.rstrip("\n"),
    )
