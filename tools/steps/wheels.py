"""Build the wheels of the matrix that this machine can build; prove, install and test them.

Each wheel is built from two clean clones of HEAD at different paths and must come out the same
byte for byte; then it is checked (name, tags, licences, stubs, RECORD), installed into a fresh
environment and its project's tests run against it. Compiled dependencies are kept between runs
(below CARGO_TARGET_DIR or target/), our own crates never.

Without ``--platform``: every leg native to this machine. ``--worktree`` builds the files as they
are now, for work in progress; nothing built that way can be written with ``--out``.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.checks import archive_diff, wheel_contents
from tools.console import console
from tools.declaration import ROOT, Declaration, Platform, PythonProject
from tools.errors import GateRefused, Mismatch, UsageError, raise_if
from tools.model import parse_version
from tools.ops import cargo, maturin
from tools.steps.clones import Sources, sources
from tools.steps.smoke import Tested, demands, require_levels, require_native, run_tests


@dataclass(frozen=True, slots=True)
class Leg:
    """One wheel of the matrix."""

    project: PythonProject
    platform: Platform


@dataclass(frozen=True, slots=True)
class Wheels:
    """The wheels of one commit, tested; ``builds`` is how often each was built and compared."""

    commit: str
    builds: int
    wheels: tuple[Tested, ...]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--package", metavar="P", help="this PyPI project only")
    parser.add_argument("--platform", metavar="NAME", help="this leg of [wheels] only")
    parser.add_argument("--out", type=Path, metavar="DIR", help="wheels go to DIR/P/")
    parser.add_argument("--once", action="store_true", help="build once, compare nothing")
    parser.add_argument("--worktree", action="store_true", help="build uncommitted files as well")


def main(args: argparse.Namespace) -> Wheels:
    if args.worktree and args.out:
        raise UsageError("--worktree builds what no commit holds; it cannot go to --out")
    declared = Declaration.load()
    legs = select(declared, args.package, args.platform, cargo.host_target())
    copies = 1 if args.once else 2
    result = build(ROOT, declared, legs, copies=copies, out=args.out, worktree=args.worktree)
    _show(result)
    return result


def select(
    declared: Declaration, package: str | None, platform: str | None, host: str
) -> tuple[Leg, ...]:
    """The legs to build on a machine of target *host*.

    Raises:
        UsageError: the named platform is not native here, or none is.
    """
    projects = (declared.python_named(package),) if package else declared.python
    if platform:
        platforms: Sequence[Platform] = (declared.platform_named(platform),)
        require_native(platforms[0], host)
    else:
        platforms = [p for p in declared.wheels.platform if p.target == host]
    if not platforms:
        names = ", ".join(p.target for p in declared.wheels.platform)
        raise UsageError("no leg of the matrix is native here", expected=names, found=host)
    return tuple(Leg(project, p) for project in projects for p in platforms)


def build(
    root: Path,
    declared: Declaration,
    legs: Sequence[Leg],
    *,
    copies: int = 2,
    out: Path | None = None,
    worktree: bool = False,
) -> Wheels:
    """Build, compare, check, install and test the wheels of *legs*.

    Returns:
        what was built; files are written to ``OUT/PROJECT/`` only when all of it held.

    Raises:
        Mismatch: two builds of one wheel differ; the problems name the members.
        GateRefused: the tree is not clean, a wheel is not what its leg must give, a test fails.
    """
    with sources(root, copies, worktree=worktree) as source:
        built = []
        for leg in legs:
            console.heading(f"{leg.project.name} for {leg.platform.name}")
            wheel = _build_equal(source, root, leg)
            built.append((leg, wheel, _prove(source, declared, leg, wheel)))
        if out:
            for leg, wheel, _ in built:
                folder = out / leg.project.name
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(wheel, folder / wheel.name)
        return Wheels(source.commit, copies, tuple(tested for _, _, tested in built))


def _build_equal(source: Sources, root: Path, leg: Leg) -> Path:
    built = [build_one(source, root, leg, copy) for copy in range(len(source.roots))]
    for other in built[1:]:
        differences = archive_diff.explain(built[0], other)
        problems = [difference.problem(other.name) for difference in differences]
        raise_if(problems, "two builds of one wheel differ", Mismatch, "find what leaks into it")
    return built[0]


def build_one(source: Sources, root: Path, leg: Leg, copy: int) -> Path:
    """The wheel of *leg* from one copy of the sources, neither checked nor tested.

    Args:
        root: the checkout whose target folder keeps compiled dependencies.
    """
    checkout = source.roots[copy]
    target = cargo.target_folder(root, f"wheels-{copy + 1}")
    how = maturin.WheelBuild(
        target=leg.platform.target,
        target_folder=target,
        epoch=source.epoch,
        compatibility=leg.platform.compatibility,
        zig=leg.platform.zig,
    )
    out = source.work / f"built-{copy + 1}" / leg.project.name / leg.platform.name
    out.mkdir(parents=True)
    with cargo.exclusive(target):
        cargo.purge(target, list(cargo.packages(checkout)))
        return maturin.build_wheel(checkout, leg.project.path, out, how)


def _prove(source: Sources, declared: Declaration, leg: Leg, wheel: Path) -> Tested:
    checkout = source.roots[0]
    version = cargo.packages(checkout)[leg.project.crate]
    expected = wheel_contents.Expected(
        file_name=declared.wheel_name(leg.project, leg.platform, parse_version(version)),
        project=leg.project.name,
        module=leg.project.module,
        version=version,
        licences=wheel_contents.licences(checkout),
    )
    problems = (*wheel_contents.problems(wheel, expected), *wheel_contents.linters([wheel]))
    raise_if(problems, f"{wheel.name} is not what its leg must give", GateRefused)
    work = Path(tempfile.mkdtemp(prefix="install-", dir=source.work))
    tested = run_tests(checkout, leg.project, wheel, version, work, demands(leg.platform))
    require_levels(tested, leg.platform)
    return tested


def _show(result: Wheels) -> None:
    rows = [
        (
            t.wheel,
            t.digest.short,
            t.passed,
            t.skipped,
            ",".join(t.levels.compiled) if t.levels else "",
        )
        for t in result.wheels
    ]
    console.table("wheels", ("wheel", "sha256", "passed", "skipped", "levels"), rows)
    how = "byte-identical" if result.builds > 1 else "not compared (--once)"
    console.success(f"{result.commit[:12]}: built {result.builds} time(s), {how}")
