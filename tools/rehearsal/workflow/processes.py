"""A program of a step: its own process group, its output line by line, its certain end.

Every line passes through :class:`JobLog`: workflow commands are obeyed (``::add-mask::`` lines
are never written) and registered secrets become ``***``. When the program ends, is cancelled
or runs out of time, its whole group is killed, so that no grandchild outlives a step.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

_COMMAND = re.compile(r"::(?P<name>[\w-]+)(?: (?P<parameters>.*?))?::(?P<value>.*)")
_REMOVED = ("set-output", "save-state", "set-env", "add-path")


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended: exit code (negative signal), and whether we ended it and why."""

    returncode: int
    seconds: float
    timed_out: bool = False
    cancelled: bool = False


class Cancellation:
    """A flag that ends programs: set once, seen by every program started under it."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()


@dataclass
class Annotations:
    """The ``::error::`` and ``::warning::`` lines of a step."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class JobLog:
    """The log of one job: masks what is registered, obeys workflow commands.

    Each line begins with the time at which it was read, as in GitHub's raw logs.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._masks: list[str] = []
        self._stop_token = ""
        self.annotations = Annotations()
        self.last: list[str] = []

    def mask(self, secret: str) -> None:
        """Register a secret; each line of it is masked, longest first."""
        with self._lock:
            for part in (secret, *secret.splitlines()):
                if part.strip() and part not in self._masks:
                    self._masks.append(part)
            self._masks.sort(key=len, reverse=True)

    def redact(self, text: str) -> str:
        for secret in self._masks:
            text = text.replace(secret, "***")
        return text

    def begin(self) -> None:
        """A new step: its annotations start empty."""
        self.annotations = Annotations()
        self.last = []

    def line(self, text: str) -> None:
        """One line of a program's output."""
        if self._obeyed(text):
            return
        self.note(text)

    def note(self, text: str) -> None:
        """A line of the runner itself."""
        with self._lock:
            clean = self.redact(text)
            self.last = [*self.last[-39:], clean]
            if not self._file.closed:
                now = datetime.now(UTC).isoformat(timespec="milliseconds")
                self._file.write(f"{now} {clean}\n")
                self._file.flush()

    def _obeyed(self, text: str) -> bool:
        """Obey a workflow command; True when the line must not be written."""
        match = _COMMAND.match(text.strip())
        if match is None:
            return False
        name, value = match["name"], match["value"]
        if self._stop_token:
            if name == self._stop_token and not value:
                self._stop_token = ""
            return False
        if name == "add-mask":
            self.mask(unescape(value))
            return True
        if name == "stop-commands":
            self._stop_token = value
        elif name == "error":
            self.annotations.errors.append(self.redact(unescape(value)))
        elif name == "warning":
            self.annotations.warnings.append(self.redact(unescape(value)))
        elif name in _REMOVED:
            self.annotations.errors.append(f"the command ::{name}:: is disabled on GitHub")
        return False

    def close(self) -> None:
        with self._lock:
            self._file.close()


def unescape(value: str) -> str:
    """The data of a workflow command."""
    return value.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


class Watcher(Protocol):
    """Who is told of process groups: the guardian, which ends them if we cannot."""

    def started(self, group: int, owner: str) -> None: ...
    def ended(self, group: int) -> None: ...


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log: JobLog,
    cancellation: Cancellation,
    timeout: float | None = None,
    watcher: Watcher | None = None,
    owner: str = "",
) -> Finished:
    """Run a program to its end, its output into *log*.

    Args:
        env: the whole environment; nothing is inherited.
        timeout: seconds, after which the group is killed.
        watcher: told the process group's id at once, and again when it has ended.
        owner: the job's label, for the watcher.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        list(argv),
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    if watcher is not None:
        watcher.started(process.pid, owner)
    timed_out = cancelled = False
    try:
        deadline = None if timeout is None else started + timeout
        timed_out, cancelled = _follow(process, log, cancellation, deadline)
    finally:
        kill_group(process.pid)
        process.wait()
        if watcher is not None:
            watcher.ended(process.pid)
        if process.stdout is not None:
            process.stdout.close()
    return Finished(process.returncode, time.monotonic() - started, timed_out, cancelled)


def _follow(
    process: subprocess.Popen[bytes],
    log: JobLog,
    cancellation: Cancellation,
    deadline: float | None,
) -> tuple[bool, bool]:
    """Copy output until the program ends. Returns (timed out, cancelled)."""
    assert process.stdout is not None
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        open_ = True
        while True:
            if cancellation.cancelled:
                return False, True
            if deadline is not None and time.monotonic() > deadline:
                return True, False
            ended = process.poll() is not None
            # A background child may hold the pipe open: once the program itself has ended,
            # take what is there and go; its group is killed next.
            ready = selector.select(0 if ended else 0.1) if open_ else []
            if not open_ and not ended:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.1)
            if ready:
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    selector.unregister(process.stdout)
                    open_ = False
                pending = _lines(pending + data, log)
            elif ended:
                break
    if pending:
        log.line(pending.decode("utf-8", "replace"))
    return False, False


def _lines(data: bytes, log: JobLog) -> bytes:
    *lines, rest = data.split(b"\n")
    for line in lines:
        log.line(line.decode("utf-8", "replace").rstrip("\r"))
    return rest


def kill_group(group: int) -> None:
    """SIGKILL a process group that we started; nothing when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
