"""Prove SIMD levels: build each alone, run its tests at it, and show that it did execute.

A leg builds the core crate with just its features and asks a consumer of it what was compiled
in, what this machine has and what is in use; then the core's tests run with ``ORDVEC_SIMD``
(the cap) and ``ORDVEC_REQUIRE_SIMD`` (a test that cannot use the level fails) set to it; then
each wheel is built with the same features, installed, asked the same and tested.

A level is proven only when its kernels are compiled in, with no other level but the portable
one, this machine has the instructions, and it was the one in use. Otherwise the leg says why:
the crate has no such kernels yet, or this machine cannot run them. ``--require`` turns both
into a failure, so that a release cannot pass over a level it declares.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tools.console import console
from tools.declaration import ROOT, Declaration, PythonProject, SimdLeg
from tools.errors import GateRefused, raise_if
from tools.model import Problem
from tools.ops import cargo, maturin
from tools.ops.proc import run
from tools.steps.clones import Sources, sources
from tools.steps.smoke import Levels, run_tests

PORTABLE = "portable"
LEVELS = (PORTABLE, "avx2", "avx512", "neon")
CAP, REQUIRE, EXPECT = "ORDVEC_SIMD", "ORDVEC_REQUIRE_SIMD", "ORDVEC_EXPECT_SIMD"


class State(StrEnum):
    """What a leg showed."""

    PROVEN = "proven"
    NOT_IMPLEMENTED = "level not implemented in this crate yet"
    NOT_RUNNABLE = "this machine lacks the instructions"
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


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--level", choices=LEVELS, help="this level only (default: all declared)")
    parser.add_argument("--require", action="store_true", help="fail unless every level is proven")
    parser.add_argument("--core-only", action="store_true", help="the crate, not the wheels")
    parser.add_argument("--worktree", action="store_true", help="prove uncommitted files")


def main(args: argparse.Namespace) -> tuple[Proof, ...]:
    declared = Declaration.load()
    legs = [leg_of(declared, args.level)] if args.level else list(declared.simd)
    projects = () if args.core_only else declared.python
    core = declared.crate[0].name
    with sources(ROOT, 1, worktree=args.worktree) as source:
        proofs = tuple(p for leg in legs for p in prove(ROOT, source, core, leg, projects))
    rows = [(p.level, p.artifact, p.state, p.tests, p.detail) for p in proofs]
    console.table("SIMD levels", ("level", "artifact", "state", "tests", "levels"), rows)
    raise_if(objections(proofs, require=args.require), "a SIMD level is not proven", GateRefused)
    return proofs


def leg_of(declared: Declaration, level: str) -> SimdLeg:
    """The declared leg of *level*, or what it would be: the feature ``simd-LEVEL`` alone."""
    for leg in declared.simd:
        if leg.level == level:
            return leg
    return SimdLeg.model_validate(
        {"level": level, "runner": "not declared", "features": (f"simd-{level}",)}
    )


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


def objections(proofs: Sequence[Proof], *, require: bool) -> tuple[Problem, ...]:
    """What fails: WRONG always; with *require* whatever is not proven, no proof at all included."""
    fine = {State.PROVEN, State.NO_KERNELS} if require else set(State) - {State.WRONG}
    bad = [p for p in proofs if p.state not in fine]
    found = [
        Problem(f"{p.level}: {p.artifact}", State.PROVEN, f"{p.state} ({p.detail})") for p in bad
    ]
    if require and not any(p.state is State.PROVEN for p in proofs):
        found.append(Problem("release.toml: [[simd]]", "a level to prove", "none"))
    return tuple(found)


def prove(
    root: Path, source: Sources, core: str, leg: SimdLeg, projects: Sequence[PythonProject]
) -> tuple[Proof, ...]:
    """Prove *leg* for the core crate and the wheels of *projects*.

    Raises:
        CommandFailed: a build or a test failed.
    """
    console.heading(f"SIMD level {leg.level}: features {', '.join(leg.features) or 'none'}")
    target = cargo.target_folder(root, "simd")
    with cargo.exclusive(target):
        cargo.purge(target, list(cargo.packages(source.roots[0])))
        state, said = judge(leg.level, _ask_crate(source, core, leg, target))
        if state is not State.PROVEN:
            console.warning(f"{leg.level}: {state}; no test ran at this level")
            return (Proof(leg.level, core, state, said),)
        _test_crate(source, core, leg, target)
        proofs = [Proof(leg.level, core, state, said, "passed")]
        for project in projects:
            proofs.append(_prove_wheel(source, core, leg, project, target))
    return tuple(proofs)


_CONSUMER = """
use ordvec::simd::{active_level, compiled_levels, detected_levels, Level};

