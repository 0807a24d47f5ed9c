"""The wheel built here against the published `ordvec` wheel, call by call.

Each wheel is installed into an environment of its own. For every dimension, number of rows and
number of threads both sides (module `ordvec_sides`) time each call in turn; a line of the table
is the median of all repetitions (`ordvec_model`). What the goals are for is timed in several passes
by fresh processes: of two processes with the same index one may be twice as fast as the other, and
the neighbours of a virtual machine come and go. A run ends in a judgement of the goals
(`ordvec_goals`), a page with the machine it comes from (`ordvec_page`) and a plot, both in
`docs/benchmarks/`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tools.bench.ordvec_goals import Verdict, effort_of, judge
from tools.bench.ordvec_model import COLUMNS, Line, Results, Setting, Timings
from tools.bench.ordvec_page import load_average, machine, page
from tools.bench.ordvec_plot import plot
from tools.bench.ordvec_sides import compare
from tools.console import console
from tools.declaration import ROOT
from tools.ops import proc, venv

FOLDER = ROOT / "docs" / "benchmarks"
NUMPY = "numpy>=2.2"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dims", type=int, nargs="+", default=[384, 768, 1024])
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 0], help="0: all")
    parser.add_argument(
        "--short", action="store_true", help="dim 1024 and 100,000 rows alone: what goals are for"
    )
    parser.add_argument("--seconds", type=float, default=0.5, help="for a call, all sides")
    parser.add_argument("--peer", default="0.5.0", help="published version")
    parser.add_argument("--wheel", type=Path, help="a wheel, instead of building one")
    parser.add_argument("--output", type=Path, default=FOLDER, help="where page and plot go")


def run(args: argparse.Namespace) -> dict[str, object]:
    """Summary, goals and ratios of a run. Writes the page and the plot."""
    dims, rows = ([1024], [100_000]) if args.short else (args.dims, args.rows)
    settings = [Setting(d, r, t) for d in dims for r in rows for t in args.threads]
    before = load_average()
    with tempfile.TemporaryDirectory(prefix="bench-ordvec-") as folder:
        pythons = _environments(Path(folder), args.wheel, args.peer)
        of = machine(_level(pythons["ours"]), before)
        results = _measure(settings, pythons, Path(folder), args.runs, args.seconds)
    verdict = judge(results)
    _write(args.output, page(results, verdict, args.peer, of), _plot(results))
    _report(verdict)
    return {
        "summary": verdict.summary,
        "met": verdict.met,
        "missed": {goal.name: goal.found for goal in verdict.missed},
        "slower": [f"{line.name}, {setting}" for setting, line in verdict.slower],
        "disk": {goal.name: goal.found for goal in verdict.disk_limited},
        "ratios": {str(s): {x.name: x.ratio for x in lines} for s, lines in results.items()},
    }


def _environments(folder: Path, wheel: Path | None, peer: str) -> dict[str, Path]:
    """The interpreters of both sides: this tree's wheel, built with its defaults, and the peer."""
    pythons = {}
    source = str(wheel) if wheel else str(ROOT / "ordvec-python")
    for side, what in (("ours", source), ("peer", f"ordvec=={peer}")):
        fresh = venv.create(folder / side)
        fresh.pip("install", NUMPY, what)
        pythons[side] = Path(fresh.python)
    return pythons


def _level(python: Path) -> str:
    """The SIMD level that a wheel's searches run at."""
    asks = "import ordvec; print(ordvec.simd_levels()['active'])"
    return proc.run((python, "-P", "-c", asks), echo=False).stdout.strip()


def _measure(
    settings: list[Setting], pythons: dict[str, Path], folder: Path, rounds: int, budget: float
) -> Results:
    files = folder / "files"
    files.mkdir()
    started = time.monotonic()
    results: dict[Setting, list[Line]] = {}
    for index, setting in enumerate(settings, start=1):
        console.heading(f"{setting} ({index} of {len(settings)})")
        calls: dict[str, Timings] = {}
        effort = effort_of(setting)
        for number in range(1, effort.passes + 1):
            for timed in compare(setting, pythons, files, rounds, budget, effort.of_one_query):
                calls[timed.name] = calls[timed.name] + timed if timed.name in calls else timed
                console.info(f"{timed.name}: {timed.line().ratio:.2f}")
            minutes = (time.monotonic() - started) / 60
            console.info(f"pass {number} of {effort.passes}, {minutes:.1f} minutes so far")
        results[setting] = lines = [timed.line() for timed in calls.values()]
        console.table(str(setting), COLUMNS, (line.cells() for line in lines))
    return results


def _plot(results: Results) -> str:
    return plot({str(s): [(line.name, line.ratio) for line in x] for s, x in results.items()})


def _write(folder: Path, text: str, image: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ordvec.md").write_text(text, encoding="utf-8")
    (folder / "ordvec.svg").write_text(image, encoding="utf-8")
    console.success(f"wrote {folder}/ordvec.md and ordvec.svg")


def _report(verdict: Verdict) -> None:
    console.table("goals", ("goal", "wanted", "found", ""), verdict.cells())
    (console.success if verdict.met else console.warning)(verdict.summary)
