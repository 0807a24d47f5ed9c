"""Build the source distributions twice, compare, check, and build a wheel out of them.

Each sdist is made from two clean clones of HEAD and must come out the same byte for byte. Its
content is checked (Cargo.lock, the sources of every crate it needs, licences, no tests, no
release tooling). Then it is unpacked, built through PEP 517 and imported from a fresh
environment, as a user without a matching wheel would; ``--no-build`` leaves that out.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.checks import archive_diff, sdist_contents, wheel_contents
from tools.console import console
from tools.declaration import ROOT, Declaration, PythonProject
from tools.errors import GateRefused, Mismatch, raise_if
from tools.model import Artifact, Kind, Problem, parse_version
from tools.ops import cargo, maturin
from tools.steps.clones import Sources, sources
from tools.steps.smoke import install


@dataclass(frozen=True, slots=True)
class Sdists:
    """The sdists of one commit; ``built`` tells whether a wheel was built from each."""

    commit: str
    sdists: tuple[Artifact, ...]
    built: bool


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--package", metavar="P", help="this PyPI project only")
    parser.add_argument("--out", type=Path, metavar="DIR", help="sdists go to DIR/P/")
    parser.add_argument(
        "--build",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="build a wheel from each sdist and import it (default: yes)",
    )


def main(args: argparse.Namespace) -> Sdists:
    declared = Declaration.load()
    projects = (declared.python_named(args.package),) if args.package else declared.python
    result = sdist(ROOT, projects, out=args.out, build=args.build)
    rows = [(item.name, item.size, item.digest) for item in result.sdists]
    console.table("sdists", ("sdist", "bytes", "digest"), rows)
    built = "wheels built from them and imported" if result.built else "not built from (--no-build)"
    console.success(f"{result.commit[:12]}: made twice, byte-identical; {built}")
    return result


def sdist(
    root: Path, projects: Sequence[PythonProject], *, out: Path | None = None, build: bool = True
) -> Sdists:
    """Make, compare, check and (with *build*) build the sdists of *projects*.

    Files are written to ``OUT/PROJECT/`` only when all of it held.

    Raises:
        Mismatch: two sdists of one commit differ; the problems name the members.
        GateRefused: the tree is not clean, or an sdist does not hold what it must.
    """
    with sources(root) as source:
        made = [(project, _make_equal(source, project)) for project in projects]
        for project, path in made:
            _require_contents(source, project, path)
            if build:
                _build(source, root, project, path)
        if out:
            for project, path in made:
                (out / project.name).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, out / project.name / path.name)
        artifacts = tuple(Artifact.of_file(path, Kind.SDIST) for _, path in made)
        return Sdists(source.commit, artifacts, build)


def _make_equal(source: Sources, project: PythonProject) -> Path:
    made = []
    for copy, checkout in enumerate(source.roots):
        out = source.work / f"sdist-{copy}" / project.name
        out.mkdir(parents=True)
        made.append(maturin.build_sdist(checkout, project.path, out, source.epoch))
    problems = [d.problem(made[0].name) for d in archive_diff.explain(made[0], made[1])]
    raise_if(problems, "two sdists of one commit differ", Mismatch, "find what leaks into it")
    return made[0]


def _require_contents(source: Sources, project: PythonProject, path: Path) -> None:
    checkout = source.roots[0]
    version = cargo.packages(checkout)[project.crate]
    expected = sdist_contents.Expected(
        file_name=project.sdist_name(parse_version(version)),
        project=project.name,
        module=project.module,
        version=version,
        crates=cargo.path_dependencies(checkout, project.crate),
        licences=wheel_contents.licences(checkout),
    )
    problems = (
        *sdist_contents.problems(path, expected, checkout),
        *wheel_contents.linters([path]),
    )
    raise_if(problems, f"{path.name} does not hold what it must", GateRefused)


def _build(source: Sources, root: Path, project: PythonProject, path: Path) -> None:
    checkout = source.roots[0]
    work = source.work / "from-sdist" / project.name
    unpacked = sdist_contents.unpack(path, work)
    target = cargo.target_folder(root, "sdist")
    with cargo.exclusive(target):
        cargo.purge(target, list(cargo.packages(checkout)))
        wheel = maturin.build_from_sdist(unpacked, work / "wheel", target)
    _require_locked(checkout / cargo.LOCK, unpacked / cargo.LOCK, path.name)
    version = cargo.packages(checkout)[project.crate]
    install(checkout, project.module, wheel, version, work)
    console.info(f"{path.name}: built from source and imported ({wheel.name})")


def _require_locked(committed: Path, used: Path, sdist: str) -> None:
    others = cargo.locked_packages(used) - cargo.locked_packages(committed)
    raise_if(
        (
            Problem(f"{sdist}: {cargo.LOCK}", "the committed version", f"{name} {version}")
            for name, version, _ in sorted(others)
        ),
        "building from the sdist resolved to packages that the lock does not name",
        GateRefused,
    )
