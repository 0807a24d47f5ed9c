"""Which legs are built here, and what happens when two builds differ."""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

import pytest

from tests.tools.checks.test_archive_diff import crate
from tests.tools.steps import workspace
from tools.checks.simd_levels import Levels
from tools.declaration import Declaration
from tools.errors import GateRefused, Mismatch, UsageError
from tools.model import Digest
from tools.steps import sdist, smoke, wheels

LINUX = "x86_64-unknown-linux-gnu"


def test_every_native_leg_of_both_packages_is_chosen(declaration: Declaration) -> None:
    legs = wheels.select(declaration, None, None, LINUX)
    assert [(leg.project.name, leg.platform.name) for leg in legs] == [
        ("ordvec", "manylinux-x86_64"),
        ("ordvec-manifest", "manylinux-x86_64"),
    ]


def test_a_leg_that_is_not_native_names_its_runner(declaration: Declaration) -> None:
    with pytest.raises(UsageError, match="macos-15"):
        wheels.select(declaration, "ordvec", "macos-arm64", LINUX)


def test_a_machine_outside_the_matrix_is_told_so(declaration: Declaration) -> None:
    with pytest.raises(UsageError, match="riscv64"):
        wheels.select(declaration, None, None, "riscv64gc-unknown-linux-gnu")


def test_a_worktree_build_never_becomes_an_artifact() -> None:
    parser = argparse.ArgumentParser()
    wheels.configure(parser)
    with pytest.raises(UsageError, match="--worktree"):
        wheels.main(parser.parse_args(["--worktree", "--out", "dist"]))


def test_non_deterministic_member_stops_with_30_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declaration: Declaration
) -> None:
    """A build that leaks the path of its clone into a member."""
    root = workspace.make(tmp_path / "origin")
    leg = wheels.select(declaration, "ordvec", "manylinux-x86_64", LINUX)[0]

    def leaky(checkout: Path, project: Path, out: Path, how: object) -> Path:
        path = out / "ordvec-0.6.0-cp310-abi3-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            info = zipfile.ZipInfo("ordvec/built.txt")
            archive.writestr(info, f"made in {checkout}\n")
        return path

    monkeypatch.setattr(wheels.maturin, "build_wheel", leaky)
    monkeypatch.setenv("CARGO_TARGET_DIR", str(tmp_path / "target"))
    with pytest.raises(Mismatch) as caught:
        wheels.build(root, declaration, [leg], out=tmp_path / "out")
    assert caught.value.exit_code == 30
    assert "ordvec/built.txt" in str(caught.value)
    assert "/first/" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_non_deterministic_sdist_stops_with_30(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declaration: Declaration
) -> None:
    root = workspace.make(tmp_path / "origin")

    def leaky(checkout: Path, project: Path, out: Path, epoch: int) -> Path:
        return crate(out / "ordvec-0.6.0.tar.gz", {"ordvec-0.6.0/PKG-INFO": str(checkout).encode()})

    monkeypatch.setattr(sdist.maturin, "build_sdist", leaky)
    with pytest.raises(Mismatch, match="PKG-INFO"):
        sdist.sdist(root, declaration.python[:1], out=tmp_path / "out", build=False)
    assert not (tmp_path / "out").exists()


def built_for(*compiled: str) -> smoke.Tested:
    levels = Levels(compiled, ("portable",), "portable")
    return smoke.Tested("x.whl", Digest.of_bytes(b""), "3.12", 1, 0, levels)


def test_wheel_compiled_for_other_levels_than_declared_is_refused(
    declaration: Declaration,
) -> None:
    platform = declaration.platform_named("manylinux-x86_64").model_copy(
        update={"levels": ("portable", "avx2")}
    )
    smoke.require_levels(built_for("avx2", "portable"), platform)
    with pytest.raises(GateRefused, match="portable, avx2"):
        smoke.require_levels(built_for("portable"), platform)
