"""The processes that are timed: one per wheel, which keeps its indexes between the calls.

All sides of a setting walk through the same table of calls. A call is timed on one side after
the other, several times in turn, so that a drift of the machine's speed meets them alike.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tools.bench.ordvec_model import ONE_QUERY, WRITE, Samples, Setting, Timings
from tools.errors import ReleaseError

WORKER = Path(__file__).with_name("ordvec_worker.py")

# A round that takes longer than this many budgets is the last one.
LONG = 3

# Bytes that no cache holds: there are processors with 300 MB of it.
UNCACHED = 1 << 29


class WorkerFailed(ReleaseError):
    """A timed process ended before its last call."""


class Call(NamedTuple):
    """A call's name, the bytes that it scans and those that it writes."""

    name: str
    scanned: int
    written: int


class Timed(Protocol):
    """What takes its turn."""

    @property
    def name(self) -> str: ...

    def time(self, seconds: float) -> Samples: ...


class Side:
    """A worker process. `ask` sends a line and reads one."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name = name
        self._process = process

    def send(self, request: object) -> None:
        assert self._process.stdin is not None
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
        except BrokenPipeError as error:
            raise self._failed() from error

    def read(self) -> Any:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        if not answer:
            raise self._failed()
        return json.loads(answer)

    def ask(self, request: object) -> Any:
        self.send(request)
        return self.read()

    def time(self, seconds: float) -> Samples:
        """Times the current call for about that long, at least once."""
        return Samples(*self.ask({"time": seconds}))

    def stream(self, size: int, threads: int) -> float:
        """Bytes per second at which so many threads read `size` bytes over and over."""
        return float(self.ask({"stream": (size, threads)}))

    def _failed(self) -> WorkerFailed:
        return WorkerFailed(
            f"the worker of {self.name} ended early",
            found=f"exit code {self._process.wait()}",
            remedy="its error is above",
        )


class Disk:
    """Plain synced writes by a side, of as many bytes as the current call writes."""

    name = "disk"

    def __init__(self, side: Side, size: int) -> None:
        self._side, self._size = side, size

    def time(self, seconds: float) -> Samples:
        """Times such a write for about that long, at least once."""
        return Samples(*self._side.ask({"disk": (self._size, seconds)}))


@contextmanager
def started(name: str, python: Path, job: Mapping[str, object], threads: int) -> Iterator[Side]:
    """A worker for the block; it is killed if the block fails."""
    # -P: the worker's folder holds a module named like the wheel.
    process = subprocess.Popen(
        (str(python), "-P", str(WORKER)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "RAYON_NUM_THREADS": str(threads)},
    )
    with process:
        try:
            side = Side(name, process)
            side.send(job)
            yield side
            assert process.stdin is not None
            process.stdin.close()
        except BaseException:
            process.kill()
            raise


def compare(
    setting: Setting,
    pythons: Mapping[str, Path],
    folder: Path,
    rounds: int,
    budget: float,
    of_one_query: int = 1,
) -> Iterator[Timings]:
    """Times every call of the table in one setting, in processes of its own.

    Args:
        pythons: the interpreters of "ours" and "peer".
        folder: where the sides write their files.
        rounds: turns of each side at most.
        budget: seconds for one call, all sides and rounds together; a slow one takes more.
        of_one_query: how many times as many rounds and seconds a call with one query gets.
    """
    threads = setting.threads or os.cpu_count() or 1
    sides = {name: (python, threads) for name, python in pythons.items()}
    if threads > 1:
        sides["alone"] = (pythons["ours"], 1)
    with ExitStack() as stack:
        running = []
        for name, (python, count) in sides.items():
            (folder / name).mkdir(exist_ok=True)
            job = {"dim": setting.dim, "rows": setting.rows, "folder": str(folder / name)}
            running.append(stack.enter_context(started(name, python, job, count)))
        bandwidth = max(side.stream(UNCACHED, 1) for side in running)
        while call := _next(running):
            more = of_one_query if call.name.endswith(ONE_QUERY) else 1
            yield _timings(call, running, threads, bandwidth, rounds * more, budget * more)


def _timings(
    call: Call, sides: Sequence[Side], threads: int, bandwidth: float, rounds: int, budget: float
) -> Timings:
    """The current call on all sides that time it."""
    name, scanned, written = call
    timed: list[Timed] = [x for x in sides if x.name != "alone" or name.endswith(ONE_QUERY)]
    if name.endswith(WRITE):
        timed.append(Disk(sides[0], written))
    gains: list[float] = []
    turns: dict[str, list[Samples]] = {side.name: [] for side in timed}
    for _ in _turns(turns, timed, rounds, budget):
        if scanned and threads > 1:
            one, all_of_them = (sides[0].stream(scanned, n) for n in (1, threads))
            gains.append(all_of_them / one)
    return Timings(name, scanned, [bandwidth], turns, gains)


def _next(sides: Sequence[Side]) -> Call | None:
    """Moves all sides on to their next call; they prepare it at the same time."""
    for side in sides:
        side.send("next")
    calls = [side.read() for side in sides]
    if len({call and call[0] for call in calls}) > 1:
        raise WorkerFailed("the workers disagree on the next call", found=str(calls))
    if calls[0] is None:
        return None
    # The fewest: a file that is longer than the peer's is no excuse.
    return Call(str(calls[0][0]), int(calls[0][1]), min(int(call[2]) for call in calls))


def _turns(
    turns: dict[str, list[Samples]], sides: Sequence[Timed], rounds: int, budget: float
) -> Iterator[int]:
    """Times the current call on each side in turn; yields after each turn, which `turns` holds."""
    slot = budget / (rounds * len(sides))
    spent = 0.0
    for turn in range(rounds):
        for side in sides:
            taken = side.time(slot)
            turns[side.name].append(taken)
            spent += sum(taken.wall)
        yield turn
        if spent >= (budget if turn else LONG * budget):
            break
