"""Packaging with real cargo, offline, of a throwaway two-crate workspace."""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

import pytest

from tests.tools.checks.test_archive_diff import crate
from tests.tools.steps import workspace
from tools.checks.archive_diff import read
from tools.declaration import Declaration
from tools.errors import GateRefused, Mismatch, UsageError
from tools.model import Digest
from tools.ops import git
from tools.ops.proc import CommandFailed
from tools.steps import package


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # No test reaches a registry; an empty user cache proves that none is needed.
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return workspace.make(tmp_path / "origin")


@pytest.mark.slow
def test_both_crates_are_packaged_twice_alike_and_the_member_records_the_core(
    root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = package.package(root, workspace.NAMES, out=out, offline=True)
    assert [c.artifact.name for c in result.crates] == [
        "ordvec-0.6.0.crate",
        "ordvec-manifest-0.6.0.crate",
    ]
    assert result.commit == git.head(root)
    assert {c.artifact.digest for c in result.crates} == {
        Digest.of_file(path) for path in out.iterdir()
    }
    size = (root / "src/lib.rs").stat().st_size
    assert ("src/lib.rs", size) in result.crates[0].files
    core = result.crates[0].artifact.digest.hex
    assert core.encode() in _member(out / "ordvec-manifest-0.6.0.crate", "Cargo.lock")
    assert git.status(root) == ()


def _member(path: Path, name: str) -> bytes:
    return next(m.data for m in read(path) if m.name.endswith(f"/{name}"))


def test_deleted_tracked_file_is_refused_before_cargo_is_asked(root: Path, tmp_path: Path) -> None:
    (root / "src/lib.rs").unlink()
    with pytest.raises(GateRefused, match="deleted"):
        package.package(root, workspace.NAMES, out=tmp_path / "out", offline=True)
    assert not (tmp_path / "out").exists()


def test_missing_lock_is_refused(root: Path) -> None:
    (root / "Cargo.lock").unlink()
    with pytest.raises(GateRefused, match=r"Cargo\.lock"):
        package.package(root, workspace.NAMES, offline=True)


@pytest.mark.slow
def test_crate_that_does_not_compile_is_refused(root: Path) -> None:
    (root / "ordvec-manifest/src/lib.rs").write_text("pub use ordvec::two;\n")
    workspace.commit(root)
    with pytest.raises(CommandFailed, match="two"):
        package.package(root, workspace.NAMES, offline=True)


@pytest.mark.slow
def test_extra_file_in_crate_is_refused(root: Path, tmp_path: Path) -> None:
    manifest = root / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace('"/README.md"', '"/README.md", "/tool.py"'))
    (root / "tool.py").write_text("")
    workspace.commit(root)
    with pytest.raises(GateRefused, match=r"found tool\.py"):
        package.package(root, workspace.NAMES, out=tmp_path / "out", offline=True)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_crate_that_differs_from_its_prediction_stops_with_30(root: Path, tmp_path: Path) -> None:
    predicted = tmp_path / "predicted"
    package.package(root, ["ordvec"], out=predicted, offline=True)
    package.package(root, ["ordvec"], expect=predicted, offline=True)
    (root / "src/lib.rs").write_text("//! Another core.\npub fn one() -> u32 {\n    1\n}\n")
    workspace.commit(root)
    with pytest.raises(Mismatch) as caught:
        package.package(root, ["ordvec"], expect=predicted, out=tmp_path / "out", offline=True)
    said = str(caught.value)
    assert caught.value.exit_code == 30
    assert "ordvec-0.6.0/src/lib.rs: expected line 1 '//! Core.'" in said
    assert ".cargo_vcs_info.json" in said
    assert not (tmp_path / "out").exists()


def test_prediction_that_is_not_there_is_a_wrong_call(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        package.package(root, ["ordvec"], expect=tmp_path / "none", offline=True)


@pytest.mark.slow
def test_repackaging_gives_the_predicted_bytes_and_leaves_the_checkout_clean(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declaration: Declaration
) -> None:
    monkeypatch.setattr(Declaration, "load", lambda root: declaration)
    out = tmp_path / "out"
    package.package(root, workspace.NAMES, out=out, offline=True)
    work = tmp_path / "work"
    core = package.repackage(root, "ordvec", overlay=False, work=work)
    member = package.repackage(root, "ordvec-manifest", overlay=True, work=work)
    assert core.read_bytes() == (out / core.name).read_bytes()
    assert member.read_bytes() == (out / member.name).read_bytes()
    assert git.status(root) == ()
    # Alone, the member cannot be packaged before the registry serves the core.
    with pytest.raises(CommandFailed):
        package.repackage(root, "ordvec-manifest", overlay=False, work=work)


def test_repackaging_an_unclean_checkout_is_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declaration: Declaration
) -> None:
    monkeypatch.setattr(Declaration, "load", lambda root: declaration)
    (root / "src/lib.rs").unlink()
    with pytest.raises(GateRefused):
        package.repackage(root, "ordvec", overlay=False, work=tmp_path / "work")


def test_two_packagings_that_differ_are_explained(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cargo that compresses differently the second time."""

    def unsteady(checkout: Path, names: list[str], *_: object, verify: bool) -> list[Path]:
        path = crate(checkout / "ordvec-0.6.0.crate", {"ordvec-0.6.0/src/lib.rs": b"x" * 9000})
        if not verify:
            path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), 1, mtime=0))
        return [path]

    monkeypatch.setattr(package.cargo, "package", unsteady)
    monkeypatch.setattr(package.crate_bytes, "contents", lambda *_: ())
    with pytest.raises(Mismatch, match="compression"):
        package.package(root, ["ordvec"], out=tmp_path / "out", offline=True)


def test_expect_without_package_is_a_wrong_call() -> None:
    parser = argparse.ArgumentParser()
    package.configure(parser)
    with pytest.raises(UsageError, match="--expect needs --package"):
        package.main(parser.parse_args(["--expect", "dist"]))


def test_an_unknown_crate_is_a_wrong_call() -> None:
    parser = argparse.ArgumentParser()
    package.configure(parser)
    with pytest.raises(UsageError, match="no crate is named 'nope'"):
        package.main(parser.parse_args(["--package", "nope"]))
