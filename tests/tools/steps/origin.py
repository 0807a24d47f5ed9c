"""A bare repository whose main head carries the signed release tag."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.tools.steps.artifacts import VERSION

TAG = f"v{VERSION}"
EMAIL = "maintainer@example.invalid"


@dataclass(frozen=True)
class Repository:
    """A bare repository whose main head carries the signed release tag."""

    path: Path
    commit: str
    public_key: str


def make_origin(folder: Path) -> Repository:
    """The origin of every scene of a test session."""
    tree, bare, key = folder / "tree", folder / "origin.git", folder / "key"

    def run(*argv: str | Path, cwd: Path | None = None) -> str:
        env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(
            [str(part) for part in argv],
            cwd=cwd,
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def git(*args: str) -> str:
        who = ("-c", "user.name=Maintainer", "-c", f"user.email={EMAIL}")
        how = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={key}")
        return run("git", *who, *how, *args, cwd=tree)

    tree.mkdir(parents=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", EMAIL, "-f", key)
    git("init", "-q", "-b", "main")
    for name in ("base", "release"):
        git("commit", "-q", "--allow-empty", "-m", name)
    git("tag", "-s", TAG, "-m", TAG)
    run("git", "clone", "-q", "--bare", tree, bare)
    return Repository(bare, git("rev-parse", "HEAD"), key.with_suffix(".pub").read_text())
