"""Fuzz the crates: each target of ``fuzz/`` for some seconds, under the address sanitizer.

The targets' laws are first put before the seeds on the stable toolchain, with the lock file as
committed. Then libFuzzer, which needs a nightly toolchain, runs each target on a corpus that
begins with the seeds. A finding fails the run after every target has had its turn; its input
stays in ``fuzz/artifacts/``.

Memory has three bounds: what a loader holds is at most twice the bytes it is given and a little
(a law, so it fails with the input at hand); one allocation is at most 16 MiB; the process, the
sanitizer included, at most 2 GiB.

With ``--install`` the pinned nightly and the pinned cargo-fuzz are installed and used. Without
it, whatever nightly is there is used, and a missing program is an error with its command.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.console import console
from tools.declaration import ROOT
from tools.errors import GateRefused, UsageError, raise_if
from tools.model import Problem
from tools.ops import nightly
from tools.ops.nightly import NIGHTLY
from tools.ops.proc import Completed, run

CARGO_FUZZ = "0.13.1"
# One input may take so long; more is a finding.
INPUT_SECONDS = 10
LIMITS = ("-max_len=4096", f"-timeout={INPUT_SECONDS}", "-rss_limit_mb=2048", "-malloc_limit_mb=16")
# What building and leaving may take beyond the seconds asked for.
GRACE_SECONDS = 120

_ARTIFACT = re.compile(r"Test unit written to (\S+)")
_SUMMARY = re.compile(r"^(?:SUMMARY: |thread .* panicked at |assertion )(.+)$", re.M)
_STATISTIC = re.compile(r"^stat::(\w+):\s+(\d+)$", re.M)


@dataclass(frozen=True, slots=True)
class Run:
    """One target's turn: inputs tried, inputs kept, and the input of a finding."""

    target: str
    seconds: int
    executions: int
    corpus: int
    finding: str = ""
    artifact: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=60, help="per target (default: 60)")
    parser.add_argument("--target", action="append", help="this target only; may be repeated")
    parser.add_argument("--install", action="store_true", help="install the pinned tools first")


def main(args: argparse.Namespace) -> tuple[Run, ...]:
    folder = ROOT / "fuzz"
    targets = chosen(declared(folder / "Cargo.toml"), args.target)
    if args.seconds < 1:
        raise UsageError("--seconds is below 1", expected="1 or more", found=str(args.seconds))
    toolchain = install() if args.install else present()
    prepare(folder)
    console.heading("building the targets under the address sanitizer")
    run(("cargo", f"+{toolchain}", "fuzz", "build"), cwd=ROOT)
    runs = tuple(fuzz(folder, toolchain, target, args.seconds) for target in targets)
    rows = [(r.target, r.executions, r.corpus, r.finding or "passed") for r in runs]
    console.table("fuzzing", ("target", "executions", "corpus", "result"), rows)
    raise_if(findings(runs, toolchain), "fuzzing found inputs that break a law", GateRefused)
    return runs


def declared(manifest: Path) -> tuple[str, ...]:
    """The targets that *manifest* declares."""
    bins = tomllib.loads(manifest.read_text(encoding="utf-8"))["bin"]
    return tuple(target["name"] for target in bins)


def chosen(known: Sequence[str], wanted: Sequence[str] | None) -> tuple[str, ...]:
    """*wanted*, or all.

    Raises:
        UsageError: one of them does not exist.
    """
    unknown = sorted(set(wanted or ()) - set(known))
    if unknown:
        raise UsageError("no such fuzz target", expected=", ".join(known), found=", ".join(unknown))
    return tuple(wanted or known)


def present() -> str:
    """The toolchain to use, once it and cargo-fuzz are known to be there.

    Raises:
        UsageError: one is missing; with the commands that install both.
    """
    remedy = nightly.remedy("fuzz", *_installers())
    name = nightly.present((), remedy)
    if _fuzz_version(name) is None:
        expected = f"cargo-fuzz {CARGO_FUZZ}"
        raise UsageError("fuzzing needs cargo-fuzz", expected=expected, found="none", remedy=remedy)
    return name


def install() -> str:
    """Install the pinned toolchain and the pinned cargo-fuzz, where they are not there."""
    toolchain, fuzz_tool = _installers()
    run(toolchain)
    if _fuzz_version(NIGHTLY) != CARGO_FUZZ:
        run(fuzz_tool)
    return NIGHTLY


def _installers() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return nightly.installer(), (
        "cargo",
        "install",
        "cargo-fuzz",
        "--locked",
        "--version",
        CARGO_FUZZ,
    )


def _fuzz_version(toolchain: str) -> str | None:
    said = nightly.lines("cargo", f"+{toolchain}", "fuzz", "--version")
    return said[0].split()[-1] if said else None


def prepare(folder: Path) -> None:
    """Put the laws before the seeds, and write the seeds into the corpora."""
    run(("cargo", "test", "--locked"), cwd=folder)
    run(("cargo", "run", "--locked", "--quiet", "--example", "seeds", "--", "corpus"), cwd=folder)


def fuzz(folder: Path, toolchain: str, target: str, seconds: int) -> Run:
    """One target for *seconds*."""
    limits = (f"-max_total_time={seconds}", "-print_final_stats=1", *LIMITS)
    with tempfile.TemporaryDirectory(prefix="ordvec-fuzz-") as scratch:
        done = run(
            ("cargo", f"+{toolchain}", "fuzz", "run", target, "--", *limits),
            cwd=folder.parent,
            env={"TMPDIR": scratch},
            check=False,
            timeout=seconds + GRACE_SECONDS,
        )
    return read(folder, target, seconds, done)


def read(folder: Path, target: str, seconds: int, done: Completed) -> Run:
    """What libFuzzer said of a target's turn."""
    statistics = dict(_STATISTIC.findall(done.stderr))
    finding, artifact = "", ""
    if done.returncode != 0:
        said = _SUMMARY.findall(done.stderr)
        finding = said[0] if said else f"exit code {done.returncode}: {done.stderr[-300:]}"
        written = _ARTIFACT.search(done.stderr)
        artifact = written[1] if written else ""
    elif "number_of_executed_units" not in statistics:
        finding = "libFuzzer printed no statistics, so nothing shows that it ran"
    corpus = folder / "corpus" / target
    return Run(
        target=target,
        seconds=seconds,
        executions=int(statistics.get("number_of_executed_units", 0)),
        corpus=sum(1 for _ in corpus.iterdir()) if corpus.is_dir() else 0,
        finding=finding,
        artifact=artifact,
    )


def findings(runs: Sequence[Run], toolchain: str) -> tuple[Problem, ...]:
    """Each finding, with the command that repeats it."""
    return tuple(
        Problem(
            f"fuzz target {r.target}",
            "no input that breaks its law",
            f"{r.finding}; repeat: cargo +{toolchain} fuzz run {r.target} {r.artifact}".rstrip(),
        )
        for r in runs
        if r.finding
    )
