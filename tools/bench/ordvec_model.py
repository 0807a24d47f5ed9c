"""What the comparison of `ordvec` wheels measures: settings, and a line per call."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Line:
    """One call: its medians in seconds on both sides, and what they come to.

    `ratio` is the time of the peer over that of this tree and `ratio_cpu` the same of CPU seconds,
    what is left of a busy machine's noise in one thread. `scanned` is the bytes of rows that a scan
    by one query reads, 0 where the call is none; `bandwidth` is the bytes per second of one pass
    over memory in this setting. Where the setting has several threads and the call is one query,
    `speedup` is how many times as fast this tree is with all of them as with one, and `memory` how
    many times as fast as one all of them read that many bytes. Where the call is a write, `disk` is
    the median of a plain synced write of as many bytes.
    """

    name: str
    ours: float
    peer: float
    ratio: float
    ratio_cpu: float
    scanned: int
    bandwidth: float
    speedup: float | None = None
    memory: float | None = None
    disk: float | None = None

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

    `of` are the samples of each turn of "ours", "peer" and, where they were measured, "alone" and
    "disk"; `scanned` is that of :class:`Line`, `bandwidth` and `gains` are samples of what it calls
    `bandwidth` and `memory`.
    """

    name: str
    scanned: int
    bandwidth: Sequence[float]
    of: Mapping[str, Sequence[Samples]]
    gains: Sequence[float] = ()

    def __add__(self, other: Timings) -> Timings:
        return Timings(
            self.name,
            self.scanned,
            [*self.bandwidth, *other.bandwidth],
            {side: [*turns, *other.of[side]] for side, turns in self.of.items()},
            [*self.gains, *other.gains],
        )

    def line(self) -> Line:
        """The medians.

        A ratio is the median of those of the turns: both sides of a turn meet the same neighbours,
        whose bursts last longer than it. The quotient of two medians would compare one moment of
        one side with another moment of the other.
        """
        return Line(
            self.name,
            ours=self._median("ours"),
            peer=self._median("peer"),
            ratio=self._quotient("peer", lambda turn: turn.wall),
            ratio_cpu=self._quotient("peer", lambda turn: turn.cpu),
            scanned=self.scanned,
            bandwidth=statistics.median(self.bandwidth),
            speedup=self._quotient("alone", lambda turn: turn.wall) if "alone" in self.of else None,
            memory=statistics.median(self.gains) if self.gains else None,
            disk=self._median("disk") if "disk" in self.of else None,
        )

    def _median(self, side: str) -> float:
        return statistics.median(seconds for turn in self.of[side] for seconds in turn.wall)

    def _quotient(self, side: str, seconds: Callable[[Samples], Sequence[float]]) -> float:
        """The time of a side over ours."""
        pairs = zip(self._medians(side, seconds), self._medians("ours", seconds), strict=True)
        # A clock of the processor may stand still during a short call.
        return statistics.median(a / max(b, 1e-9) for a, b in pairs)

    def _medians(self, side: str, seconds: Callable[[Samples], Sequence[float]]) -> list[float]:
        """One for each turn."""
        return [statistics.median(seconds(turn)) for turn in self.of[side]]
