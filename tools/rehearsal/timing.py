"""What share of a rehearsal's wall time is spent outside the real clients.

Method: five times a second a thread looks at the processes that descend from this one. An
instant counts as *inside* when at least one of them is a real client (:data:`CLIENTS`): the
program itself, or what it started. Everything else is *outside*: this runner, the stand-ins,
nox, and our own tools between their calls of clients. The share is the number of outside
instants over all. Its error is that of a sample: under 2 points (one sigma) from 600 instants
on. Per job the same is counted over the processes of that job.

Arguments seen on the way are searched for tokens (invariant I2): what a process shows to every
other process of the machine.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.2

# Program name to the client that it is, or works for.
CLIENTS: Mapping[str, str] = {
    "cargo": "cargo",
    "rustc": "cargo",
    "rustdoc": "cargo",
    "cc": "cargo",
    "ld": "cargo",
    "maturin": "maturin",
    "zig": "maturin",
    "uv": "uv",
    "pip": "pip",
    "git": "git",
    "git-remote-https": "git",
    "git-upload-pack": "git",
    "twine": "twine",
    "ssh-keygen": "ssh-keygen",
    "pytest": "tests of the wheels",
    "py.test": "tests of the wheels",
}
_MODULES: Mapping[str, str] = {
    "pip": "pip",
    "twine": "twine",
    "maturin": "maturin",
    "ziglang": "maturin",
    "pytest": "tests of the wheels",
    "virtualenv": "pip",
    "venv": "pip",
}
_PYTHON = re.compile(r"(python|pypy)[0-9.]*$")

# Tokens by their public prefixes, and JSON web tokens.
TOKEN = re.compile(
    r"cio_tp_[\w-]{16,}|pypi-[\w-]{16,}|gh[sp]_[A-Za-z0-9_]{16,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"
)


@dataclass(frozen=True, slots=True)
class Process:
    """A process as one look saw it."""

    pid: int
    parent: int
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """The result: wall seconds, the outside share (0 to 1), and instants by client."""

    seconds: float
    samples: int
    outside: float
    by_client: Mapping[str, float]

    @property
    def text(self) -> str:
        return f"{self.outside:.0%} of {self.seconds:.1f} s outside the real clients"


def client_of(argv: tuple[str, ...]) -> str:
    """The real client that a command line is, or ''."""
    if not argv:
        return ""
    name = Path(argv[0]).name
    if name in CLIENTS:
        return CLIENTS[name]
    if not _PYTHON.match(name):
        return ""
    words = [word for word in argv[1:4] if word not in ("-I", "-s", "-u", "-B")]
    if words[:1] == ["-m"] and len(words) > 1:
        return _MODULES.get(words[1].split(".")[0], "")
    return CLIENTS.get(Path(words[0]).name, "") if words else ""


def processes() -> list[Process]:
    """Every process that this user may look at; from /proc, or nothing where there is none."""
    found = []
    for entry in _names():
        try:
            stat = Path(f"/proc/{entry}/stat").read_text()
            argv = Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")[:-1]
        except OSError:
            continue
        parent = int(stat.rpartition(")")[2].split()[1])
        found.append(Process(int(entry), parent, tuple(a.decode(errors="replace") for a in argv)))
    return found


def _names() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
    except OSError:
        return []


def descendants(all_: list[Process], root: int) -> list[Process]:
    """The processes below *root*, without it."""
    children: dict[int, list[Process]] = {}
    for process in all_:
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    pending = [root]
    while pending:
        for child in children.get(pending.pop(), ()):
            found.append(child)
            pending.append(child.pid)
    return found


class Sampler:
    """Looks at our descendants until it is stopped."""

    def __init__(
        self,
        look: Callable[[], list[Process]] = processes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._samples = 0
        self._outside = 0
        self._clients: Counter[str] = Counter()
        self._started = 0.0
        self._ended = 0.0
        self.leaks: set[str] = set()

    def start(self) -> None:
        self._started = self._clock()
        self._thread.start()

    def stop(self) -> Share:
        """Stop looking; the share of what was seen."""
        self._stop.set()
        self._thread.join()
        self._ended = self._clock()
        return self.share()

    def share(self) -> Share:
        total = max(self._samples, 1)
        seconds = (self._ended or self._clock()) - self._started
        by_client = {name: count / total for name, count in self._clients.most_common()}
        return Share(seconds, self._samples, self._outside / total, by_client)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            self.sample(self._look(), os.getpid())

    def sample(self, all_: list[Process], root: int) -> None:
        """Count one look."""
        below = descendants(all_, root)
        clients = {client for process in below if (client := client_of(process.argv))}
        self._samples += 1
        self._outside += not clients
        self._clients.update(clients)
        for process in below:
            for argument in process.argv:
                if TOKEN.search(argument):
                    self.leaks.add(Path(process.argv[0]).name)
