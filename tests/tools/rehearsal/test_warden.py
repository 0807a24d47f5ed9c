"""Killing a rehearsal at any moment leaves no process: the warden ends them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tools.declaration import ROOT
from tools.rehearsal import warden

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")

# A rehearsal in small: a guardian, a child in a session of its own, and a grandchild that has
# left the session and detached, as a daemon would.
SCRIPT = textwrap.dedent(
    """
    import os, subprocess, sys, time
    from tools.rehearsal.guardian import Guardian
    guardian = Guardian()
    os.environ["RUNNER_TRACKING_ID"] = guardian.mark
    with guardian:
        child = subprocess.Popen(
            ["sh", "-c", "setsid sleep 617 & sleep 617"], start_new_session=True
        )
        guardian.started(child.pid, "job")
        print(guardian.mark, os.getpid(), flush=True)
        time.sleep(float(sys.argv[1]))
    """
)


def start(seconds: str, **env: str) -> tuple[subprocess.Popen[str], str, int]:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, seconds],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **env},
    )
    assert process.stdout is not None
    mark, pid = process.stdout.readline().split()
    return process, mark, int(pid)


def wait_until_none(mark: str) -> list[int]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not warden.marked(mark):
            return []
        time.sleep(0.05)
    return warden.marked(mark)


def wait_until_running(mark: str, count: int) -> None:
    deadline = time.monotonic() + 10
    while len(warden.marked(mark)) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(warden.marked(mark)) >= count


def test_sigkill_of_the_rehearsal_ends_even_detached_grandchildren() -> None:
    process, mark, pid = start("60")
    wait_until_running(mark, 3)  # sh and two sleeps; the script itself was started unmarked
    os.kill(pid, signal.SIGKILL)
    process.wait()
    assert wait_until_none(mark) == []


def test_an_orderly_end_leaves_nothing_either() -> None:
    process, mark, _ = start("0.3")
    assert process.wait(timeout=30) == 0
    assert wait_until_none(mark) == []


def test_the_death_of_nox_ends_the_rehearsal() -> None:
    # A middle process plays nox; the rehearsal is its child.
    middle = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1], '60'])",
            SCRIPT,
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "NOX_CURRENT_SESSION": "rehearse"},
    )
    assert middle.stdout is not None
    mark, pid = middle.stdout.readline().split()
    wait_until_running(mark, 3)
    middle.kill()
    middle.wait()
    assert wait_until_none(mark) == []
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < deadline:
        if not Path(f"/proc/{pid}/cmdline").read_bytes():
            break  # a zombie that init has not collected yet
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{pid}").exists(), "the rehearsal outlived nox"


def test_the_death_of_the_warden_ends_the_rehearsal() -> None:
    process, mark, _ = start("60")
    wait_until_running(mark, 3)
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit():
            try:
                line = Path(f"/proc/{name}/cmdline").read_bytes()
            except OSError:
                continue
            if mark.encode() in line and b"warden.py" in line:
                os.kill(int(name), signal.SIGKILL)
    assert process.wait(timeout=10) == -signal.SIGKILL
    assert wait_until_none(mark) == []
