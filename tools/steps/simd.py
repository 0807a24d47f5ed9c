"""Prove SIMD levels: build each alone, run its tests at it, and show that it did execute.

A leg builds the core crate with just its features and asks a consumer of it what was compiled
in, what this machine has and what is in use; then the core's tests run with ``ORDVEC_SIMD``
(the cap) and ``ORDVEC_REQUIRE_SIMD`` (a test that cannot use the level fails) set to it; then
each wheel is built with the same features, installed, asked the same and tested.

``tools.checks.simd_levels`` says what that proves. A CPU without AVX-512 runs that leg under the
pinned Intel SDE; where QEMU's user mode is installed, it runs the crate's part of a leg of another
architecture, whose wheels would need another Python. ``--require`` turns each reason why a level
is not proven into a failure, so that a release cannot pass over a level it declares.

``--record FILE`` keeps what ran each leg, ``--check-pin FILE`` compares such a file with the pin
and refuses legs that an unpinned emulator ran, as QEMU is.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from tools.checks.simd_levels import (
    ARCHITECTURES,
    LEVELS,
    PORTABLE,
    Levels,
    Proof,
    State,
    judge,
    native,
    objections,
)
from tools.console import console
from tools.declaration import ROOT, Declaration, Emulator, PythonProject, SimdLeg
from tools.errors import GateRefused, Transient, raise_if
from tools.ops import cargo, emulator, maturin, qemu
from tools.ops.executor import NATIVE, Executor
from tools.ops.http import Http
from tools.ops.proc import run
from tools.steps import simd_consumer, simd_record
from tools.steps.clones import Sources, sources
from tools.steps.simd_consumer import CAP
from tools.steps.smoke import run_tests

REQUIRE, EXPECT = "ORDVEC_REQUIRE_SIMD", "ORDVEC_EXPECT_SIMD"


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every leg is proven with: a checkout, what is built from it, where, and by what."""

    root: Path
    source: Sources
    core: str
    projects: tuple[PythonProject, ...]
    emulator: Emulator
    http: Http
    require: bool

    @property
    def checkout(self) -> Path:
        return self.source.roots[0]

    @property
    def target(self) -> Path:
        return cargo.target_folder(self.root, "simd")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--level", choices=LEVELS, help="this level only (default: all declared)")
    parser.add_argument("--require", action="store_true", help="fail unless every level is proven")
    parser.add_argument("--core-only", action="store_true", help="the crate, not the wheels")
    parser.add_argument("--worktree", action="store_true", help="prove uncommitted files")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write what ran each leg")
    parser.add_argument(
        "--check-pin", type=Path, metavar="FILE", help="compare a record with the emulator's pin"
    )


def main(args: argparse.Namespace) -> tuple[Proof, ...]:
    declared = Declaration.load()
    if args.check_pin:
        simd_record.check(args.check_pin, declared.emulator)
        return ()
    legs = [leg_of(declared, args.level)] if args.level else list(declared.simd)
    projects = () if args.core_only else declared.python
    core = declared.crate[0].name
    with (
        sources(ROOT, 1, worktree=args.worktree) as source,
        Http(declared.project.user_agent) as http,
    ):
        shop = Workshop(ROOT, source, core, projects, declared.emulator, http, args.require)
        proofs = tuple(p for leg in legs for p in prove(shop, leg))
    if args.record:
        proven = [p for p in proofs if p.state is State.PROVEN]
        simd_record.write(args.record, {p.level: p.ran_by for p in proven})
    rows = [(p.level, p.artifact, p.state, p.tests, p.detail, _ran_by(p)) for p in proofs]
    columns = ("level", "artifact", "state", "tests", "levels", "ran by")
    console.table("SIMD levels", columns, rows)
    found = objections(proofs, require=args.require, chosen=bool(args.level))
    raise_if(found, "a SIMD level is not proven", GateRefused)
    return proofs


def _ran_by(proof: Proof) -> str:
    return str(proof.ran_by) if proof.state is State.PROVEN else ""


def leg_of(declared: Declaration, level: str) -> SimdLeg:
    """The declared leg of *level*, or what it would be: the feature ``simd-LEVEL`` alone."""
    for leg in declared.simd:
        if leg.level == level:
            return leg
    return SimdLeg.model_validate(
        {"level": level, "runner": "not declared", "features": (f"simd-{level}",)}
    )


def prove(shop: Workshop, leg: SimdLeg) -> tuple[Proof, ...]:
    """Prove *leg* for the core crate and the wheels.

    Raises:
        CommandFailed: a build or a test failed.
        Transient, Mismatch: the leg is required and there is no emulator, or a wrong one.
    """
    console.heading(f"SIMD level {leg.level}: features {', '.join(leg.features) or 'none'}")
    with cargo.exclusive(shop.target):
        cargo.purge(shop.target, list(cargo.packages(shop.checkout)))
        how, state, said = _execute(shop, leg, cargo.host_target())
        if state is not State.PROVEN:
            console.warning(f"{leg.level}: {state}; no test ran at this level ({said})")
            return (Proof(leg.level, shop.core, state, said),)
        _test_crate(shop, leg, how)
        proofs = [Proof(leg.level, shop.core, state, said, "passed", how)]
        wheel = _foreign_wheel if how.target else _prove_wheel
        proofs += [wheel(shop, leg, project, how) for project in shop.projects]
    return tuple(proofs)


