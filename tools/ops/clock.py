"""Time as an argument: waiting steps take a clock, so that tests and campaigns do not wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """Monotonic seconds, the time of day in UTC, and sleeping."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    sleep: Callable[[float], None] = time.sleep


SYSTEM = Clock()


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a wait: asked for the seconds that are left, and slept towards."""

    clock: Clock
    end: float

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> Deadline:
        return cls(clock, clock.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until the end; zero when it has passed."""
        return max(0.0, self.end - self.clock.monotonic())

    def pause(self, seconds: float) -> bool:
        """Sleep, but not past the end; False, without sleeping, when the end has passed."""
        left = self.left
        if left <= 0:
            return False
        self.clock.sleep(min(seconds, left))
        return True
