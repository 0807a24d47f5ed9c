"""Where a rehearsal writes: everything below ``.rehearsal/``, one folder per run, caches apart.

::

    .rehearsal/cache/           uv's cache, the wheelhouse: kept between rehearsals
    .rehearsal/slots/N/         places where jobs run: `job` wiped, `target` kept
    .rehearsal/runs/STAMP/      one rehearsal: logs, world, artifacts, report

Locks are ``flock`` on files: the kernel drops them when their holder dies, SIGKILL included,
so a killed rehearsal blocks nobody.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from tools.rehearsal.workflow.slots import Slot

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no rehearsal
    fcntl = None  # type: ignore[assignment]

NAME = ".rehearsal"
# What is kept of a run without --keep: enough to audit it, nothing that can be big.
KEPT = ("logs", "world", "report.json", "report.html")


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one rehearsal; ``lock`` is held as long as it lives."""

    base: Path
    run: Path
    lock: IO[str] | None = None

    @classmethod
    def create(cls, root: Path) -> Layout:
        """A new run folder below ``ROOT/.rehearsal``."""
        base = (root / NAME).resolve()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        (base / "runs").mkdir(parents=True, exist_ok=True)
        sweep(base / "runs")
        number = 0
        while True:
            run = base / "runs" / (f"{stamp}-{number}" if number else stamp)
            try:
                run.mkdir()
            except FileExistsError:
                number += 1
                continue
            lock: IO[str] = (run / "lock").open("w")
            fcntl.flock(lock, fcntl.LOCK_EX)
            layout = cls(base, run, lock)
            for folder in (layout.cache, layout.tmp):
                folder.mkdir(parents=True, exist_ok=True)
            return layout

    @property
    def cache(self) -> Path:
        return self.base / "cache"

    @property
    def wheelhouse(self) -> Path:
        return self.cache / "wheelhouse"

    @property
    def tmp(self) -> Path:
        return self.run / "tmp"

    @property
    def clone(self) -> Path:
        return self.run / "clone"

    @property
    def origin(self) -> Path:
        return self.run / "origin.git"

    def tidy(self) -> None:
        """Remove what a finished run need not keep; scenarios have folders of their own."""
        tidy(self.run)
        for folder in self.run.iterdir():
            if (folder / "report.json").is_file():
                tidy(folder)


def tidy(folder: Path) -> None:
    """Keep of *folder* only what :data:`KEPT` names and the folders of scenarios."""
    for path in folder.iterdir():
        if path.name in KEPT or (path / "report.json").is_file():
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def sweep(runs: Path) -> None:
    """Tidy the runs that were killed: no report, and nobody holds their lock."""
    for run in runs.iterdir():
        lock = run / "lock"
        if not lock.is_file() or (run / "report.json").is_file():
            continue
        with lock.open("r+") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if not any(run.glob("*/report.json")):
                tidy(run)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock file; waits for another rehearsal that holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def slots(base: Path, count: int) -> Iterator[Sequence[Slot]]:
    """*count* slots that no other rehearsal uses: the lowest free numbers."""
    held: list[IO[str]] = []
    found: list[Slot] = []
    try:
        number = 0
        while len(found) < count:
            folder = base / "slots" / str(number)
            folder.mkdir(parents=True, exist_ok=True)
            stream: IO[str] = (folder / "lock").open("w")
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stream.close()
            else:
                stream.write(f"{os.getpid()}\n")
                stream.flush()
                held.append(stream)
                found.append(Slot(folder))
            number += 1
        yield found
    finally:
        for slot in found:
            shutil.rmtree(slot.job, ignore_errors=True)
        for stream in held:
            stream.close()