def _execute(shop: Workshop, leg: SimdLeg, host: str) -> tuple[Executor, State, str]:
    """What can run the leg, and what the crate then says: this CPU, else an emulator."""
    if not native(leg.level, host):
        return _execute_foreign(shop, leg, host)
    state, said = judge(leg.level, _ask_crate(shop, leg, NATIVE))
    pin = shop.emulator
    if state is not State.NOT_RUNNABLE or (pin.level, pin.host) != (leg.level, host):
        return NATIVE, state, said
    cache = cargo.target_folder(shop.root, "emulator")
    try:
        how = emulator.ready(pin, cache, shop.source.work, shop.http)
    except Transient as error:
        if shop.require:
            raise
        return NATIVE, state, f"{said}; no emulator: {error.message}"
    return _emulated(shop, leg, how)


def _execute_foreign(shop: Workshop, leg: SimdLeg, host: str) -> tuple[Executor, State, str]:
    architecture = ARCHITECTURES[leg.level]
    if lacking := qemu.missing(architecture, host):
        said = f"this machine is {host}; runs on {leg.runner}, or here: {', '.join(lacking)}"
        return NATIVE, State.OTHER_ARCHITECTURE, said
    return _emulated(shop, leg, qemu.executor(architecture))


def _emulated(shop: Workshop, leg: SimdLeg, how: Executor) -> tuple[Executor, State, str]:
    console.info(f"{leg.level} is run by {how}")
    return how, *judge(leg.level, _ask_crate(shop, leg, how))


def _ask_crate(shop: Workshop, leg: SimdLeg, how: Executor) -> Levels:
    folder = shop.source.work / f"consumer-{leg.level}"
    return simd_consumer.ask(shop.checkout, shop.core, leg, folder, how, shop.target)


def _test_crate(shop: Workshop, leg: SimdLeg, how: Executor) -> None:
    features = ("--features", ",".join(leg.features)) if leg.features else ()
    test = ("cargo", "test", "--locked", "-p", shop.core, "--no-default-features", *features)
    target = {"CARGO_TARGET_DIR": str(shop.target)}
    run(
        # rustdoc links its tests for the architecture that it runs on.
        (*test, *how.arguments, *(("--lib", "--tests") if how.target else ())),
        cwd=shop.checkout,
        env={**target, CAP: leg.level, REQUIRE: leg.level, **how.cargo(cargo.host_target())},
    )


def _foreign_wheel(_: Workshop, leg: SimdLeg, project: PythonProject, how: Executor) -> Proof:
    said = f"needs a Python for {how.target}; runs on {leg.runner}"
    return Proof(leg.level, f"{project.name} (wheel)", State.OTHER_ARCHITECTURE, said)


def _prove_wheel(shop: Workshop, leg: SimdLeg, project: PythonProject, how: Executor) -> Proof:
    work = shop.source.work / f"{leg.level}-{project.name}"
    features = set(leg.features) & cargo.features(shop.checkout, project.crate)
    wheel = _build_wheel(shop, project, work / "built", tuple(sorted(features)))
    artifact = f"{project.name} (wheel)"
    if leg.features and not features and project.name != shop.core:
        # Built on the core without its SIMD features, in every leg alike: it proves no level.
        return Proof(leg.level, artifact, State.NO_KERNELS, "", "by the portable leg")
    version = cargo.packages(shop.checkout)[project.crate]
    env = {CAP: leg.level, EXPECT: "" if leg.level == PORTABLE else leg.level}
    tested = run_tests(shop.checkout, project, wheel, version, work, env, how.prefix)
    tests = f"{tested.passed} passed, {tested.skipped} skipped"
    if tested.levels:
        return Proof(leg.level, artifact, *judge(leg.level, tested.levels), tests, how)
    if project.name == shop.core:
        said = "the module has no simd_levels()"
        return Proof(leg.level, artifact, State.WRONG, said, tests)
    return Proof(leg.level, artifact, State.NO_KERNELS, "", tests)


def _build_wheel(
    shop: Workshop, project: PythonProject, out: Path, features: tuple[str, ...]
) -> Path:
    host = cargo.host_target()
    how = maturin.WheelBuild(
        target=host,
        target_folder=shop.target,
        epoch=shop.source.epoch,
        compatibility="linux" if "linux" in host else "",
        features=features,
    )
    out.mkdir(parents=True)
    return maturin.build_wheel(shop.checkout, project.path, out, how)
