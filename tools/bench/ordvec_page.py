"""The page of `docs/benchmarks` that a comparison of `ordvec` wheels writes."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.bench.ordvec_goals import AS_LONG, CLOSELY, SLOWER, SPEEDUP, Verdict
from tools.bench.ordvec_model import COLUMNS, Line, Results, Setting

_HEAD = """\
Written by `nox -s bench -- ordvec`. Both wheels are timed in turn, call by call, in processes that
keep their indexes; where goals are judged, in {passes} passes, each by fresh processes, with {more}
times as many turns for one query. Medians in milliseconds of the Python calls; `ratio` is the time
of {peer} over ours, above 1 ours is faster: the median of the turns, in each of which both meet the
same neighbours. `ratio, CPU` compares the CPU time that the process spent: with one thread on a
busy machine it is the steadier figure, but it leaves out waiting for a disk. `speed-up` is ours on
one thread over ours on all; `memory` beside it is the same for plain passes over as many bytes,
timed in the same turns: no scan of rows that are not in a cache gains more. `bandwidth` is the
share of the speed of one pass over memory that a scan by one query reaches; above 100 % the index
is in a cache. `disk` beside a write is a plain write of as many bytes to a new file, synced to the
disk before it replaces an old one, timed in the same turns. `add` adds 20,000 vectors."""


def page(results: Results, verdict: Verdict, peer: str, machine: str) -> str:
    """The page as Markdown."""
    head = (
        f"# `ordvec`, this tree against the published {peer}",
        "",
        _HEAD.format(peer=peer, passes=CLOSELY.passes, more=CLOSELY.of_one_query),
        "",
        f"Machine: {machine}.",
        "",
        "![ratios](ordvec.svg)",
        "",
    )
    sections = (line for setting, lines in results.items() for line in _section(setting, lines))
    return "\n".join((*head, *_goals(verdict), *sections))


def _goals(verdict: Verdict) -> Iterator[str]:
    yield from ("## Goals", "", f"**{verdict.summary}**", "")
    yield (
        f"At dim 1024 and 100,000 rows on one thread; one query on all threads {SPEEDUP} times as "
        f"fast as on one, on two processors, or as much as plain reading gains; no call below "
        f"{SLOWER} in any setting. Where a plain synced write is too slow for that, a write may "
        f"take at most {AS_LONG} times as long as it."
    )
    yield from ("", "| goal | wanted | found | |", "|---|---:|---:|---|")
    for name, wanted, found, answer in verdict.cells():
        shown = f"**{answer}**" if answer in ("missed", "slower") else answer
        yield f"| {name} | {wanted} | {found} | {shown} |"
    yield ""


def _section(setting: Setting, lines: Iterable[Line]) -> Iterator[str]:
    yield from (f"## {setting}", "", f"| {' | '.join(COLUMNS)} |")
    yield f"|---|{'---:|' * (len(COLUMNS) - 1)}"
    for line in lines:
        yield f"| {' | '.join(line.cells())} |"
    yield ""


def load_average() -> float:
    """Processes that wanted to run in the last minute; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def machine(level: str, load: float) -> str:
    """The processor, its number of threads, the SIMD level that ours ran at and the load before
    the run, which a reader must know."""
    info = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip()
        for line in (info.read_text(encoding="utf-8").splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    name = names[0] if names else platform.processor() or platform.machine()
    parts = (name, f"{os.cpu_count()} CPUs", f"SIMD level {level}", platform.system())
    return f"{', '.join(parts)}, load {load:.1f} at the start"
