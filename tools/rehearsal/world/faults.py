"""Faults as data: which request (host, method, path, skip, times) meets which action.

Injected in one place, between a connection and the stand-in, so that every stand-in can be
made to fail in every way. What each real client makes of each action is in the tests.

============== ============================================ =====================
action         what the client sees                         what the world did
============== ============================================ =====================
Status         that answer                                  nothing
ResetBefore    the connection reset                         nothing
ResetAfter     the connection reset                         handled the request
Truncate       half the body, then the end                  handled the request
FlipByte       one byte of the body changed                 handled the request
Delay          the right answer, late                       handled the request
Stale          what was true before the last write          handled the request
Hook           the right answer; a function was called      handled it; not, if "instead"
============== ============================================ =====================
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from tools.rehearsal.world.exchange import Exchange


class Action(Protocol):
    """What happens to a request instead of being forwarded."""

    @property
    def name(self) -> str: ...

    async def apply(self, exchange: Exchange) -> None: ...


@dataclass(frozen=True)
class Status:
    """Answer with *code*; the stand-in never sees the request."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def name(self) -> str:
        return f"status {self.code}"

    async def apply(self, exchange: Exchange) -> None:
        await exchange.drain()
        await exchange.answer(self.code, self.headers, self.body)


@dataclass(frozen=True)
class ResetBefore:
    """Read the request, then reset the connection; the stand-in never sees it."""

    name: str = "reset before"

    async def apply(self, exchange: Exchange) -> None:
        await exchange.drain()
        exchange.reset()


@dataclass(frozen=True)
class ResetAfter:
    """Let the stand-in handle the request, then reset the connection instead of answering."""

    name: str = "reset after"

    async def apply(self, exchange: Exchange) -> None:
        await exchange.collect()
        exchange.reset()


@dataclass(frozen=True)
class Truncate:
    """Announce the whole body, send half of it and close. An empty body: close unanswered."""

    name: str = "truncate"

    async def apply(self, exchange: Exchange) -> None:
        answer = await exchange.collect()
        await exchange.send(answer, keep=len(answer.body) // 2)


@dataclass(frozen=True)
class FlipByte:
    """Change one byte of the body: the middle one, or the one at *offset*."""

    offset: int | None = None
    name: str = "flip byte"

    async def apply(self, exchange: Exchange) -> None:
        answer = await exchange.collect()
        body = bytearray(answer.body)
        if body:
            body[len(body) // 2 if self.offset is None else self.offset % len(body)] ^= 0x01
        await exchange.send(dataclasses.replace(answer, body=bytes(body)))


@dataclass(frozen=True)
class Delay:
    """Forward the request after *seconds*."""

    seconds: float

    @property
    def name(self) -> str:
        return f"delay {self.seconds:g} s"

    async def apply(self, exchange: Exchange) -> None:
        await asyncio.sleep(self.seconds)
        await exchange.forward()


@dataclass(frozen=True)
class Stale:
    """Have the stand-in answer as before its last write (``Context.stale``)."""

    name: str = "stale"

    async def apply(self, exchange: Exchange) -> None:
        exchange.context.stale = True
        await exchange.forward()


@dataclass(frozen=True)
class Hook:
    """Call a function at this request: before the stand-in handles it, after, or instead.

    For the death of a job: the function kills the client, which then never sees the answer;
    with ``instead`` the request dies with it. It runs on the world's thread and must not block.
    """

    call: Callable[[], object]
    when: Literal["before", "after", "instead"] = "before"
    name: str = "hook"

    async def apply(self, exchange: Exchange) -> None:
        if self.when == "instead":
            await exchange.drain()
            self.call()
            exchange.reset()
        if self.when == "before":
            self.call()
            await exchange.forward()
            return
        answer = await exchange.collect()
        self.call()
        await exchange.send(answer)


@dataclass(frozen=True)
class Fault:
    """Meet the requests of *method* ("" for any) to *host* whose path matches with *action*.

    Attributes:
        path: a regular expression, searched in the path (without the query).
        skip: how many matching requests to let pass first.
        times: how many to meet after that; 0 for all.
        label: only requests of this job; "" for any.
    """

    host: str
    method: str
    path: str
    action: Action
    skip: int = 0
    times: int = 1
    label: str = ""

    def matches(self, host: str, method: str, path: str, label: str) -> bool:
        return (
            self.host in ("", host)
            and self.method in ("", method)
            and self.label in ("", label)
            and re.search(self.path, path) is not None
        )


class FaultTable:
    """The armed faults. Each counts its own matches; of several due, the first added acts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []
        self._seen: list[int] = []
        self._fired: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._armed.extend(faults)
            self._seen.extend(0 for _ in faults)

    def clear(self) -> None:
        """Disarm every fault; the record of fired ones stays."""
        with self._lock:
            self._armed.clear()
            self._seen.clear()

    def fired(self) -> tuple[Fault, ...]:
        """The faults that acted, in order, once per request met."""
        with self._lock:
            return tuple(self._fired)

    def action_for(self, host: str, method: str, path: str, label: str = "") -> Action | None:
        """The action that this request meets, counting it; None to forward it."""
        with self._lock:
            due: Fault | None = None
            for number, fault in enumerate(self._armed):
                if not fault.matches(host, method, path, label):
                    continue
                self._seen[number] += 1
                turn = self._seen[number] - fault.skip
                if due is None and turn >= 1 and (fault.times == 0 or turn <= fault.times):
                    due = fault
            if due is None:
                return None
            self._fired.append(due)
            return due.action
