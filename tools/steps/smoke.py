"""Install a wheel into a fresh environment and run its project's tests against it.

The environment holds the hash-locked test dependencies and the wheel; the tests run from a
folder without the sources, so what is imported is what is installed. ``nox -s wheels`` uses the
same proof for what it just built.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.checks.simd_levels import Levels
from tools.console import console
from tools.declaration import ROOT, Declaration, Platform, PythonProject
from tools.errors import GateRefused, UsageError, raise_if
from tools.model import Digest, Problem
from tools.ops import cargo, venv

LOCK = Path("requirements/wheel-test.txt")

# What is asked of the installed module, as JSON. A project without kernels has no `simd_levels`.
_PROBE = """
import importlib, json, sys
module = importlib.import_module(sys.argv[1])
levels = getattr(getattr(module, "simd", module), "simd_levels", None)
print(json.dumps({
    "file": module.__file__,
    "version": module.__version__,
    "python": sys.version.split()[0],
    "levels": levels() if levels else None,
}))
"""


@dataclass(frozen=True, slots=True)
class Tested:
    """A wheel that was installed and tested: by which Python, with what result."""

    wheel: str
    digest: Digest
    python: str
    passed: int
    skipped: int
    levels: Levels | None


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--package", required=True, metavar="P", help="the PyPI project")
    parser.add_argument("--platform", required=True, metavar="X", help="a leg of [wheels]")
    parser.add_argument("--dist", required=True, type=Path, metavar="DIR", help="holds P/*.whl")


def main(args: argparse.Namespace) -> Tested:
    declared = Declaration.load()
    project, platform = declared.python_named(args.package), declared.platform_named(args.platform)
    require_native(platform, cargo.host_target())
    return smoke(ROOT, declared, project, platform, args.dist)


def smoke(
    root: Path, declared: Declaration, project: PythonProject, platform: Platform, dist: Path
) -> Tested:
    """Install and test the wheel of one leg from ``DIST/PROJECT/``.

    Raises:
        UsageError: there is no such file.
        GateRefused: it is not importable, has another version, or its tests do not pass.
    """
    version = cargo.packages(root)[project.crate]
    wheels = sorted((dist / project.name).glob(f"{project.dist_name}-*-{platform.tag}.whl"))
    if len(wheels) != 1:
        raise UsageError(
            f"expected one wheel of {platform.name} in {dist / project.name}",
            found=", ".join(path.name for path in wheels) or "none",
        )
    with tempfile.TemporaryDirectory(prefix="ordvec-smoke-") as folder:
        work = Path(folder).resolve()
        tested = run_tests(root, project, wheels[0], version, work, demands(platform))
    require_levels(tested, platform)
    return tested


def require_native(platform: Platform, host: str) -> None:
    """UsageError unless wheels of *platform* run on this machine."""
    if platform.target != host:
        raise UsageError(
            f"{platform.name} is not native to this machine",
            expected=f"a machine of target {platform.target}",
            found=host,
            remedy=f"the release workflow runs this leg on {platform.runner}",
        )


def run_tests(
    root: Path,
    project: PythonProject,
    wheel: Path,
    version: str,
    work: Path,
    env: Mapping[str, str] | None = None,
    prefix: tuple[str, ...] = (),
) -> Tested:
    """Install *wheel* in a fresh environment below *work* and run the tests of *project*.

    Args:
        root: the checkout that holds the tests and the locked test requirements.
        version: what the module must say of itself.
        env: variables for the module and its tests.
        prefix: what starts Python: an emulator and its arguments, or nothing.
    """
    fresh, seen = install(root, project.module, wheel, version, work, env, prefix)
    tests = _copy_tests(root / project.path, work / project.name)
    done = fresh.run(
        *("-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--rootdir", tests, tests),
        cwd=tests,
        env=env,
    )
    passed, skipped = (_count(done.stdout, word) for word in ("passed", "skipped"))
    if not passed:
        raise GateRefused(
            f"no test of {project.name} ran against {wheel.name}", found=done.stdout.strip()
        )
    _show(project.name, done.stdout, passed, skipped)
    levels = _levels(seen.get("levels"))
    digest = Digest.of_file(wheel)
    return Tested(wheel.name, digest, str(seen["python"]), passed, skipped, levels)


def _copy_tests(project: Path, folder: Path) -> Path:
    """The project's tests and the pages they read, at a place from which no source is in reach."""
    tests = shutil.copytree(
        project / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__")
    )
    for page in project.glob("*.md"):
        shutil.copyfile(page, folder / page.name)
    return tests


def install(
    root: Path,
    module: str,
    wheel: Path,
    version: str,
    work: Path,
    env: Mapping[str, str] | None = None,
    prefix: tuple[str, ...] = (),
) -> tuple[venv.Venv, dict[str, object]]:
    """A fresh environment with *wheel*, and what the installed module says of itself.

    Raises:
        GateRefused: the module comes from elsewhere or has another version.
    """
    fresh = venv.create(work / "venv")
    fresh.install_locked(root / LOCK)
    fresh.install_files([wheel])
    fresh = replace(fresh, prefix=prefix)
    neutral = work / "elsewhere"
    neutral.mkdir()
    answer = fresh.run("-c", _PROBE, module, cwd=neutral, env=env, echo=False)
    seen: dict[str, object] = json.loads(answer.stdout.splitlines()[-1])
    raise_if(_identity(fresh.folder, seen, version), f"{wheel.name} is not what is imported")
    return fresh, seen


def _identity(folder: Path, seen: Mapping[str, object], version: str) -> Sequence[Problem]:
    found = []
    if not Path(str(seen["file"])).resolve().is_relative_to(folder.resolve()):
        found.append(Problem("import", f"a module below {folder}", str(seen["file"])))
    if seen["version"] != version:
        found.append(Problem("__version__", version, str(seen["version"]), "`nox -s bump`"))
    return found


def demands(platform: Platform) -> dict[str, str]:
    """The variable by which the wheel's own tests demand exactly the declared levels."""
    return {"ORDVEC_EXPECT_SIMD": ",".join(x for x in platform.levels if x != "portable")}


def require_levels(tested: Tested, platform: Platform) -> None:
    """GateRefused when a wheel with kernels was compiled for other levels than declared."""
    if tested.levels and sorted(tested.levels.compiled) != sorted(platform.levels):
        raise GateRefused(
            f"{tested.wheel} holds other SIMD levels than release.toml declares",
            expected=", ".join(platform.levels),
            found=", ".join(tested.levels.compiled),
            remedy=f"compare `levels` of [[wheels.platform]] {platform.name}",
        )


def _levels(value: object) -> Levels | None:
    if not isinstance(value, dict):
        return None
    return Levels(tuple(value["compiled"]), tuple(value["detected"]), str(value["active"]))


def _count(output: str, word: str) -> int:
    found = re.search(rf"(\d+) {word}", output.strip().splitlines()[-1])
    return int(found[1]) if found else 0


def _show(name: str, output: str, passed: int, skipped: int) -> None:
    for line in output.splitlines():
        if line.startswith("SKIPPED"):
            console.warning(f"{name}: {line}")
    console.info(f"{name}: {passed} tests passed against the installed wheel, {skipped} skipped")
