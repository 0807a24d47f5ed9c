"""Reading back what was published, until every surface agrees or the time is up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tools.checks.presence import combine
from tools.console import console
from tools.errors import Mismatch
from tools.model import Observation, Presence, Problem
from tools.ops.clock import Deadline
from tools.steps.context import Context

Observe = Callable[[], tuple[Observation, ...]]

# How long a file that no surface knows may still be on its way after a failed upload, in seconds.
GRACE = 20.0


@dataclass(frozen=True, slots=True)
class Reading:
    """The combined answer and what each surface said."""

    presence: Presence
    observations: tuple[Observation, ...]

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> Reading:
        kept = tuple(observations)
        return cls(combine(kept), kept)

    @property
    def by_artifact(self) -> dict[str, Presence]:
        """The combined answer of each artifact."""
        names = dict.fromkeys(item.artifact for item in self.observations)
        return {
            name: combine(item for item in self.observations if item.artifact == name)
            for name in names
        }

    @property
    def absent(self) -> list[str]:
        """The artifacts that no surface knows."""
        return [name for name, answer in self.by_artifact.items() if answer is Presence.ABSENT]

    @property
    def decided(self) -> bool:
        """Whether each artifact is either served everywhere or known nowhere."""
        return set(self.by_artifact.values()) <= {Presence.IDENTICAL, Presence.ABSENT}

    @property
    def known(self) -> bool:
        """Whether some surface shows something of it."""
        silent = {Presence.ABSENT, Presence.UNREADABLE}
        return any(item.presence not in silent for item in self.observations)

    def problems(self) -> list[Problem]:
        """The surfaces that do not serve the expected bytes."""
        return [
            Problem(f"{o.artifact} on {o.surface}", "identical", f"{o.presence} {o.detail}".strip())
            for o in self.observations
            if o.presence is not Presence.IDENTICAL
        ]


def read_once(observe: Observe) -> Reading:
    """One reading.

    Raises:
        Mismatch: a surface serves other bytes; that cannot be undone under this version.
    """
    reading = Reading.of(observe())
    if reading.presence is Presence.DIFFERENT:
        raise Mismatch(
            "a registry serves other bytes than were attested",
            problems=[p for p in reading.problems() if p.found.startswith(Presence.DIFFERENT)],
            remedy="stop; approve nothing more. Yank this version and ship a patch release",
        )
    return reading


def settle(context: Context, observe: Observe, *, grace: float | None = None) -> Reading:
    """Poll until every surface is identical, or the declared time is up.

    Args:
        grace: seconds after which a file that no surface knows counts as absent for good; None
            waits for the full time.

    Returns:
        the last reading, whatever it is.
    """
    declared = context.declaration.readback
    deadline = Deadline.after(context.clock, declared.timeout_minutes * 60)
    patience = None if grace is None else Deadline.after(context.clock, grace)
    while True:
        reading = read_once(observe)
        if reading.presence is Presence.IDENTICAL:
            return reading
        if reading.decided and patience is not None and patience.left <= 0:
            return reading
        console.info(f"{reading.presence}: {_summary(reading)}; {deadline.left:.0f} s left")
        if not deadline.pause(declared.poll_seconds):
            return reading


def _summary(reading: Reading) -> str:
    open_ = [o for o in reading.observations if o.presence is not Presence.IDENTICAL]
    return ", ".join(f"{o.artifact} on {o.surface} {o.presence}" for o in open_[:4])


def show(title: str, reading: Reading) -> None:
    """The reading as a table."""
    console.table(
        title,
        ("file", "surface", "answer", "detail"),
        ((o.artifact, o.surface, str(o.presence), o.detail) for o in reading.observations),
    )
