"""The time of a world under test."""

from __future__ import annotations

from datetime import UTC, datetime


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now
