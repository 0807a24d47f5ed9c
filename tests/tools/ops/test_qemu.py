"""QEMU's user mode: what a machine lacks, and how a leg is then run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.ops import cargo, qemu
from tools.ops.executor import NATIVE, TEST_RUNNER, Executor

HOST = "x86_64-unknown-linux-gnu"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that lacks nothing: its programs in `bin`, its toolchain in `rust`."""
    program = tmp_path / "bin" / "qemu-aarch64"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "qemu-aarch64 version 7.2.22 (Debian)"\necho Copyright\n')
    program.chmod(0o755)
    libraries = tmp_path / "rust" / "lib" / "rustlib"
    library = libraries / "aarch64-unknown-linux-musl" / "lib" / "libstd-0123456789abcdef.rlib"
    library.parent.mkdir(parents=True)
    library.touch()
    (libraries / HOST / "bin").mkdir(parents=True)
    (libraries / HOST / "bin" / qemu.LINKER).touch()
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(cargo, "sysroot", lambda: tmp_path / "rust")
    return tmp_path


def test_complete_machine_lacks_nothing(machine: Path) -> None:
    assert qemu.missing("aarch64", HOST) == ()
    how = qemu.executor("aarch64")
    assert str(how) == "QEMU 7.2.22 as aarch64"
    assert how.arguments == ("--target", "aarch64-unknown-linux-musl")


@pytest.mark.parametrize(
    ("part", "command"),
    [
        ("bin", "apt-get install qemu-user"),
        (
            "rust/lib/rustlib/aarch64-unknown-linux-musl",
            "rustup target add aarch64-unknown-linux-musl",
        ),
        (
            f"rust/lib/rustlib/{HOST}/bin",
            f"use a toolchain of rustup: this one has no {qemu.LINKER}",
        ),
    ],
)
def test_each_missing_part_is_named_with_its_command(
    machine: Path, part: str, command: str
) -> None:
    shutil.rmtree(machine / part)
    assert qemu.missing("aarch64", HOST) == (command,)


@pytest.mark.usefixtures("machine")
def test_there_is_no_user_mode_but_on_linux() -> None:
    (said,) = qemu.missing("aarch64", "x86_64-apple-darwin")
    assert "Linux" in said


def test_variables_of_an_emulator_are_those_of_its_target() -> None:
    how = Executor(
        ("qemu-aarch64",), "QEMU", target="aarch64-unknown-linux-musl", linker="rust-lld"
    )
    assert how.cargo(HOST) == {
        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER": "qemu-aarch64",
        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER": "rust-lld",
        TEST_RUNNER: "qemu-aarch64",
    }
    assert NATIVE.cargo(HOST) == {}
    assert NATIVE.arguments == ()
