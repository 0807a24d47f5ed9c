"""What the comparison of `ordvec` wheels measures: settings, and a line per call."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ONE_QUERY = ", 1 query"
WRITE = ", write"


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
class Samples:
    """Seconds of the clock and of the processor, one of each per call."""

    wall: Sequence[float]
    cpu: Sequence[float]

    def __add__(self, other: Samples) -> Samples:
        return Samples([*self.wall, *other.wall], [*self.cpu, *other.cpu])


@dataclass(frozen=True, slots=True)
class Line:
    """One call: its medians in seconds on both sides.

    `scanned` is the bytes of rows that a scan by one query reads, 0 where the call is none;
    `bandwidth` is the bytes per second of one pass over memory in this setting. Where the setting
    has several threads and the call is one query, `alone` is the median of this tree on one thread
    and `memory` is how many times as fast as one thread all of them read that many bytes. Where
    the call is a write, `disk` is the median of a plain synced write of as many bytes.
    """

    name: str
    ours: float
    peer: float
    ours_cpu: float
    peer_cpu: float
    scanned: int
    bandwidth: float
    alone: float | None = None
    memory: float | None = None
    disk: float | None = None

    @property
    def ratio(self) -> float:
        return self.peer / self.ours

    @property
    def ratio_cpu(self) -> float:
        """The ratio of CPU seconds: what is left of a busy machine's noise in one thread."""
        return self.peer_cpu / max(self.ours_cpu, 1e-9)

    @property
    def speedup(self) -> float | None:
        """How many times as fast this tree is with all threads as with one."""
        return None if self.alone is None else self.alone / self.ours

    @property
    def share(self) -> str:
        """Share of the streaming bandwidth that the scan reaches."""
        if not self.scanned:
            return ""
        return f"{self.scanned / self.ours / self.bandwidth:.0%}"

    def cells(self) -> tuple[str, ...]:
        """The row of the table, in the order of :data:`COLUMNS`."""
        times = (f"{seconds * 1e3:.3f}" for seconds in (self.peer, self.ours))
        gains = ("" if gain is None else f"{gain:.2f}" for gain in (self.speedup, self.memory))
        return (
            self.name,
            *times,
            f"{self.ratio:.2f}",
            f"{self.ratio_cpu:.2f}",
            *gains,
            self.share,
            "" if self.disk is None else f"{self.disk * 1e3:.3f}",
        )


COLUMNS = (
    "call",
    "peer, ms",
    "ours, ms",
    "ratio",
    "ratio, CPU",
    "speed-up",
    "memory",
    "bandwidth",
    "disk",
)

Results = Mapping[Setting, Sequence[Line]]


@dataclass(frozen=True, slots=True)
class Timings:
    """What was measured of one call, in one pass over the table or in several of them.

    `of` are the samples of "ours", "peer" and, where they were measured, "alone" and "disk";
    `scanned` is that of :class:`Line`, `bandwidth` and `gains` are samples of what it calls
    `bandwidth` and `memory`.
    """

    name: str
    scanned: int
    bandwidth: Sequence[float]
    of: Mapping[str, Samples]
    gains: Sequence[float] = ()

    def __add__(self, other: Timings) -> Timings:
        return Timings(
            self.name,
            self.scanned,
            [*self.bandwidth, *other.bandwidth],
            {side: samples + other.of[side] for side, samples in self.of.items()},
            [*self.gains, *other.gains],
        )

    def line(self) -> Line:
        """The medians."""
        median = {side: statistics.median(samples.wall) for side, samples in self.of.items()}
        return Line(
            self.name,
            ours=median["ours"],
            peer=median["peer"],
            ours_cpu=statistics.median(self.of["ours"].cpu),
            peer_cpu=statistics.median(self.of["peer"].cpu),
            scanned=self.scanned,
            bandwidth=statistics.median(self.bandwidth),
            alone=median.get("alone"),
            memory=statistics.median(self.gains) if self.gains else None,
            disk=median.get("disk"),
        )
