"""Prove that users of the published `ordvec` wheel can swap in the one of this tree.

    nox -s swap-in                          the newest release on PyPI below this tree's version
    nox -s swap-in -- --peer 0.5.0          that release
    nox -s swap-in -- --wheel FILE.whl      that wheel, instead of building this tree's

The published wheel is fetched from PyPI and its bytes are compared with the digest that PyPI
states. Both wheels are installed into environments of their own, with the same NumPy, and answer
the same cases: names and signatures, every call over dimensions, widths, data and candidate
lists, what is refused and how, the bytes of files, and each other's files. Differences that are
intended stand in `tools/swap_in/excuses.py`; any other one fails, and so does an excuse that
excuses nothing. Needs PyPI, Rust and a C compiler.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.checks import versions
from tools.console import console
from tools.declaration import ROOT, Declaration
from tools.errors import GateRefused, UsageError
from tools.model import Digest, Problem, Version, parse_version
from tools.ops import cargo, venv
from tools.ops.http import Http
from tools.ops.pypi import PyPIClient
from tools.steps import wheels
from tools.steps.clones import sources
from tools.steps.smoke import LOCK
from tools.swap_in import published
from tools.swap_in.compare import Difference, Outcome, compare
from tools.swap_in.excuses import EXCUSES, Excuse, Judged, judge

PROJECT = "ordvec"
PHASES = ("alone", "after")
SHOWN = 60
Side = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SwapIn:
    """What was compared and what came out; `unexcused` and `stale` are empty when it holds."""

    ours: str
    peer: str
    cases: int
    values: int
    furthest: float
    furthest_in: str
    swapped: int
    unexcused: tuple[Difference, ...]
    intended: tuple[tuple[Excuse, int], ...]
    stale: tuple[Excuse, ...]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--peer", metavar="X.Y.Z", help="this published version")
    parser.add_argument("--wheel", type=Path, metavar="FILE", help="a wheel of this tree")


def main(args: argparse.Namespace) -> SwapIn:
    declared = Declaration.load()
    if args.wheel and not args.wheel.is_file():
        raise UsageError(f"{args.wheel} is no file", expected="a wheel of this tree")
    version = versions.current(declared, ROOT)
    with tempfile.TemporaryDirectory(prefix="ordvec-swap-in-") as folder:
        work = Path(folder).resolve()
        peer = _published(declared, version, args.peer, work)
        ours = args.wheel.resolve() if args.wheel else _built(declared, work)
        sides = {"ours": ours, "peer": peer}
        console.info(f"the wheel here: {ours.name}, sha256 {Digest.of_file(ours).hex}")
        console.info(f"the published:  {peer.name}, sha256 {Digest.of_file(peer).hex}")
        answers = _answers(sides, work)
    result = conclude(compare(*(answers[side] for side in sides)), EXCUSES, ours.name, peer.name)
    show(result)
    return require(result)


def _published(declared: Declaration, version: Version, wanted: str | None, folder: Path) -> Path:
    hosts = declared.registries.pypi
    try:
        asked = parse_version(wanted) if wanted else None
    except ValueError as error:
        raise UsageError(str(error), remedy="pass --peer X.Y.Z") from error
    with Http(declared.project.user_agent) as http:
        pypi = PyPIClient(http, hosts.api, hosts.files)
        return published.fetch(pypi, PROJECT, folder, below=version, exactly=asked)


def _built(declared: Declaration, folder: Path) -> Path:
    """The wheel that this machine's leg of the matrix gives of the files as they are."""
    leg = wheels.select(declared, PROJECT, None, cargo.host_target())[0]
    with sources(ROOT, 1, worktree=True) as source:
        wheel = wheels.build_one(source, ROOT, leg, 0)
        return Path(shutil.copy(wheel, folder))


def _answers(sides: Mapping[str, Path], work: Path) -> dict[str, dict[str, Any]]:
    """All answers of each side: first alone, then to the files that the other one wrote."""
    pythons = {side: _environment(wheel, work / side) for side, wheel in sides.items()}
    answers: dict[str, dict[str, Any]] = {side: {} for side in sides}
    for phase in PHASES:
        for side, python in pythons.items():
            own = work / side / "run"
            own.mkdir(exist_ok=True)
            others = [work / other / "run" for other in sides if other != side]
            answers[side] |= _ask(python, phase, own, others if phase == "after" else [])
    return answers


def _environment(wheel: Path, folder: Path) -> venv.Venv:
    """A fresh environment with the locked NumPy and this wheel alone."""
    folder.mkdir()
    fresh = venv.create(folder / "venv")
    fresh.install_locked(ROOT / LOCK)
    fresh.install_files([wheel])
    return fresh


def _ask(python: venv.Venv, phase: str, own: Path, others: list[Path]) -> dict[str, Any]:
    """Runs one phase. The module must come from the environment, not from this tree."""
    # Panics of the published wheel are answers; nobody needs their stacks.
    env = {"RUST_BACKTRACE": "0"}
    # The tree's root is the working folder, so `-m` finds the cases.
    python.run("-m", "tools.swap_in.sides.process", phase, own, *others, cwd=ROOT, env=env)
    said = json.loads((own / f"{phase}.json").read_text(encoding="utf-8"))
    if not Path(said["file"]).resolve().is_relative_to(python.folder.resolve()):
        raise GateRefused(
            "a side ran another module than the one installed",
            expected=f"a module below {python.folder}",
            found=said["file"],
        )
    console.info(f"{phase}: ordvec {said['version']} answered {len(said['answers'])} cases")
    answers: dict[str, Any] = said["answers"]
    return answers


def conclude(found: Outcome, excuses: tuple[Excuse, ...], ours: str, peer: str) -> SwapIn:
    """The result, with each difference excused or not."""
    judged: Judged = judge(found.differences, excuses)
    return SwapIn(
        ours,
        peer,
        found.cases,
        found.values,
        found.furthest,
        found.furthest_in,
        found.swapped,
        judged.left,
        judged.intended,
        judged.stale,
    )


def show(result: SwapIn) -> None:
    """Prints intended differences, then all others."""
    console.table(
        "intended differences",
        ("cases", "point", "how many", "reason"),
        ((x.cases, x.point, count, x.reason) for x, count in result.intended),
    )
    if result.unexcused:
        console.table(
            f"differences ({len(result.unexcused)}, the first {SHOWN})",
            ("case", "point", "ours", "published"),
            ((x.case, x.point, x.ours, x.peer) for x in result.unexcused[:SHOWN]),
        )
    console.info(f"{result.cases} cases, {result.values} values")
    console.info(f"scores differ by {result.furthest:.1e} at most, in {result.furthest_in}")
    console.info(f"{result.swapped} ids stand in each other's place where scores tie")


def require(result: SwapIn) -> SwapIn:
    """The result, when it holds.

    Raises:
        GateRefused: a difference without an excuse, or an excuse without a difference.
    """
    problems = [
        *(Problem(f"{x.case}: {x.point}", x.peer, x.ours) for x in result.unexcused),
        *(
            Problem(f"excuse for {x.cases}: {x.point}", "a difference", "none", "remove it")
            for x in result.stale
        ),
    ]
    if problems:
        raise GateRefused(
            f"{result.ours} does not stand in for {result.peer}: "
            f"{len(result.unexcused)} differences, {len(result.stale)} stale excuses",
            problems=problems[:SHOWN],
            remedy="mend the code, or declare the difference in tools/swap_in/excuses.py",
            report=result,
        )
    console.success(f"{result.ours} stands in for {result.peer}")
    return result
