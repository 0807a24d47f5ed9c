"""The wheel built here against the published `ordvec` wheel, call by call.

Each wheel is installed into an environment of its own. For every dimension, number of rows and
number of threads the two sides are measured in turn, a whole process each time, so that a drift
of the machine's speed meets both. A row of the table is the median over all repetitions of all
rounds. The result is a table and a plot in `docs/benchmarks/`, with the machine they come from.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.bench.ordvec_plot import plot
from tools.console import console
from tools.declaration import ROOT
from tools.ops import venv
from tools.ops.proc import run as call

COLUMNS = ("call", "peer, ms", "ours, ms", "ratio", "ratio, CPU", "bandwidth")
WORKER = Path(__file__).with_name("ordvec_worker.py")
FOLDER = ROOT / "docs" / "benchmarks"
NUMPY = "numpy>=2.2"


@dataclass(frozen=True, slots=True)
class Setting:
    """What one comparison holds fixed. `threads` is 0 for all of them."""

    dim: int
    rows: int
    threads: int

    def __str__(self) -> str:
        threads = {0: "all threads", 1: "1 thread"}.get(self.threads, f"{self.threads} threads")
        return f"dim {self.dim}, {self.rows:,} rows, {threads}"


@dataclass(frozen=True, slots=True)
class Line:
    """Medians in seconds of one call, and the bytes that it scans (0 where it is no scan)."""

    name: str
    ours: float
    peer: float
    ours_cpu: float
    peer_cpu: float
    scanned: int
    bandwidth: float

    @property
    def ratio(self) -> float:
        return self.peer / self.ours

    @property
    def ratio_cpu(self) -> float:
        """The ratio of CPU seconds: what is left of a busy machine's noise in one thread."""
        return self.peer_cpu / max(self.ours_cpu, 1e-9)

    @property
    def share(self) -> str:
        """Share of the streaming bandwidth that the scan reaches."""
        if not self.scanned:
            return ""
        return f"{self.scanned / self.ours / self.bandwidth:.0%}"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dims", type=int, nargs="+", default=[384, 768, 1024])
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 0], help="0: all")
    parser.add_argument("--seconds", type=float, default=0.3, help="per call and round")
    parser.add_argument("--peer", default="0.5.0", help="published version")
    parser.add_argument("--wheel", type=Path, help="a wheel, instead of building one")


def run(args: argparse.Namespace) -> dict[str, dict[str, float]]:
    """The ratio peer / ours by setting and call. Writes the table and the plot."""
    settings = [Setting(d, r, t) for d in args.dims for r in args.rows for t in args.threads]
    with tempfile.TemporaryDirectory(prefix="bench-ordvec-") as folder:
        sides = _environments(Path(folder), args.wheel, args.peer)
        results = {
            setting: _compare(setting, sides, args.runs, args.seconds, Path(folder))
            for setting in settings
        }
    _write(results, args.peer)
    return {str(s): {line.name: line.ratio for line in lines} for s, lines in results.items()}


def _environments(folder: Path, wheel: Path | None, peer: str) -> dict[str, Path]:
    """The interpreters of both sides: this tree's wheel, built with its defaults, and the peer."""
    pythons = {}
    source = str(wheel) if wheel else str(ROOT / "ordvec-python")
    for side, what in (("ours", source), ("peer", f"ordvec=={peer}")):
        fresh = venv.create(folder / side)
        fresh.pip("install", NUMPY, what)
        pythons[side] = Path(fresh.python)
    return pythons


def _compare(
    setting: Setting, sides: dict[str, Path], runs: int, seconds: float, folder: Path
) -> list[Line]:
    console.heading(str(setting))
    job = {
        "dim": setting.dim,
        "rows": setting.rows,
        "seconds": seconds,
        "folder": str(folder),
    }
    env = {"RAYON_NUM_THREADS": str(setting.threads or os.cpu_count() or 1)}
    said: dict[str, list[dict[str, object]]] = {side: [] for side in sides}
    for _ in range(runs):
        for side, python in sides.items():
            # -P: this folder holds a module named like the wheel.
            done = call((python, "-P", WORKER), env=env, stdin=json.dumps(job), echo=False)
            said[side].append(json.loads(done.stdout))
    lines = list(_lines(said))
    rows = [
        (x.name, f"{x.peer * 1e3:.3f}", f"{x.ours * 1e3:.3f}", *_ratios(x), x.share) for x in lines
    ]
    console.table(str(setting), COLUMNS, rows)
    return lines


def _ratios(line: Line) -> tuple[str, str]:
    return f"{line.ratio:.2f}", f"{line.ratio_cpu:.2f}"


def _lines(said: dict[str, list[dict[str, object]]]) -> Iterator[Line]:
    def of(run: dict[str, object]) -> dict[str, dict[str, object]]:
        rows = run["rows"]
        assert isinstance(rows, dict)
        return rows

    def median(side: str, name: str, clock: str) -> float:
        values = [s for run in said[side] for s in _floats(of(run)[name][clock])]
        return statistics.median(values)

    speeds = [float(str(run["bandwidth"])) for runs in said.values() for run in runs]
    for name, row in of(said["ours"][0]).items():
        scanned = int(str(row["bytes"]))
        yield Line(
            name,
            ours=median("ours", name, "wall"),
            peer=median("peer", name, "wall"),
            ours_cpu=median("ours", name, "cpu"),
            peer_cpu=median("peer", name, "cpu"),
            scanned=scanned,
            bandwidth=max(speeds),
        )


def _floats(values: object) -> list[float]:
    assert isinstance(values, list)
    return [float(value) for value in values]


def _write(results: dict[Setting, list[Line]], peer: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "ordvec.md").write_text(_page(results, peer), encoding="utf-8")
    bars = {str(s): [(line.name, line.ratio) for line in lines] for s, lines in results.items()}
    (FOLDER / "ordvec.svg").write_text(plot(bars), encoding="utf-8")
    console.success(f"wrote {FOLDER.relative_to(ROOT)}/ordvec.md and ordvec.svg")


def _page(results: dict[Setting, list[Line]], peer: str) -> str:
    head = [
        f"# `ordvec`, this tree against the published {peer}",
        "",
        "Written by `nox -s bench -- ordvec`. Medians in milliseconds of the Python calls; `ratio`",
        f"is the time of {peer} over ours, above 1 ours is faster. `bandwidth` is the share of the",
        "speed of one pass over memory in this run that a scan by one query reaches; above 100 %",
        "the index is in a cache. `ratio, CPU` compares the CPU time that the process spent: with",
        "one thread on a busy machine it is the steadier figure, but it leaves out waiting for a",
        "disk.",
        "`add` adds 20,000 vectors.",
        "",
        f"Machine: {machine()}.",
        "",
        "![ratios](ordvec.svg)",
    ]
    return "\n".join(
        [*head, *(line for s, lines in results.items() for line in _section(s, lines))]
    )


def _section(setting: Setting, lines: Iterable[Line]) -> Iterator[str]:
    yield from ("", f"## {setting}", "", f"| {' | '.join(COLUMNS)} |")
    yield "|---|---:|---:|---:|---:|---:|"
    for x in lines:
        times = f"{x.peer * 1e3:.3f} | {x.ours * 1e3:.3f}"
        yield f"| {x.name} | {times} | {' | '.join(_ratios(x))} | {x.share} |"
    yield ""


def machine() -> str:
    """The processor, its number of threads and the load, which a reader must know."""
    info = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip()
        for line in (info.read_text(encoding="utf-8").splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} CPUs, {platform.system()}, load {load:.1f} at the end"
