"""Package the published crates, twice, and prove the bytes equal.

Without ``--package``: both crates by overlay packaging, from two clean clones of HEAD at
different paths, each with a fresh CARGO_HOME and target folder. The first packaging compiles
what it packed; the second need not, the bytes are the same. The manifest crate is thereby
*predicted* before the core crate is on crates.io: its packed Cargo.lock already records the
core's checksum.

With ``--package NAME --expect DIR``: that crate alone, against what the registry serves, and
compared with the file predicted in DIR (exit 30 on a difference).

The index and the dependencies are downloaded anew each time; ``--offline`` takes them from the
user's cargo cache instead, each crate checked against Cargo.lock.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.checks import crate_bytes
from tools.console import console
from tools.declaration import ROOT, Declaration
from tools.errors import GateRefused, Mismatch, UsageError, raise_if
from tools.model import Artifact, Kind, Problem
from tools.ops import cargo
from tools.steps.clones import Sources, require_clean, sources


@dataclass(frozen=True, slots=True)
class Packed:
    """A packaged crate and the files it holds, each with its size in bytes."""

    artifact: Artifact
    files: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Packaging:
    """The crates of one commit, packaged, and what they were proven against."""

    commit: str
    crates: tuple[Packed, ...]
    proof: str


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--package", metavar="NAME", help="this crate alone, without the overlay")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the .crate files go")
    parser.add_argument("--expect", type=Path, metavar="DIR", help="holds the predicted .crate")
    parser.add_argument("--offline", action="store_true", help="take dependencies from the cache")


def main(args: argparse.Namespace) -> Packaging:
    declared = Declaration.load()
    if args.package:
        declared.crate_named(args.package)
    elif args.expect:
        raise UsageError("--expect needs --package", remedy="name the crate to compare")
    names = [args.package] if args.package else [crate.name for crate in declared.crate]
    result = package(ROOT, names, out=args.out, expect=args.expect, offline=args.offline)
    _show(result)
    return result


def package(
    root: Path,
    names: Sequence[str],
    *,
    out: Path | None = None,
    expect: Path | None = None,
    offline: bool = False,
) -> Packaging:
    """Package *names* of the workspace at *root* twice and compare.

    Args:
        out: a folder that receives the files; written only when everything holds.
        expect: a folder with the predicted file of each crate.
        offline: seed the fresh CARGO_HOMEs from the user's cache.

    Raises:
        GateRefused: the tree is not clean, or a crate does not hold what it must.
        Mismatch: two packagings differ, or one differs from its prediction.
    """
    with sources(root) as source:
        expected = _predictions(source.roots[0], names, expect)
        first = _packaging(source, 0, names, verify=True, offline=offline)
        second = _packaging(source, 1, names, verify=False, offline=offline)
        _require_contents(source, names, first)
        _require_equal(first, second, "two packagings of one commit differ")
        if expect:
            _require_equal(expected, first, "the packaging differs from its prediction")
        return _result(source, first, out, expect)


def _packaging(
    source: Sources, index: int, names: Sequence[str], *, verify: bool, offline: bool
) -> list[Path]:
    sandbox = _sandbox(source.work / f"cargo-{index}", source.roots[index], offline=offline)
    return cargo.package(source.roots[index], names, sandbox, verify=verify)


def _sandbox(folder: Path, root: Path, *, offline: bool) -> cargo.Sandbox:
    # Not below CARGO_TARGET_DIR: a verification must never meet an older build of our crates.
    sandbox = cargo.Sandbox(folder / "home", folder / "target", offline)
    sandbox.home.mkdir(parents=True)
    if offline:
        cargo.seed(sandbox.home, root / cargo.LOCK, cargo.home())
    return sandbox


def repackage(root: Path, crate: str, *, overlay: bool, work: Path) -> Path:
    """Package *crate* from the checkout at *root* itself, as ``cargo publish`` will.

    Args:
        overlay: package with every crate it requires through the overlay registry (before they
            are published); otherwise alone, against what crates.io serves.
        work: a folder (made if absent) for a fresh CARGO_HOME and target folder.

    Returns:
        the ``.crate`` file below *work*.

    Raises:
        GateRefused: the checkout does not hold exactly its commit.
    """
    require_clean(root)
    required = Declaration.load(root).crate_named(crate).requires if overlay else ()
    work.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{crate}-", dir=work)).resolve()
    sandbox = _sandbox(fresh, root, offline=False)
    return cargo.package(root, [*required, crate], sandbox, verify=False)[-1]


def _predictions(root: Path, names: Sequence[str], folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    versions = cargo.packages(root)
    paths = [folder / f"{name}-{versions[name]}.crate" for name in names]
    raise_if(
        (
            Problem(str(path), "the predicted crate", "no such file")
            for path in paths
            if not path.is_file()
        ),
        "there is nothing to compare with",
        UsageError,
        "`nox -s package -- --out DIR` makes the predictions",
    )
    return paths


def _require_contents(source: Sources, names: Sequence[str], crates: Sequence[Path]) -> None:
    versions = cargo.packages(source.roots[0])
    found: list[Problem] = []
    for name, path in zip(names, crates, strict=True):
        found.extend(crate_bytes.contents(path, name, versions[name], source.commit))
    raise_if(found, "a crate does not hold what it must", GateRefused)


def _require_equal(expected: Sequence[Path], found: Sequence[Path], message: str) -> None:
    problems: list[Problem] = []
    for left, right in zip(expected, found, strict=True):
        problems.extend(crate_bytes.compare(left, right))
    raise_if(problems, message, Mismatch, "publish nothing; find what changed between the two")


def _result(
    source: Sources, crates: Sequence[Path], out: Path | None, expect: Path | None
) -> Packaging:
    packed = tuple(
        Packed(Artifact.of_file(path, Kind.CRATE), crate_bytes.listing(path)) for path in crates
    )
    if out:
        out.mkdir(parents=True, exist_ok=True)
        for path in crates:
            shutil.copyfile(path, out / path.name)
    proof = "packaged twice from clean clones, byte-identical"
    return Packaging(source.commit, packed, proof + (f"; equal to {expect}" if expect else ""))


def _show(result: Packaging) -> None:
    for crate in result.crates:
        console.table(crate.artifact.name, ("file", "bytes"), crate.files)
        console.info(f"{crate.artifact.size} bytes, {crate.artifact.digest}")
    console.success(f"{result.commit[:12]}: {result.proof}")
