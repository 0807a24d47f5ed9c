"""A checkout ready to be tagged: clean, pushed, dated notes, a signing key, a green world."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.tools.steps.origin import EMAIL
from tests.tools.steps.scene import quick
from tools.declaration import ROOT, Declaration
from tools.model import Version
from tools.ops import git
from tools.ops.actions import Runtime
from tools.ops.http import Http
from tools.rehearsal.campaign.stepped import SteppedClock
from tools.rehearsal.setting import Setting
from tools.rehearsal.world import World
from tools.steps.context import Context, user_agent

VERSION = Version.parse("0.6.0")
TAG = f"v{VERSION}"
NOTES = (
    "# Changelog\n\n## [Unreleased]\n\n## [0.6.0] - 2026-11-01\n\n### Added\n\n- a thing\n\n"
    "## [0.5.0] - 2026-01-01\n\n- x\n"
)
ISOLATED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def run(root: Path, *argv: str) -> str:
    done = subprocess.run(
        argv, cwd=root, env={**os.environ, **ISOLATED}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def make(folder: Path, declaration: Declaration) -> Path:
    """The base of every checkout of a session: *folder* with tree, origin.git and key."""
    root, key = folder / "tree", folder / "key"
    names = {*declaration._files(), Path("release.toml"), Path(".gitignore")}
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    shutil.copytree(ROOT / ".github", root / ".github", dirs_exist_ok=True)
    (root / declaration.project.changelog).write_text(NOTES)
    bump_to(root, declaration)
    run(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", EMAIL, "-f", str(key))
    (folder / "allowed").write_text(f"{EMAIL} {key.with_suffix('.pub').read_text()}")
    run(root, "git", "init", "-q", "-b", "main")
    for name, value in {"user.name": "Maintainer", "user.email": EMAIL}.items():
        run(root, "git", "config", name, value)
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-q", "-m", "release")
    run(folder, "git", "clone", "-q", "--bare", str(root), "origin.git")
    return folder


def bump_to(root: Path, declaration: Declaration) -> None:
    """Every site at VERSION, whatever version this repository has come to."""
    from tools import sites
    from tools.checks.versions import read_text

    for site in declaration.site:
        path = root / site.file
        path.write_text(sites.write(site, read_text(path), str(VERSION)))


def copy(base: Path, folder: Path) -> Path:
    """A checkout of its own: the tree with its origin and its key below *folder*."""
    shutil.copytree(base, folder, symlinks=True, dirs_exist_ok=True)
    root = folder / "tree"
    settings = {
        "remote.origin.url": str(folder / "origin.git"),
        "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
        "gpg.format": "ssh",
        "user.signingkey": str(folder / "key"),
        "gpg.ssh.allowedSignersFile": str(folder / "allowed"),
    }
    for name, value in settings.items():
        run(root, "git", "config", name, value)
    return root


@dataclass
class Ready:
    """The checkout, its origin, and the world around it."""

    root: Path
    setting: Setting
    world: World
    declaration: Declaration
    time: SteppedClock
    http: Http

    @property
    def bare(self) -> Path:
        return self.root.parent / "origin.git"

    def context(self, permissions: Mapping[str, str] | None = None, version: str = "") -> Context:
        """What a verb works with on the maintainer's laptop: HEAD, and the maintainer's token."""
        github = self.setting.github
        token = (
            github.issue_maintainer_token()
            if permissions is None
            else github.issue_token(permissions)
        )
        return Context(
            root=self.root,
            declaration=self.declaration,
            version=Version.parse(version) if version else VERSION,
            commit=git.head(self.root),
            http=self.http,
            clock=self.time.clock(),
            env={"GITHUB_TOKEN": token},
            runtime=Runtime.from_env(),
        )

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text)

    def commit(self, message: str = "change") -> None:
        run(self.root, "git", "add", "-A")
        run(self.root, "git", "commit", "-q", "--allow-empty", "-m", message)

    def push(self) -> None:
        """Push the branch, and let CI be green for it."""
        run(self.root, "git", "push", "-q", "origin", "main")
        for workflow in self.declaration.gates.workflows:
            self.setting.github.add_run(workflow, git.head(self.root))

    def git(self, *arguments: str) -> str:
        return run(self.root, "git", *arguments)


def make_setting(declaration: Declaration, root: Path, folder: Path) -> Setting:
    """The world's stand-ins on the checkout's origin, set up as a release needs them."""
    made = Setting(quick(declaration), root.parent / "origin.git", folder)
    (root / declaration.provenance.trust).write_text(made.sigstore.client_trust_config())
    run(root, "git", "commit", "-q", "-a", "-m", "pin this world's Sigstore")
    run(root, "git", "push", "-q", "origin", "main")
    key = (root.parent / "key.pub").read_text()
    made.prepare_forge(git.head(root), key, EMAIL)
    return made


def make_ready(declaration: Declaration, root: Path, setting: Setting, world: World) -> Ready:
    time = SteppedClock()
    http = Http(user_agent(declaration), clock=time.clock())
    return Ready(root, setting, world, quick(declaration), time, http)
