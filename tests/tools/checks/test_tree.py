"""What cargo packages without a word although the tree is not the commit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tools.conftest import git
from tools.checks import tree
from tools.errors import GateRefused
from tools.model import Problem
from tools.ops import git as product_git
from tools.steps.clones import require_clean, sources

TEXT = b"fn main() {}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "origin"
    (root / "src").mkdir(parents=True)
    (root / "src/lib.rs").write_bytes(TEXT)
    (root / "Cargo.lock").write_bytes(b"version = 4\n")
    (root / ".gitignore").write_bytes(b"/dist/\n")
    (root / "run.sh").write_bytes(b"#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("src/lib.rs")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "one")
    return root


def only(root: Path) -> Problem:
    found = tree.problems(root)
    assert len(found) == 1, found
    return found[0]


def test_a_clean_tree_has_no_problem_and_ignored_files_are_none(repository: Path) -> None:
    (repository / "dist").mkdir()
    (repository / "dist/a.crate").write_bytes(b"")
    assert tree.problems(repository) == ()


def test_deleted_tracked_file_is_found(repository: Path) -> None:
    (repository / "src/lib.rs").unlink()
    assert (only(repository).where, only(repository).found) == ("src/lib.rs", "deleted")


def test_missing_lock_is_found(repository: Path) -> None:
    (repository / "Cargo.lock").unlink()
    assert only(repository).where == "Cargo.lock"


def test_lock_that_is_not_committed_is_found(repository: Path) -> None:
    git(repository, "rm", "-q", "--cached", "Cargo.lock")
    git(repository, "commit", "-q", "-m", "no lock")
    assert only(repository).found == "an untracked file"


def test_modified_file_is_found(repository: Path) -> None:
    (repository / "src/lib.rs").write_bytes(b"// changed\n")
    assert only(repository).found == "modified"


def test_modification_hidden_by_assume_unchanged_is_found(repository: Path) -> None:
    git(repository, "update-index", "--assume-unchanged", "src/lib.rs")
    (repository / "src/lib.rs").write_bytes(b"// changed\n")
    assert git(repository, "status", "--porcelain") == ""
    assert only(repository).found == "modified"


def test_untracked_and_staged_files_are_found(repository: Path) -> None:
    (repository / "src/new.rs").write_bytes(b"")
    (repository / "src/staged.rs").write_bytes(b"")
    git(repository, "add", "src/staged.rs")
    assert {(p.where, p.found) for p in tree.problems(repository)} == {
        ("src/new.rs", "an untracked file"),
        ("src/staged.rs", "a staged new file"),
    }


def test_autocrlf_clone_is_found_although_git_calls_it_clean(
    repository: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--config", "core.autocrlf=true", str(repository), str(clone))
    assert git(clone, "status", "--porcelain") == ""
    found = {p.where: p for p in tree.problems(clone)}
    assert "core.autocrlf=true" in found["src/lib.rs"].found


@pytest.mark.skipif(os.name == "nt", reason="no exec bits on Windows")
def test_exec_bit_change_hidden_by_filemode_false_is_found(repository: Path) -> None:
    git(repository, "config", "core.fileMode", "false")
    (repository / "src/lib.rs").chmod(0o755)
    assert git(repository, "status", "--porcelain") == ""
    assert "core.fileMode=false" in only(repository).found


def test_symlinks_false_clone_is_found(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--config", "core.symlinks=false", str(repository), str(clone))
    assert git(clone, "status", "--porcelain") == ""
    assert "core.symlinks=false" in only(clone).found


def test_our_clone_is_faithful_whatever_the_user_configured(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text("[core]\n\tautocrlf = true\n\tsymlinks = false\n\tfileMode = false\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    clone = product_git.clone(repository, tmp_path / "a" / "clone")
    assert tree.problems(clone) == ()
    assert (clone / "src/lib.rs").read_bytes() == TEXT
    assert (clone / "link").is_symlink()


def test_a_shallow_clone_can_be_cloned(repository: Path, tmp_path: Path) -> None:
    (repository / "src/two.rs").write_bytes(b"")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "two")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", repository.as_uri(), str(shallow))
    with sources(shallow) as source:
        assert [tree.problems(root) for root in source.roots] == [(), ()]
        assert {product_git.head(root) for root in source.roots} == {product_git.head(repository)}
        assert len({len(str(root)) for root in source.roots}) == 2


def test_sources_of_an_unclean_tree_are_refused_and_nothing_is_left(repository: Path) -> None:
    (repository / "src/lib.rs").unlink()
    with pytest.raises(GateRefused, match=r"src/lib\.rs") as caught:
        require_clean(repository)
    assert caught.value.exit_code == 10


def test_worktree_sources_hold_uncommitted_files_but_not_ignored_ones(repository: Path) -> None:
    (repository / "src/new.rs").write_bytes(b"// new\n")
    (repository / "src/lib.rs").unlink()
    (repository / "dist").mkdir()
    (repository / "dist/x").write_bytes(b"")
    with sources(repository, 1, worktree=True) as source:
        root = source.roots[0]
        assert (root / "src/new.rs").is_file()
        assert not (root / "src/lib.rs").exists()
        assert not (root / "dist").exists()
    assert not source.work.exists()
