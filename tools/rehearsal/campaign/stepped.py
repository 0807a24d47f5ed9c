"""The campaign's time: sleeping takes none, but time goes on."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from tools.ops.clock import Clock


class SteppedClock:
    """Sleeps are added up instead of slept. Each job has its own, as each runner has.

    The stand-ins keep the machine's time, in which the invariants compare moments. So their
    lateness is counted in requests, never in seconds.
    """

    def __init__(self) -> None:
        self.offset = 0.0

    def clock(self) -> Clock:
        return Clock(
            monotonic=lambda: time.monotonic() + self.offset, now=self.now, sleep=self.sleep
        )

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def sleep(self, seconds: float) -> None:
        self.offset += seconds
