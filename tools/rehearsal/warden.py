"""Ends every process of a rehearsal when the rehearsal itself is gone, SIGKILL included.

A process of its own, in its own session, that does nothing but read a pipe whose other end only
the rehearsal holds. End of file means that the rehearsal has ended, however it did. Then every
process that carries this run's mark in its environment (``RUNNER_TRACKING_ID``, by which
GitHub's own runner finds orphans) or belongs to a process group that was announced on the pipe
is killed, until none is left. It runs with ``-I -S`` and imports nothing of this project.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable

MARK = "RUNNER_TRACKING_ID"


def marked(mark: str) -> list[int]:
    """Processes of this user whose environment carries the mark; needs /proc."""
    needle = f"{MARK}={mark}".encode()
    found = []
    try:
        names = os.listdir("/proc")  # noqa: PTH208 - the fastest there is, run in a loop
    except OSError:
        return []
    for name in names:
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as stream:  # noqa: PTH123
                if needle in stream.read().split(b"\0"):
                    found.append(int(name))
        except OSError:
            continue
    return found


def end(groups: Iterable[int], mark: str) -> None:
    """Kill until two looks in a row find nothing.

    A killed group whose leader nobody has waited for still takes signals, so groups say
    nothing about what is left; the mark does.
    """
    quiet = 0
    deadline = time.monotonic() + 30
    announced = tuple(groups)
    while quiet < 2 and time.monotonic() < deadline:
        found = marked(mark)
        _kill(os.killpg, announced)
        _kill(os.kill, found)
        quiet = 0 if found else quiet + 1
        time.sleep(0.02)


def _kill(kill: Callable[[int, int], None], numbers: Iterable[int]) -> None:
    for number in numbers:
        try:
            kill(number, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def watch(descriptor: int, mark: str) -> None:
    """Read ``+PGID`` and ``-PGID`` lines until the end of file, then :func:`end`."""
    groups: set[int] = set()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    with os.fdopen(descriptor, "r", buffering=1) as stream:
        for line in stream:
            number = int(line[1:])
            if line[0] == "+":
                groups.add(number)
            else:
                groups.discard(number)
    end(groups, mark)


if __name__ == "__main__":
    watch(int(sys.argv[1]), sys.argv[2])
