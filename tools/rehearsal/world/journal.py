"""The journal: every request that the world answered and every one that it refused.

Entries hold no header but the user agent, and no body, so no token can reach the file. The
invariants are checked on it, and so is "nothing was sent elsewhere": a host that is not in
the world is an entry of kind ``refused``. A connection to a host of the world that ended in its
TLS handshake is of kind ``unfinished``: nothing was asked, and nothing went elsewhere.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

REQUEST: Literal["request"] = "request"
REFUSED: Literal["refused"] = "refused"
UNFINISHED: Literal["unfinished"] = "unfinished"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request.

    Attributes:
        kind: ``request`` (a stand-in was asked), ``refused`` (no stand-in has that name) or
            ``unfinished`` (the client left before its TLS handshake was over).
        at: seconds since the epoch when the request had been read.
        seconds: until the answer was written.
        status: of the answer; 0 when the connection was cut instead.
        fault: the injected fault, or "".
        detail: why it was refused, or the stand-in's own failure.
    """

    kind: Literal["request", "refused", "unfinished"]
    at: float
    label: str
    host: str
    method: str
    path: str
    query: str = ""
    status: int = 0
    fault: str = ""
    seconds: float = 0.0
    agent: str = ""
    detail: str = ""


class Journal:
    """Entries in order of completion; thread-safe. Each is also one JSON line of *path*."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Entry], None]] = []
        self._file = path.open("a", encoding="utf-8")

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)
            if not self._file.closed:
                self._file.write(json.dumps(dataclasses.asdict(entry)) + "\n")
                self._file.flush()
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(entry)

    def listen(self, listener: Callable[[Entry], None]) -> None:
        """Call *listener* with each later entry, on the world's thread; it must not block."""
        with self._lock:
            self._listeners.append(listener)

    def entries(self) -> tuple[Entry, ...]:
        with self._lock:
            return tuple(self._entries)

    def requests(self, host: str = "", method: str = "", label: str = "") -> tuple[Entry, ...]:
        """The requests that stand-ins were asked, narrowed by whatever is given."""
        return tuple(
            entry
            for entry in self.entries()
            if entry.kind == REQUEST
            and host in ("", entry.host)
            and method in ("", entry.method)
            and label in ("", entry.label)
        )

    def refused(self) -> tuple[Entry, ...]:
        """Requests for hosts that are not in the world: each is a leak that was stopped."""
        return tuple(entry for entry in self.entries() if entry.kind == REFUSED)

    def unfinished(self) -> tuple[Entry, ...]:
        """Handshakes that a client gave up: pools open more connections than they use, and a
        client that distrusts the world's certificate leaves here, too."""
        return tuple(entry for entry in self.entries() if entry.kind == UNFINISHED)

    def failures(self) -> tuple[Entry, ...]:
        """Requests on which a stand-in itself failed: a defect of the world, not of the client."""
        return tuple(e for e in self.entries() if e.kind == REQUEST and e.detail)

    def close(self) -> None:
        with self._lock:
            self._file.close()
