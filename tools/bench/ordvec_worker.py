"""Times the calls of whichever `ordvec` wheel this interpreter holds. Run by `tools.bench.ordvec`.

The first line of standard input is the job (dim, rows, folder). Each further line is a request,
answered by one line; all of them are JSON. "next": the name of the next call of the table, the
bytes of the index that it scans and the bytes of the file that it writes, or null. {"time":
seconds}: the seconds, then the CPU seconds, of each repetition of that call. {"stream": [bytes,
threads]}: the bytes per second at which so many threads of this process read as many bytes over
and over. {"disk": [bytes, seconds]}: as "time", of a plain synced write of the first bytes of that
call's file. Uses NumPy and `ordvec` only, so that it runs in any environment that has a wheel.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

# Whichever wheel this environment has; the tools' environments have none.
np: Any = importlib.import_module("numpy")
ordvec: Any = importlib.import_module("ordvec")

K, CANDIDATES, BATCH, ADDED = 10, 500, 64, 20_000
REPETITIONS = 100
WARM_UP, LONG = 0.1, 1.0
STREAMED = 0.05
Call = Callable[[], object]

# The data and the length, as much as `write` syncs; all of the file where there is no such call.
SYNC: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
# How the names of what plain writes leave end, and of what they have not finished.
PLAIN, FRESH = ".plain", ".fresh"


class Row(NamedTuple):
    """A name, what is timed, the bytes of rows that a scan reads, the file that a write writes."""

    name: str
    call: Call
    scanned: int = 0
    file: Path | None = None


def main() -> int:
    job = json.loads(sys.stdin.readline())
    dim, rows = int(job["dim"]), int(job["rows"])
    random = np.random.default_rng(dim + rows)
    vectors = random.standard_normal((rows, dim), dtype=np.float32)
    queries = random.standard_normal((BATCH, dim), dtype=np.float32)
    calls = table(vectors, queries, Path(job["folder"]))
    row: Row | None = None
    plain: Call | None = None
    memory = np.zeros(0, dtype=np.int32)
    for request in map(json.loads, sys.stdin):
        answer: object
        if request == "next":
            row, plain = next(calls, None), None
            answer = row and (row.name, row.scanned, row.file.stat().st_size if row.file else 0)
        elif "stream" in request:
            size, threads = request["stream"]
            if memory.nbytes != size // 4 * 4:
                memory = np.ones(size // 4, dtype=np.int32)
            answer = streamed(np.array_split(memory, threads))
        elif "disk" in request:
            size, seconds = request["disk"]
            assert row and row.file
            plain = plain or plain_write(row.file, size)
            answer = timed(plain, float(seconds))
        else:
            assert row
            answer = timed(row.call, float(request["time"]))
        print(json.dumps(answer), flush=True)
    return 0


def timed(call: Call, budget: float) -> tuple[list[float], list[float]]:
    """Seconds and CPU seconds of each call until the budget is spent, at least one.

    Calls come before that, which are left out, until :data:`WARM_UP` seconds have passed: a
    processor that wakes from its rest is slow at first. A call that takes :data:`LONG` is its own
    warm-up.
    """
    wall: list[float] = []
    cpu: list[float] = []
    os.sync()  # what the other side left for the disk is not this one's
    warm = 0.0
    while not wall or (sum(wall) < budget and len(wall) < REPETITIONS):
        started, used = time.perf_counter(), time.process_time()
        call()
        seconds = time.perf_counter() - started
        if warm >= WARM_UP or seconds >= LONG:
            wall.append(seconds)
            cpu.append(time.process_time() - used)
        warm += seconds
    return wall, cpu


def streamed(parts: list[Any]) -> float:
    """Bytes per second of plain passes over each part by a thread of its own, all at once."""

    def passes(part: Any) -> float:
        count, started = 0, time.perf_counter()
        while (seconds := time.perf_counter() - started) < STREAMED:
            part.max()
            count += 1
        return float(count * part.nbytes / seconds)

    with ThreadPoolExecutor(len(parts)) as pool:
        return sum(pool.map(passes, parts))


def plain_write(file: Path, size: int) -> Call:
    """A write of the file's first `size` bytes to a new one beside it, which is synced to the disk
    and then replaces the last one: what no write that survives a loss of power can leave out."""
    data = file.read_bytes()[:size]
    target, fresh = file.with_suffix(PLAIN), file.with_suffix(FRESH)

    def write() -> None:
        with fresh.open("wb") as new:
            new.write(data)
            new.flush()
            SYNC(new.fileno())
        fresh.replace(target)

    write()  # the first timed one replaces a file too, as the calls do
    return write


def table(vectors: Any, queries: Any, folder: Path) -> Iterator[Row]:
    rows, dim = vectors.shape
    sign = ordvec.SignBitmap(dim)
    sign.add(vectors)
    yield from bits_of("sign", sign, queries)
    yield from stored("sign", sign, lambda: ordvec.SignBitmap(dim), vectors, folder)
    bitmap = ordvec.Bitmap(dim, dim // 4)
    bitmap.add(vectors)
    one = partial(bitmap.search, queries[:1], K)
    yield Row("bitmap, search, 1 query", one, bitmap.byte_size)
    yield Row(f"bitmap, search, {BATCH} queries", lambda: bitmap.search(queries, K))
    yield from bits_of("bitmap", bitmap, queries)
    yield from stored("bitmap", bitmap, lambda: ordvec.Bitmap(dim, dim // 4), vectors, folder)
    for bits in (1, 2, 4):
        quant = ordvec.RankQuant(dim, bits)
        quant.add(vectors)
        name = f"{bits} bit" if bits == 1 else f"{bits} bits"
        yield from searches(name, quant, queries)
        yield from second_stage(name, quant, sign, queries[0], rows)
        yield from stored(name, quant, partial(ordvec.RankQuant, dim, bits), vectors, folder)
    rank = ordvec.Rank(dim)
    rank.add(vectors)
    yield from searches("rank", rank, queries)
    yield from stored("rank", rank, lambda: ordvec.Rank(dim), vectors, folder)


def bits_of(name: str, index: Any, queries: Any) -> Iterator[Row]:
    one, many = index.top_m_candidates, index.top_m_candidates_batched
    size = index.byte_size
    yield Row(f"{name}, candidates, 1 query", lambda: one(queries[0], CANDIDATES), size)
    yield Row(f"{name}, candidates, {BATCH} queries", lambda: many(queries, CANDIDATES))
    if name == "sign":
        yield Row("sign, score_all", lambda: index.score_all(queries[0]), size)


def searches(name: str, index: Any, queries: Any) -> Iterator[Row]:
    for kind, search in (("asymmetric", index.search_asymmetric), ("symmetric", index.search)):
        one = partial(search, queries[:1], K)
        yield Row(f"{name}, {kind}, 1 query", one, index.byte_size)
        yield Row(f"{name}, {kind}, {BATCH} queries", partial(search, queries, K))


def second_stage(name: str, index: Any, sign: Any, query: Any, rows: int) -> Iterator[Row]:
    ids = np.arange(0, rows, max(rows // 1000, 1), dtype=np.uint32)[:1000]
    yield Row(f"{name}, subset of 1000", lambda: index.search_asymmetric_subset(query, ids, K))

    def both() -> object:
        chosen = sign.top_m_candidates(query, CANDIDATES)
        return index.search_asymmetric_subset(query, chosen, K)

    yield Row(f"{name}, two-stage, 1 query", both)


def stored(name: str, index: Any, fresh: Call, vectors: Any, folder: Path) -> Iterator[Row]:
    some = vectors[:ADDED]

    def add() -> object:
        empty: Any = fresh()
        return empty.add(some)

    path = folder / f"{name.replace(' ', '-')}.index"
    yield Row(f"{name}, add", add)
    index.write(str(path))  # a load may be timed before a write is
    yield Row(f"{name}, write", lambda: index.write(str(path)), file=path)
    path.with_suffix(PLAIN).unlink(missing_ok=True)
    yield Row(f"{name}, load", lambda: type(index).load(str(path)))
    path.unlink()


if __name__ == "__main__":
    sys.exit(main())
