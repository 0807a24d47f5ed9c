"""What a release's phases amount to: where it stands, in one word, and the one next action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tools.model import Presence

RUN = "run job "


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of the pipeline: done or not, what does it, and what is known.

    ``closes`` is when PyPI takes no more files of the phase's project, once one is there.
    """

    name: str
    job: str
    answer: Presence
    detail: str = ""
    closes: datetime | None = None

    @property
    def done(self) -> bool:
        return self.answer is Presence.IDENTICAL

    @property
    def job_id(self) -> str:
        """The job of the workflow that does this phase; empty when a person does it."""
        return self.job.removeprefix(RUN) if self.job.startswith(RUN) else ""


class Standing(StrEnum):
    """Where a release stands, in one word."""

    OPEN = "open"
    RELEASED = "released"
    STOPPED = "stopped"
    UNREPAIRABLE = "not repairable"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Where a release stands, as a word and as a sentence, and the one next action."""

    standing: Standing
    stands: str
    next_action: str


def conclude(phases: tuple[Phase, ...], now: datetime | None = None) -> Conclusion:
    """Where the release stands at *now*, and the one next action.

    A difference anywhere outweighs everything: no further job may run. What cannot be read is
    read again before anything is decided. Files missing behind PyPI's closed window make the
    version unrepairable. Otherwise the first open phase is next.
    """
    different = [p for p in phases if p.answer is Presence.DIFFERENT]
    if different:
        names = ", ".join(phase.name for phase in different)
        return Conclusion(
            Standing.STOPPED,
            f"stopped: {names} differs from what was attested",
            "approve nothing more; yank what is published and ship a patch release",
        )
    unreadable = [p for p in phases if p.answer is Presence.UNREADABLE]
    if unreadable:
        names = ", ".join(phase.name for phase in unreadable)
        sentence = f"not known: {names} cannot be read"
        return Conclusion(Standing.UNKNOWN, sentence, "run this command again")
    open_ = [phase for phase in phases if not phase.done]
    closed = [phase for phase in open_ if phase.closes and now and now > phase.closes]
    if closed:
        names = ", ".join(f"{phase.name} (closed {phase.closes:%Y-%m-%d})" for phase in closed)
        return Conclusion(
            Standing.UNREPAIRABLE,
            f"not repairable under this version: PyPI takes no more files: {names}",
            "yank what is published and ship a patch release: `nox -s bump -- patch`",
        )
    if not open_:
        verify = "run verify-release: `invoke release.verify`"
        return Conclusion(Standing.RELEASED, "released", verify)
    done = [phase.name for phase in phases if phase.done]
    stands = f"done up to: {done[-1]}" if done else "not begun"
    return Conclusion(Standing.OPEN, stands, f"{open_[0].name}: {open_[0].job}")
