"""Ends a program together with everything that it started.

A session or a process group of its own would make that one call, and cost what a verb needs:
Ctrl-C reaches the group in the terminal's foreground only, a program outside it may not ask for a
passphrase, and the rehearsal ends a step by that step's group. So the children are looked up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL a program that has not ended, and its descendants.

    Each is stopped before its children are looked up, so that none is started meanwhile. Left
    alone is what had already outlived its own parent, as a daemon does. Windows cannot tell by
    these means, and there the program alone is killed.
    """
    if os.name == "posix" and process.poll() is None:
        for pid in reversed(_stopped(process.pid)):
            _signal(pid, signal.SIGKILL)
    process.kill()


def _stopped(root: int) -> list[int]:
    """*root* and all of its descendants, parents first, each of them stopped."""
    found: list[int] = []
    new = [root]
    while new:
        for pid in new:
            _signal(pid, signal.SIGSTOP)
        found += new
        known = set(found)
        new = [pid for pid, parent in _parents().items() if parent in known and pid not in known]
    return found


def _parents() -> dict[int, int]:
    """The parent of every process of this machine; empty where there is no ``ps``."""
    try:
        # Not through `proc.run`, which ends its programs by this module.
        listing = subprocess.run(
            ("ps", "-A", "-o", "pid=", "-o", "ppid="), capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return {}
    pairs = (line.split() for line in listing.splitlines())
    return {int(pid): int(parent) for pid, parent in pairs}


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
