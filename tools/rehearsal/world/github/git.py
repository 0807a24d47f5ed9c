"""Reads commits, branches and tags from the bare repository that plays the origin."""

from __future__ import annotations

import os
import re
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


_FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SAFE_REF = re.compile(r"refs/[A-Za-z0-9._/@+-]+")
_FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B"


class BareRepository:
    """The origin. Objects never change, so each is read once; refs are read every time.

    Refs are read from their files, because a campaign asks for them thousands of times and a
    process costs several milliseconds; a repository that stores refs otherwise is asked by git.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: dict[tuple[str, ...], Completed] = {}

    def git(self, *args: str, env: dict[str, str] | None = None) -> Completed:
        """Run git on the repository; a non-zero exit is an answer."""
        return run(
            ["git", f"--git-dir={self.path}", *args],
            env={**_ISOLATED, "TZ": "UTC", **(env or {})},
            check=False,
            echo=False,
            timeout=30,
        )

    def _once(self, *args: str) -> Completed:
        """A git command whose success can never change: about an object, by its full id."""
        found = self._seen.get(args)
        if found is None:
            found = self.git(*args)
            if found.returncode == 0:
                self._seen[args] = found
        return found

    def ref(self, name: str) -> Object | None:
        """What a full ref name (``refs/tags/v1.0.0``) points at, not peeled."""
        if (self.path / "reftable").is_dir():
            return self.refs(name).get(name)
        sha = self._loose(name) or self._packed(name)
        if sha is None:
            return None
        kind = self._once("cat-file", "-t", sha)
        return Object(kind.stdout.strip(), sha) if kind.returncode == 0 else None

    def _loose(self, name: str) -> str | None:
        if not _SAFE_REF.fullmatch(name) or ".." in name:
            return None
        try:
            text = (self.path / name).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        return text if _FULL_ID.fullmatch(text) else None

    def _packed(self, name: str) -> str | None:
        try:
            text = (self.path / "packed-refs").read_text(encoding="utf-8")
        except OSError:
            return None
        found = re.search(rf"^([0-9a-f]{{40,64}}) {re.escape(name)}$", text, re.MULTILINE)
        return found[1] if found else None

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
            found = self.ref(name) if name.startswith("refs/") else None
            if found is not None:
                return self._peeled(found.sha)
        if _FULL_ID.fullmatch(revision):
            return self._peeled(revision)
        done = self.git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return done.stdout.strip() if done.returncode == 0 else None

    def _peeled(self, sha: str) -> str | None:
        done = self._once("rev-parse", "--verify", "--quiet", f"{sha}^{{commit}}")
        return done.stdout.strip() if done.returncode == 0 else None

    def commit(self, sha: str) -> Commit | None:
        """A commit by its full id."""
        date = "--date=format-local:%Y-%m-%dT%H:%M:%SZ"
        done = self._once("show", "-s", date, f"--format={_FORMAT}", sha)
        return _commit(done.stdout) if done.returncode == 0 else None

    def tag_object(self, sha: str) -> str | None:
        """The raw text of an annotated tag, or None when *sha* is not one."""
        if not _FULL_ID.fullmatch(sha):
            return None
        done = self._once("cat-file", "tag", sha)
        return done.stdout if done.returncode == 0 else None

    def files(self, commit: str, folder: str) -> list[str]:
        """The names of the files directly in a folder of a commit's tree."""
        done = self._once("ls-tree", "--name-only", f"{commit}:{folder}")
        return done.stdout.splitlines() if done.returncode == 0 else []

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
