"""What can happen to a request in the campaign, by name.

Beside the world's own faults: an answer that comes after the client has given up, and the
death of the job's process, before or after the world has handled the request.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

from tools.rehearsal.world.exchange import Exchange
from tools.rehearsal.world.faults import (
    Action,
    FlipByte,
    ResetAfter,
    ResetBefore,
    Stale,
    Status,
    Truncate,
)

# Seconds: what clients wait for an answer when one of the faults is `late`, and how late it is.
TIMEOUT, LATE = 0.4, 0.7
RETRY_AFTER = "2"


class Victim:
    """The process of the job that runs now; 0 when there is none."""

    def __init__(self) -> None:
        self.pid = 0

    def kill(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)


@dataclass(frozen=True)
class Late:
    """Have the world handle the request, and answer when the client has given up."""

    name: str = "late"

    async def apply(self, exchange: Exchange) -> None:
        answer = await exchange.collect()
        exchange.note()  # the client may be gone, and its job judged, before the answer is sent
        await asyncio.sleep(LATE)
        await exchange.send(answer)


@dataclass(frozen=True)
class Kill:
    """The job's process dies of SIGKILL at this request."""

    victim: Victim
    handled: bool

    @property
    def name(self) -> str:
        return f"kill {'after' if self.handled else 'before'}"

    async def apply(self, exchange: Exchange) -> None:
        await (exchange.collect() if self.handled else exchange.drain())
        self.victim.kill()
        exchange.reset()


ACTIONS: dict[str, Callable[[Victim], Action]] = {
    "status-403": lambda _: Status(403, {}, b'{"message":"Forbidden"}'),
    "status-404": lambda _: Status(404, {}, b'{"message":"Not Found"}'),
    "status-408": lambda _: Status(408),
    "status-429": lambda _: Status(429, {"Retry-After": RETRY_AFTER}),
    "status-500": lambda _: Status(500),
    "status-502": lambda _: Status(502),
    "status-503": lambda _: Status(503),
    "reset-before": lambda _: ResetBefore(),
    "reset-after": lambda _: ResetAfter(),
    "late": lambda _: Late(),
    "truncate": lambda _: Truncate(),
    "flip-byte": lambda _: FlipByte(),
    "stale": lambda _: Stale(),
    "kill-before": lambda victim: Kill(victim, handled=False),
    "kill-after": lambda victim: Kill(victim, handled=True),
}
# A byte that is not the world's, or a view of yesterday: the only faults after which a step may
# say that something differs.
CORRUPTING = frozenset({"flip-byte", "stale", "truncate"})
KILLING = frozenset({"kill-before", "kill-after"})
