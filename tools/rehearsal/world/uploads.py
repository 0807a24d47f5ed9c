"""What registries were asked to store, and when each surface begins to show it.

Shared by the registry stand-ins: the ledger of uploads (for the invariants) and the lag of
the surfaces (index, API, file host), which at the real services agree only after a while.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tools.rehearsal.world.trusted import Clock


class Outcome(StrEnum):
    """What became of an upload."""

    STORED = "stored"
    REFUSED = "refused"
    # The same bytes under the same name again: PyPI answers 200 and changes nothing.
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sends in an upload, as far as every registry's ledger names it."""

    project: str
    version: str
    file: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload attempt that reached the registry.

    Attributes:
        token: number of the token record that authorised it; None for none, or a lasting token.
        reason: why it was refused, or "".
    """

    at: datetime
    label: str
    project: str
    version: str
    file: str
    sha256: str
    size: int
    outcome: Outcome
    token: int | None = None
    reason: str = ""


class UploadLedger:
    """Upload attempts in order; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts: list[Upload] = []

    def add(self, upload: Upload) -> None:
        with self._lock:
            self._attempts.append(upload)

    def attempts(self) -> tuple[Upload, ...]:
        with self._lock:
            return tuple(self._attempts)

    def stored(self) -> tuple[Upload, ...]:
        return tuple(u for u in self.attempts() if u.outcome is Outcome.STORED)

    def refused(self) -> tuple[Upload, ...]:
        return tuple(u for u in self.attempts() if u.outcome is Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Lag:
    """How late a surface shows a new file.

    Attributes:
        requests: how many looks at the file go by before it is shown.
        seconds: how long it is not shown, by the world's clock.
        pattern: what the looks after those see, before it is shown for good: replicas that
            disagree, e.g. ``(True, False, True, False)``.
    """

    requests: int = 0
    seconds: float = 0.0
    pattern: tuple[bool, ...] = ()


@dataclass
class _Pending:
    looks: list[bool]
    due: datetime


class Surfaces:
    """Which surface shows which new file already.

    Args:
        lags: per surface name; a surface without one shows everything at once. The dict may
            be changed while the world runs; it holds for files stored later.
    """

    def __init__(self, lags: dict[str, Lag], clock: Clock) -> None:
        self.lags = lags
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, str], _Pending] = {}
        self._newest: dict[str, str] = {}

    def stored(self, project: str, file: str) -> None:
        """A file was stored now: it is the project's last write, and lags begin to run."""
        with self._lock:
            self._newest[project] = file
            for surface, lag in self.lags.items():
                looks = [False] * lag.requests + list(lag.pattern)
                due = self._clock() + timedelta(seconds=lag.seconds)
                self._pending[surface, file] = _Pending(looks, due)

    def shows(self, surface: str, project: str, file: str, *, stale: bool = False) -> bool:
        """Whether a request to *surface* sees *file*; counts the request.

        A *stale* request sees the project as before its last write.
        """
        with self._lock:
            if stale and self._newest.get(project) == file:
                return False
            pending = self._pending.get((surface, file))
            if pending is None:
                return True
            if self._clock() < pending.due:
                return False
            return pending.looks.pop(0) if pending.looks else True

    def settle(self) -> None:
        """Every surface shows every file from now on, and files stored later at once."""
        with self._lock:
            self.lags.clear()
            self._pending.clear()
