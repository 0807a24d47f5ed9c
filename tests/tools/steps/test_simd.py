"""What proves a SIMD level, and everything that does not."""

from __future__ import annotations

import pytest

from tools.declaration import Declaration
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
