"""What proves a SIMD level, and what does not.

A level is proven only when its kernels are compiled in, with no other level but the portable
one, this machine has the instructions, and it was the one in use. Otherwise the leg says why:
the crate has no such kernels, or this machine cannot run them. What is required fails for each
such reason; only where no level was chosen may a leg be another architecture's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tools.model import Problem
from tools.ops.executor import NATIVE, Executor

PORTABLE = "portable"
LEVELS = (PORTABLE, "avx2", "avx512", "neon")
# The architecture whose instructions a level is made of.
ARCHITECTURES = {"avx2": "x86_64", "avx512": "x86_64", "neon": "aarch64"}


@dataclass(frozen=True, slots=True)
class Levels:
    """SIMD levels of an installed module: compiled in, detected on this machine, in use."""

    compiled: tuple[str, ...]
    detected: tuple[str, ...]
    active: str


class State(StrEnum):
    """What a leg showed."""

    PROVEN = "proven"
    NOT_IMPLEMENTED = "level not implemented in this crate yet"
    NOT_RUNNABLE = "this machine lacks the instructions"
    OTHER_ARCHITECTURE = "for another architecture"
    NO_KERNELS = "holds no kernels of its own"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a leg showed of one artifact (the crate, a wheel), and what that artifact said."""

    level: str
    artifact: str
    state: State
    detail: str
    tests: str = ""
    ran_by: Executor = NATIVE


def judge(level: str, levels: Levels) -> tuple[State, str]:
    """What *levels*, said by an artifact built for *level* alone, prove; and why."""
    said = (
        f"compiled {','.join(levels.compiled)}; detected {','.join(levels.detected)}; "
        f"active {levels.active}"
    )
    if level not in levels.compiled:
        return State.NOT_IMPLEMENTED, said
    if not set(levels.compiled) <= {PORTABLE, level}:
        return State.WRONG, f"{said}; another level was compiled in"
    if level not in levels.detected:
        return State.NOT_RUNNABLE, said
    if levels.active != level:
        return State.WRONG, f"{said}; another level was in use"
    return State.PROVEN, said


def objections(
    proofs: Sequence[Proof], *, require: bool, chosen: bool = True
) -> tuple[Problem, ...]:
    """What fails: WRONG always; with *require* whatever is not proven, no proof at all included.

    Unless the level was *chosen*, one of another architecture is not this machine's to prove.
    """
    fine = {State.PROVEN, State.NO_KERNELS} if require else set(State) - {State.WRONG}
    if not chosen:
        fine.add(State.OTHER_ARCHITECTURE)
    bad = [p for p in proofs if p.state not in fine]
    found = [
        Problem(f"{p.level}: {p.artifact}", State.PROVEN, f"{p.state} ({p.detail})") for p in bad
    ]
    if require and not any(p.state is State.PROVEN for p in proofs):
        found.append(Problem("release.toml: [[simd]]", "a level to prove", "none"))
    return tuple(found)


def native(level: str, host: str) -> bool:
    """Whether programs for *host*, a target triple, can hold *level* at all."""
    architecture = host.split("-")[0]
    return ARCHITECTURES.get(level, architecture) == architecture
