"""The clone: only committed files, a changelog line where there is none, a verifiable tag."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tools.declaration import ROOT, Declaration
from tools.errors import UsageError
from tools.rehearsal import clone
from tools.rehearsal.warden import MARK


def git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", *arguments],
        cwd=cwd,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def cloner(tmp_path: Path) -> clone.Cloner:
    """A cloner over a checkout that holds this tree's committed files."""
    root = tmp_path / "root"
    git("clone", "--quiet", "--depth", "1", ROOT.as_uri(), str(root), cwd=tmp_path)
    env = clone.git_environment(tmp_path / "home", os.environ["PATH"])
    return clone.Cloner(root, tmp_path / "clone", tmp_path / "origin.git", env)


def test_clone_bump_tag_and_push(cloner: clone.Cloner, tmp_path: Path) -> None:
    declared = Declaration.load(cloner.root)
    (cloner.root / "uncommitted").write_text("x")
    assert cloner.uncommitted() == ["?? uncommitted"]
    cloner.clone("main")
    assert not (cloner.path / "uncommitted").exists()
    version = cloner.bump("patch", declared.project.changelog)
    cloner.trust(declared.provenance.trust, '{"the": "world"}')
    key = clone.make_key(tmp_path / "keys", cloner.env)
    commit = cloner.commit_and_tag(f"v{version}", key)
    cloner.push("main", f"v{version}")
    assert git("rev-parse", "refs/heads/main", cwd=cloner.origin) == commit
    assert git("rev-parse", f"v{version}^{{commit}}", cwd=cloner.origin) == commit
    assert git("cat-file", "-t", f"v{version}", cwd=cloner.origin) == "tag"
    allowed = tmp_path / "allowed"
    allowed.write_text(f"{clone.EMAIL} {key.public}\n")
    config = f"gpg.ssh.allowedSignersFile={allowed}"
    git("-c", "gpg.format=ssh", "-c", config, "verify-tag", f"v{version}", cwd=cloner.origin)
    assert git("status", "--porcelain", cwd=cloner.path) == ""
    assert "the keys of the loopback Sigstore" in cloner.changes[-1]
    changed = set(git("diff", "--name-only", "HEAD~1", "HEAD", cwd=cloner.path).splitlines())
    declared_files = {str(site.file) for site in declared.site}
    assert changed <= declared_files | {"CHANGELOG.md", str(declared.provenance.trust)}


def test_an_empty_unreleased_section_gets_a_line_in_the_clone_only(cloner: clone.Cloner) -> None:
    changelog = cloner.root / "CHANGELOG.md"
    head, _, tail = changelog.read_text().partition("## [Unreleased]")
    kept = tail[tail.index("\n## [") :]
    changelog.write_text(f"{head}## [Unreleased]\n{kept}")
    git("commit", "--quiet", "-am", "nothing to release", cwd=cloner.root)
    before = changelog.read_text()
    cloner.clone("main")
    cloner.bump("patch", Path("CHANGELOG.md"))
    assert "which was empty" in cloner.changes[0]
    assert "exists only in the rehearsal's clone" in (cloner.path / "CHANGELOG.md").read_text()
    assert changelog.read_text() == before


def test_a_failing_program_says_what_it_said(cloner: clone.Cloner) -> None:
    cloner.clone("main")
    with pytest.raises(UsageError, match="failed in the clone"):
        cloner.bump("0.0.1", Path("CHANGELOG.md"))


def test_programs_of_the_preparation_carry_the_mark_by_which_a_killed_rehearsal_is_tidied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MARK, "rehearsal_1")
    monkeypatch.setenv("OPERATORS", "own")
    printed = clone.run_clean(["env"], tmp_path, {"PATH": os.environ["PATH"]}).splitlines()
    assert f"{MARK}=rehearsal_1" in printed
    assert not [line for line in printed if line.startswith("OPERATORS")]
