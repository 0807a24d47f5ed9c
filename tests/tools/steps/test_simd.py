"""What runs a SIMD leg: this CPU, or the emulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.checks.simd_levels import Levels, State, objections
from tools.declaration import Declaration
from tools.errors import Mismatch, Transient
from tools.model import Digest
from tools.ops import emulator, qemu
from tools.ops.executor import NATIVE, Executor
from tools.ops.http import Http
from tools.steps import simd
from tools.steps.clones import Sources
from tools.steps.simd import leg_of


def said(compiled: str, detected: str, active: str) -> Levels:
    return Levels(tuple(compiled.split()), tuple(detected.split()), active)


def test_level_without_a_declared_leg_is_built_with_its_feature(declaration: Declaration) -> None:
    declared = {leg.level for leg in declaration.simd}
    assert leg_of(declaration, "portable").features == ()
    for level in {"avx2", "avx512", "neon"} - declared:
        assert leg_of(declaration, level).features == (f"simd-{level}",)


# ---------------------------------------------------------------------- the emulator

LACKING = said("portable avx512", "portable avx2", "portable")
EMULATED = said("portable avx512", "portable avx2 avx512", "avx512")


def shop(declaration: Declaration, root: Path, require: bool = False) -> simd.Workshop:
    source = Sources(root, (root,), "", 0)
    http = Http("ordvec tests (+https://example)")
    return simd.Workshop(root, source, "ordvec", (), declaration.emulator, http, require)


def execute(where: simd.Workshop, declaration: Declaration, level: str) -> tuple[Executor, State]:
    found = simd._execute(where, leg_of(declaration, level), declaration.emulator.host)
    return found[0], found[1]


@pytest.fixture
def old_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A CPU without AVX-512, on which only a runner executes it."""
    ask = lambda shop, leg, how: EMULATED if how.prefix else LACKING  # noqa: E731
    monkeypatch.setattr(simd, "_ask_crate", ask)


@pytest.mark.usefixtures("old_cpu")
def test_leg_that_the_cpu_cannot_run_is_emulated(
    declaration: Declaration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = Executor(("sde64", "-icx", "--"), "Intel SDE", Digest.of_bytes(b"archive"))
    monkeypatch.setattr(emulator, "ready", lambda *_: how)
    assert execute(shop(declaration, tmp_path), declaration, "avx512") == (how, State.PROVEN)


@pytest.mark.usefixtures("old_cpu")
def test_only_the_level_of_the_emulator_is_emulated(
    declaration: Declaration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator, "ready", lambda *_: pytest.fail("it was asked for"))
    monkeypatch.setattr(
        simd, "_ask_crate", lambda *_: said("portable avx2", "portable", "portable")
    )
    found = execute(shop(declaration, tmp_path), declaration, "avx2")
    assert found == (NATIVE, State.NOT_RUNNABLE)


@pytest.mark.usefixtures("old_cpu")
def test_emulator_out_of_reach_fails_a_required_leg_only(
    declaration: Declaration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unserved(*_: object) -> Executor:
        raise Transient("the server does not answer")

    monkeypatch.setattr(emulator, "ready", unserved)
    found = execute(shop(declaration, tmp_path), declaration, "avx512")
    assert found == (NATIVE, State.NOT_RUNNABLE)
    with pytest.raises(Transient):
        execute(shop(declaration, tmp_path, require=True), declaration, "avx512")


@pytest.mark.parametrize("require", [False, True])
@pytest.mark.usefixtures("old_cpu")
def test_wrong_emulator_always_fails(
    declaration: Declaration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require: bool
) -> None:
    def altered(*_: object) -> Executor:
        raise Mismatch("another archive")

    monkeypatch.setattr(emulator, "ready", altered)
    with pytest.raises(Mismatch):
        execute(shop(declaration, tmp_path, require), declaration, "avx512")


# ---------------------------------------------------------------------- another architecture


def foreign(where: simd.Workshop, declaration: Declaration) -> tuple[Executor, State, str]:
    return simd._execute(where, leg_of(declaration, "neon"), "x86_64-unknown-linux-gnu")


def test_leg_of_another_architecture_says_what_would_run_it_here(
    declaration: Declaration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu, "missing", lambda *_: ("apt-get install qemu-user",))
    monkeypatch.setattr(simd, "_ask_crate", lambda *_: pytest.fail("nothing can run it"))
    how, state, said = foreign(shop(declaration, tmp_path), declaration)
    assert (how, state) == (NATIVE, State.OTHER_ARCHITECTURE)
    assert "apt-get install qemu-user" in said


@pytest.mark.parametrize(
    ("levels", "state"),
    [
        (said("portable neon", "portable neon", "neon"), State.PROVEN),
        (said("portable", "portable neon", "portable"), State.NOT_IMPLEMENTED),
        (said("portable neon", "portable neon", "portable"), State.WRONG),
    ],
)
def test_leg_of_another_architecture_is_judged_under_qemu(
    declaration: Declaration,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    levels: Levels,
    state: State,
) -> None:
    emulated = Executor(("qemu-aarch64",), "QEMU", target="aarch64-unknown-linux-musl")
    monkeypatch.setattr(qemu, "missing", lambda *_: ())
    monkeypatch.setattr(qemu, "executor", lambda _: emulated)
    asked = []
    monkeypatch.setattr(simd, "_ask_crate", lambda *call: (asked.append(call[2]), levels)[1])
    how, found, _ = foreign(shop(declaration, tmp_path), declaration)
    assert (how, found) == (emulated, state)
    assert asked == [emulated]


def test_wheel_of_another_architecture_is_no_proof(
    declaration: Declaration, tmp_path: Path
) -> None:
    emulated = Executor(("qemu-aarch64",), "QEMU", target="aarch64-unknown-linux-musl")
    where, leg = shop(declaration, tmp_path), leg_of(declaration, "neon")
    proof = simd._foreign_wheel(where, leg, declaration.python[0], emulated)
    assert objections([proof], require=True)
