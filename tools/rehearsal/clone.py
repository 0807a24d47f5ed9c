"""The tree that is rehearsed: a clone of HEAD, bumped, committed, signed, pushed to a bare origin.

Nothing of this touches the operator's checkout, configuration or keys: git runs with an empty
environment of its own, and the tag is signed with a throwaway SSH key.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.console import console
from tools.declaration import Declaration
from tools.errors import UsageError
from tools.ops import proc
from tools.rehearsal.warden import MARK

NAME, EMAIL = "Rehearsal", "rehearsal@example.invalid"
_UNRELEASED = re.compile(r"^## \[Unreleased\][^\n]*\n(?P<body>.*?)(?=^## |\Z)", re.M | re.S)
PLACEHOLDER = "\n### Changed\n\n- Rehearsed; this line exists only in the rehearsal's clone.\n\n"


@dataclass(frozen=True, slots=True)
class Release:
    """What was pushed: version, tag, commit, and what the clone holds that HEAD does not."""

    version: str
    tag: str
    commit: str
    source: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A throwaway SSH key pair."""

    path: Path

    @property
    def public(self) -> str:
        return self.path.with_suffix(".pub").read_text(encoding="utf-8").strip()


def git_environment(home: Path, path: str) -> dict[str, str]:
    """The whole environment of git here: nothing of the operator's."""
    home.mkdir(parents=True, exist_ok=True)
    return {
        "HOME": str(home),
        "PATH": path,
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": NAME,
        "GIT_AUTHOR_EMAIL": EMAIL,
        "GIT_COMMITTER_NAME": NAME,
        "GIT_COMMITTER_EMAIL": EMAIL,
        # The checkout may belong to another user in a container; a clone only reads it.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }


class Cloner:
    """Makes the clone, step by step.

    Args:
        root: the operator's checkout, only read.
        clone: where the clone goes.
        origin: the bare repository that plays the origin.
        env: the whole environment of the programs (see :func:`git_environment`).
    """

    def __init__(self, root: Path, clone: Path, origin: Path, env: Mapping[str, str]) -> None:
        self.root = root
        self.path = clone
        self.origin = origin
        self.env = dict(env)
        self.changes: list[str] = []

    def git(self, *arguments: str | Path, cwd: Path | None = None) -> str:
        return run_clean(["git", *map(str, arguments)], cwd or self.path, self.env).strip()

    def uncommitted(self) -> list[str]:
        """Paths of the checkout whose changes the rehearsal does not see."""
        return self.git("status", "--porcelain", cwd=self.root).splitlines()

    def clone(self, branch: str) -> str:
        """Clone HEAD onto *branch*; returns the commit that is rehearsed."""
        head = self.git("rev-parse", "HEAD", cwd=self.root)
        source = self.root.as_uri()
        self.git("clone", "--quiet", "--no-checkout", source, self.path, cwd=self.root)
        self.git("checkout", "--quiet", "-B", branch, head)
        return head

    def bump(self, version: str, changelog: Path) -> str:
        """Run the tree's own bump; returns the new version."""
        if self._fill_changelog(self.path / changelog):
            self.changes.append(f"{changelog}: a line below Unreleased, which was empty")
            self.git("commit", "--quiet", "--all", "-m", "A line to release")
        run_clean([sys.executable, "-m", "tools", "bump", version], self.path, self.env)
        new = version_in(self.path)
        self.changes.append(f"version sites and {changelog}: {new}")
        return new

    def _fill_changelog(self, path: Path) -> bool:
        text = path.read_text(encoding="utf-8")
        section = _UNRELEASED.search(text)
        if section is None or section["body"].strip():
            return False
        at = section.start("body")
        path.write_text(text[:at] + PLACEHOLDER + text[section.end("body") :], encoding="utf-8")
        return True

    def trust(self, path: Path, config: str) -> None:
        """Pin the world's Sigstore in place of the real one: the only change besides the bump."""
        (self.path / path).write_text(config.rstrip() + "\n", encoding="utf-8")
        self.changes.append(f"{path}: the keys of the loopback Sigstore")

    def commit_and_tag(self, tag: str, key: SigningKey) -> str:
        """Commit everything and sign the tag; returns the commit."""
        self.git("commit", "--quiet", "--all", "-m", f"Release {tag}")
        signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={key.path}")
        self.git(*signing, "tag", "--sign", tag, "-m", tag)
        return self.git("rev-parse", "HEAD")

    def push(self, branch: str, tag: str) -> None:
        """Create the bare origin and push the branch and the tag to it."""
        self.git("init", "--quiet", "--bare", f"--initial-branch={branch}", self.origin)
        for key in ("receive.shallowUpdate", "uploadpack.allowReachableSHA1InWant"):
            self.git("config", key, "true", cwd=self.origin)
        # One by one: from a shallow checkout, as CI has it, git loses the second ref of a push.
        for ref in (f"refs/heads/{branch}", f"refs/tags/{tag}"):
            self.git("push", "--quiet", self.origin, ref)


def make_key(folder: Path, env: Mapping[str, str]) -> SigningKey:
    """A fresh Ed25519 key below *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "throwaway"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", EMAIL, "-f", str(path)]
    run_clean(command, folder, env)
    return SigningKey(path)


def version_in(root: Path) -> str:
    """The version that stands in the tree at *root*."""
    from tools.checks import versions

    return str(versions.current(Declaration.load(root), root))


def run_clean(argv: list[str], cwd: Path, env: Mapping[str, str]) -> str:
    """Run a program with exactly *env*, and the mark by which the warden finds it; its output.

    Raises:
        UsageError: when it fails, with what it said.
    """
    # `proc.run` lays variables over ours; `env -i` makes them the whole.
    mark = {MARK: os.environ[MARK]} if MARK in os.environ else {}
    clean = ["env", "-i", *(f"{key}={value}" for key, value in {**env, **mark}.items()), *argv]
    done = proc.run(clean, cwd=cwd, check=False, echo=False)
    if done.returncode:
        console.info(f"$ {' '.join(argv)}")
        raise UsageError(
            f"{' '.join(argv[:3])} failed in the clone", found=proc.tail(done.stderr or done.stdout)
        )
    return done.stdout
