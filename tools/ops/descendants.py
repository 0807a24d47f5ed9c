"""Ends a program together with everything that it started.

A session or a process group of its own would make that one call, and cost what a verb needs:
Ctrl-C reaches the group in the terminal's foreground only, a program outside it may not ask for a
passphrase, and the rehearsal ends a step by that step's group. So the children are looked up.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress

import psutil


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a program that has not ended, and its descendants.

    Each is stopped before its children are looked up, so that none is started meanwhile. Left
    alone is what had already outlived its own parent, as a daemon does.
    """
    with suppress(psutil.NoSuchProcess):
        for one in reversed(_stopped(psutil.Process(process.pid))):
            with suppress(psutil.Error):
                one.kill()
    process.kill()


def _stopped(root: psutil.Process) -> list[psutil.Process]:
    """*root* and all of its descendants, parents first, each of them stopped."""
    found: list[psutil.Process] = []
    new = [root]
    while new:
        for one in new:
            with suppress(psutil.Error):
                one.suspend()
        found += new
        new = [one for one in root.children(recursive=True) if one not in found]
    return found