fn names(levels: &[Level]) -> String {
    let quoted: Vec<String> = levels.iter().map(|level| format!("\\"{level}\\"")).collect();
    quoted.join(",")
}

fn main() {
    println!(
        "{{\\"compiled\\":[{}],\\"detected\\":[{}],\\"active\\":\\"{}\\"}}",
        names(compiled_levels()),
        names(&detected_levels()),
        active_level().expect("the cap names a level")
    );
}
"""


def _ask_crate(source: Sources, core: str, leg: SimdLeg, target: Path) -> Levels:
    """Build a consumer of the crate with the leg's features and let it say its levels."""
    checkout = source.roots[0]
    folder = source.work / f"consumer-{leg.level}"
    (folder / "src").mkdir(parents=True)
    (folder / "src/main.rs").write_text(_CONSUMER, encoding="utf-8")
    # The lock keeps the consumer on the committed versions; cargo adds only the consumer itself.
    (folder / cargo.LOCK).write_bytes((checkout / cargo.LOCK).read_bytes())
    features = json.dumps(list(leg.features))
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "simd-consumer"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n\n'
        f"[dependencies]\n{core} = {{ path = {json.dumps(checkout.as_posix())}, "
        f"default-features = false, features = {features} }}\n",
        encoding="utf-8",
    )
    env = {"CARGO_TARGET_DIR": str(target), CAP: leg.level}
    run(("cargo", "fetch", "--locked", "--target", cargo.host_target()), cwd=checkout, env=env)
    done = run(("cargo", "run", "--quiet", "--offline"), cwd=folder, env=env)
    said = json.loads(done.stdout)
    return Levels(tuple(said["compiled"]), tuple(said["detected"]), said["active"])


def _test_crate(source: Sources, core: str, leg: SimdLeg, target: Path) -> None:
    features = ("--features", ",".join(leg.features)) if leg.features else ()
    run(
        ("cargo", "test", "--locked", "-p", core, "--no-default-features", *features),
        cwd=source.roots[0],
        env={"CARGO_TARGET_DIR": str(target), CAP: leg.level, REQUIRE: leg.level},
    )


def _prove_wheel(
    source: Sources, core: str, leg: SimdLeg, project: PythonProject, target: Path
) -> Proof:
    checkout = source.roots[0]
    work = source.work / f"{leg.level}-{project.name}"
    host = cargo.host_target()
    known = cargo.features(checkout, project.crate)
    how = maturin.WheelBuild(
        target=host,
        target_folder=target,
        epoch=source.epoch,
        compatibility="linux" if "linux" in host else "",
        features=tuple(feature for feature in leg.features if feature in known),
    )
    (work / "built").mkdir(parents=True)
    wheel = maturin.build_wheel(checkout, project.path, work / "built", how)
    version = cargo.packages(checkout)[project.crate]
    env = {CAP: leg.level, EXPECT: "" if leg.level == PORTABLE else leg.level}
    tested = run_tests(checkout, project, wheel, version, work, env)
    tests = f"{tested.passed} passed, {tested.skipped} skipped"
    artifact = f"{project.name} (wheel)"
    if tested.levels:
        return Proof(leg.level, artifact, *judge(leg.level, tested.levels), tests)
    if project.name == core:
        said = "the module has no simd_levels()"
        return Proof(leg.level, artifact, State.WRONG, said, tests)
    # Built on the core without its SIMD features, whatever the leg: it proves no level.
    return Proof(leg.level, artifact, State.NO_KERNELS, "", tests)
