"""A bare origin with signed and badly signed tags, and a GitHub on it behind a loopback world."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tools.rehearsal.world import World
from tools.rehearsal.world.github import GitHub

REPOSITORY = "Fieldnote-Echo/ordvec"
API = f"https://api.github.com/repos/{REPOSITORY}"
UPLOADS = f"https://uploads.github.com/repos/{REPOSITORY}"
EMAIL = "maintainer@example.invalid"


def run(*argv: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    isolated = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        [str(part) for part in argv],
        cwd=cwd,
        env={**os.environ, **isolated, **(env or {})},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@dataclass(frozen=True)
class Origin:
    """A bare repository, its head, and the throwaway signing key."""

    path: Path
    head: str
    parent: str
    public_key: str


def make_key(folder: Path, name: str) -> Path:
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name)
    return folder / name


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    folder = tmp_path_factory.mktemp("origin")
    tree, bare = folder / "tree", folder / "origin.git"
    key, other = make_key(folder, "maintainer"), make_key(folder, "stranger")
    (tree / ".github/workflows").mkdir(parents=True)
    for name in ("ci.yml", "release.yml"):
        (tree / ".github/workflows" / name).write_text("on: push\n")

    def git(*args: str, signer: Path = key, email: str = EMAIL) -> str:
        identity = ("-c", "user.name=Maintainer", "-c", f"user.email={email}")
        signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={signer}")
        return run("git", *identity, *signing, *args, cwd=tree)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    git("commit", "-q", "--allow-empty", "-m", "second")
    head = git("rev-parse", "HEAD")
    git("tag", "-s", "v1.0.0", "-m", "v1.0.0")
    git("tag", "-a", "v1.0.1-unsigned", "-m", "unsigned")
    git("tag", "v1.0.2-lightweight")
    git("tag", "-s", "v1.0.3-stranger", "-m", "stranger", signer=other)
    git("tag", "-s", "v1.0.4-email", "-m", "email", email="somebody@example.invalid")
    raw = git("cat-file", "tag", "v1.0.0").replace("tag v1.0.0\n", "tag v1.0.5-tampered\n")
    tampered = subprocess.run(
        ["git", "mktag"], cwd=tree, input=raw + "\n", text=True, capture_output=True, check=True
    ).stdout.strip()
    git("update-ref", "refs/tags/v1.0.5-tampered", tampered)
    run("git", "clone", "-q", "--bare", tree, bare)
    public = key.with_suffix(".pub").read_text()
    return Origin(bare, head, git("rev-parse", "HEAD~1"), public)


@dataclass
class Forge:
    """The stand-in behind its world; :meth:`client` is a job's or a stranger's client."""

    github: GitHub
    world: World
    origin: Origin
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, permissions: Mapping[str, str] | None = None, label: str = "") -> httpx.Client:
        token = None if permissions is None else self.github.issue_token(permissions, label)
        return self.with_token(token)

    def with_token(self, token: str | None) -> httpx.Client:
        made = httpx.Client(
            proxy=self.world.proxy_url,
            verify=ssl.create_default_context(cafile=str(self.world.ca_file)),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            trust_env=False,
        )
        self.clients.append(made)
        return made


@pytest.fixture
def forge(origin: Origin, tmp_path: Path) -> Iterator[Forge]:
    github = GitHub(REPOSITORY, origin.path)
    github.register_ssh_key(origin.public_key, EMAIL)
    with World(github.hosts(), tmp_path / "world") as world:
        made = Forge(github, world, origin)
        yield made
        for client in made.clients:
            client.close()


@pytest.fixture
def job(forge: Forge) -> httpx.Client:
    """A job that may write releases."""
    return forge.client({"contents": "write"}, "release-assets-draft")


@pytest.fixture
def stranger(forge: Forge) -> httpx.Client:
    return forge.client()
