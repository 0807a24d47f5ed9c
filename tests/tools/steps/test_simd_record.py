"""The record of what ran the SIMD legs, compared with the emulator's pin."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.declaration import Declaration
from tools.errors import Mismatch, UsageError
from tools.model import Digest
from tools.ops.executor import NATIVE, Executor
from tools.steps import simd_record


def emulated(digest: Digest) -> Executor:
    return Executor(("sde64", "-icx", "--"), "Intel SDE 1 as icx", digest)


def test_record_of_the_pinned_emulator_agrees(tmp_path: Path, declaration: Declaration) -> None:
    pin = declaration.emulator
    simd_record.write(tmp_path / "r.json", {"avx2": NATIVE, "avx512": emulated(pin.digest)})
    assert simd_record.check(tmp_path / "r.json", pin) == 1


def test_record_of_another_emulator_is_a_mismatch(tmp_path: Path, declaration: Declaration) -> None:
    other = Digest.of_bytes(b"another archive")
    simd_record.write(tmp_path / "r.json", {"avx512": emulated(other)})
    with pytest.raises(Mismatch) as caught:
        simd_record.check(tmp_path / "r.json", declaration.emulator)
    assert caught.value.found == f"avx512: {other}"


def test_record_without_an_emulator_says_so(tmp_path: Path, declaration: Declaration) -> None:
    simd_record.write(tmp_path / "r.json", {"avx512": NATIVE})
    assert simd_record.check(tmp_path / "r.json", declaration.emulator) == 0


def test_record_of_an_emulator_that_is_not_pinned_is_a_mismatch(
    tmp_path: Path, declaration: Declaration
) -> None:
    """A leg that QEMU ran was called one that needed no emulator."""
    qemu = Executor(("qemu-aarch64",), "QEMU 7.2.0 as aarch64", target="aarch64-unknown-linux-musl")
    pinned = emulated(declaration.emulator.digest)
    simd_record.write(tmp_path / "r.json", {"neon": qemu, "avx2": NATIVE, "avx512": pinned})
    with pytest.raises(Mismatch) as caught:
        simd_record.check(tmp_path / "r.json", declaration.emulator)
    assert caught.value.found == "neon: QEMU 7.2.0 as aarch64, which is not pinned"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"legs": {}}', '{"legs": {"avx512": 1}}'])
def test_what_is_no_record_is_refused(tmp_path: Path, declaration: Declaration, text: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(text)
    with pytest.raises(UsageError):
        simd_record.check(path, declaration.emulator)
    with pytest.raises(UsageError):
        simd_record.check(tmp_path / "absent.json", declaration.emulator)
