"""A small lockstep workspace in a git repository, shaped as release.toml declares this one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.console import console
from tools.declaration import ROOT, Declaration


@pytest.fixture(autouse=True)
def _plain_console() -> None:
    console.json_mode = False


@pytest.fixture(scope="session")
def declaration() -> Declaration:
    return Declaration.load(ROOT)


def git(root: Path, *args: str) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
    done = subprocess.run(
        ["git", *identity, "-c", "commit.gpgsign=false", *args],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path, declaration: Declaration) -> Path:
    """The declared files of this repository, committed in a repository of their own."""
    root = tmp_path / "tree"
    files = {*declaration._files(), Path("release.toml"), Path(".gitignore")}
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, root / file)
    log = root / declaration.project.changelog
    log.write_text(
        "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- a thing\n\n"
        "## [0.0.1] - 2026-01-01\n\n- x\n"
    )
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "tree")
    return root


@pytest.fixture
def commit() -> Callable[[Path], None]:
    def _commit(root: Path) -> None:
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "change")

    return _commit
