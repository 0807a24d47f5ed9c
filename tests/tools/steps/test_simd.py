"""What proves a SIMD level, and everything that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.declaration import Declaration
from tools.errors import Mismatch, Transient
from tools.model import Digest
from tools.ops import emulator
from tools.ops.emulator import NATIVE, Executor
from tools.ops.http import Http
from tools.steps import simd
from tools.steps.clones import Sources
from tools.steps.simd import Proof, State, judge, leg_of, objections
from tools.steps.smoke import Levels


def said(compiled: str, detected: str, active: str) -> Levels:
    return Levels(tuple(compiled.split()), tuple(detected.split()), active)


@pytest.mark.parametrize(
    ("level", "levels", "state"),
    [
        ("portable", said("portable", "portable avx2", "portable"), State.PROVEN),
        ("avx2", said("portable avx2", "portable avx2 avx512", "avx2"), State.PROVEN),
        ("avx2", said("portable", "portable avx2", "portable"), State.NOT_IMPLEMENTED),
        ("avx512", said("portable avx512", "portable avx2", "portable"), State.NOT_RUNNABLE),
        ("avx512", said("portable avx2 avx512", "portable avx512", "avx512"), State.WRONG),
        ("portable", said("portable avx2", "portable avx2", "portable"), State.WRONG),
        ("avx2", said("portable avx2", "portable avx2", "portable"), State.WRONG),
        ("neon", said("portable", "portable avx2", "portable"), State.NOT_IMPLEMENTED),
    ],
)
def test_level_is_judged(level: str, levels: Levels, state: State) -> None:
    found, detail = judge(level, levels)
    assert found is state
    assert f"active {levels.active}" in detail


def proof(state: State) -> Proof:
    return Proof("avx2", "ordvec", state, "")


@pytest.mark.parametrize("state", [State.NOT_IMPLEMENTED, State.NOT_RUNNABLE])
def test_level_that_was_not_proven_is_tolerated_unless_required(state: State) -> None:
    assert objections([proof(state)], require=False) == ()
    assert objections([proof(State.PROVEN), proof(state)], require=True)


def test_wrong_level_always_fails() -> None:
    assert objections([proof(State.PROVEN), proof(State.WRONG)], require=False)


def test_requirement_without_any_proof_fails() -> None:
    assert objections([], require=True)
    assert objections([proof(State.NO_KERNELS)], require=True)


def test_proven_level_and_a_wheel_without_kernels_satisfy_a_requirement() -> None:
    assert objections([proof(State.PROVEN), proof(State.NO_KERNELS)], require=True) == ()


def test_level_without_a_declared_leg_is_built_with_its_feature(declaration: Declaration) -> None:
    declared = {leg.level for leg in declaration.simd}
    assert leg_of(declaration, "portable").features == ()
    for level in {"avx2", "avx512", "neon"} - declared:
        assert leg_of(declaration, level).features == (f"simd-{level}",)


def test_level_of_another_architecture_is_tolerated_unless_it_was_chosen() -> None:
    proofs = [proof(State.PROVEN), proof(State.OTHER_ARCHITECTURE)]
    assert objections(proofs, require=True, chosen=False) == ()
    assert objections(proofs, require=True, chosen=True)
    assert objections([proof(State.OTHER_ARCHITECTURE)], require=True, chosen=False)


@pytest.mark.parametrize(
    ("level", "host", "answer"),
    [
        ("portable", "aarch64-apple-darwin", True),
        ("neon", "aarch64-apple-darwin", True),
        ("neon", "x86_64-unknown-linux-gnu", False),
        ("avx512", "aarch64-unknown-linux-gnu", False),
        ("avx2", "x86_64-pc-windows-msvc", True),
    ],
)
def test_architecture_of_a_level(level: str, host: str, answer: bool) -> None:
    assert simd.native(level, host) is answer


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
    ask = lambda shop, leg, runner: EMULATED if runner else LACKING  # noqa: E731
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
