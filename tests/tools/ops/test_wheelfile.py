"""Rewriting a wheel keeps it a wheel, deterministically; SBOM paths are taken out."""

from __future__ import annotations

from pathlib import Path

from tests.tools.checks.test_wheel_contents import FILES, INFO, NAME, found, write
from tools.checks.archive_diff import read
from tools.ops import maturin, wheelfile

SBOM = f"{INFO}/sboms/tiny.cyclonedx.json"


def test_clone_path_is_taken_out_of_the_sbom_and_record_still_holds(tmp_path: Path) -> None:
    wheel = write(tmp_path / NAME, FILES)
    maturin.neutralise(wheel, Path("/build/here"))
    data = {member.name: member.data for member in read(wheel)}
    assert data[SBOM] == b'{"ref": "path+file:///source/tiny#1.2.3"}'
    assert found(wheel) == []


def test_two_clones_give_the_same_wheel(tmp_path: Path) -> None:
    wheels = []
    for clone in ("/build/here", "/another/longer/path"):
        folder = tmp_path / clone.replace("/", "-")
        folder.mkdir()
        sbom = FILES[SBOM].replace(b"/build/here", clone.encode())
        wheel = write(folder / NAME, {**FILES, SBOM: sbom})
        maturin.neutralise(wheel, Path(clone))
        wheels.append([(m.name, m.mode, m.data) for m in read(wheel)])
    assert wheels[0] == wheels[1]


def test_only_the_sbom_is_touched(tmp_path: Path) -> None:
    """A path in the module itself must stay and fail the comparison, not be papered over."""
    module = b"\x7fELF /build/here/src/lib.rs"
    wheel = write(tmp_path / NAME, {**FILES, "tiny/_tiny.abi3.so": module})
    maturin.neutralise(wheel, Path("/build/here"))
    assert {m.name: m.data for m in read(wheel)}["tiny/_tiny.abi3.so"] == module


def test_a_wheel_without_changes_is_left_alone(tmp_path: Path) -> None:
    wheel = write(tmp_path / NAME, FILES)
    before = wheel.read_bytes()
    wheelfile.rewrite(wheel, lambda name, data: data)
    assert wheel.read_bytes() == before


def test_flags_replace_the_users_and_stamp_no_time() -> None:
    flags = maturin.rust_flags("x86_64-pc-windows-msvc")
    assert "-Clink-arg=/Brepro" in flags
    assert any(flag.endswith(f"={maturin.REGISTRY_PATH}") for flag in flags)
    assert not any("target-cpu" in flag for flag in flags)
