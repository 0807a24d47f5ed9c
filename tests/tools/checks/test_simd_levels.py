"""What proves a SIMD level, and everything that does not."""

from __future__ import annotations

import pytest

from tools.checks.simd_levels import Levels, Proof, State, judge, native, objections


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
    assert native(level, host) is answer
