"""Invariant I4: the release completes, or stops with the exit code and the sentence that say why.

An exit code is a statement about the world, and the campaign holds the world's own ledgers
beside it:

====  ======================================================================
10    nothing of this version is in a registry, and no release is public
20    something is
21    so is something, and no re-run in a healthy world completes
30    only after a fault that alters or withholds bytes, or a rebuild that differs
75    always allowed: the world did not answer
-9    only where the process was killed
====  ======================================================================

Any other code is a violation, and so is a stop without its sentence or without a remedy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tools.errors import (
    GateRefused,
    Mismatch,
    PartlyPublished,
    ReleaseError,
    Transient,
    Unrepairable,
)
from tools.model import Problem
from tools.rehearsal.campaign.actions import CORRUPTING, KILLING
from tools.rehearsal.campaign.scenario import Scenario
from tools.rehearsal.campaign.theatre import Snapshot

KILLED = -9
# How much of an error a violation quotes.
SHOWN = 1500
STOPS: dict[int, type[ReleaseError]] = {
    kind.exit_code: kind
    for kind in (GateRefused, PartlyPublished, Unrepairable, Mismatch, Transient)
}


class End(StrEnum):
    """How a scenario ended."""

    COMPLETED = "completed"
    RESUMABLE = "resumable"
    REFUSED = "refused"
    UNREPAIRABLE = "unrepairable"


ENDS = {
    GateRefused.exit_code: End.REFUSED,
    Mismatch.exit_code: End.REFUSED,
    PartlyPublished.exit_code: End.RESUMABLE,
    Transient.exit_code: End.RESUMABLE,
    KILLED: End.RESUMABLE,
    Unrepairable.exit_code: End.UNREPAIRABLE,
}


@dataclass(frozen=True, slots=True)
class Stop:
    """A job that failed: with which code, what it printed, and what the world held then."""

    job: str
    attempt: int
    code: int
    said: str
    world: Snapshot

    @property
    def where(self) -> str:
        return f"{self.job}, attempt {self.attempt}"

    @property
    def published(self) -> bool:
        """Whether something of this version was in a registry, or the release public."""
        public = any(not release.draft for release in self.world.github.releases.values())
        return public or bool(self.world.crates or self.world.dists)


def problems(stop: Stop, scenario: Scenario) -> list[Problem]:
    """What is untrue in how a job stopped."""
    actions = {item.action for item in scenario.disturbances}
    if stop.code == KILLED:
        killed = actions & KILLING
        return [] if killed else [Problem(stop.where, "no death", "killed by SIGKILL")]
    if stop.code not in STOPS:
        wanted = ", ".join(str(code) for code in STOPS)
        return [
            Problem(
                stop.where, f"an exit code among {wanted}", f"{stop.code}: {stop.said[-SHOWN:]}"
            )
        ]
    # A rebuild that does not reproduce may differ from what an earlier run left on the draft.
    altered = bool(actions & CORRUPTING) or scenario.fresh
    found = list(_untrue(stop, altered))
    said = _sentence(stop.said)
    if STOPS[stop.code].situation not in said:
        wanted = f"[{STOPS[stop.code].situation}] …"
        found.append(Problem(stop.where, wanted, said[:SHOWN] or "nothing"))
    if "remedy:" not in said and "re-run" not in said:
        found.append(Problem(stop.where, "a remedy", said[:SHOWN]))
    return found


def _untrue(stop: Stop, altered: bool) -> list[Problem]:
    code = f"exit code {stop.code}"
    if stop.code == GateRefused.exit_code and stop.published:
        return [Problem(stop.where, f"{code} with nothing published", "something is public")]
    partly = stop.code in (PartlyPublished.exit_code, Unrepairable.exit_code)
    if partly and not stop.published:
        return [Problem(stop.where, f"{code} with something published", "nothing is public")]
    if stop.code == Mismatch.exit_code and not altered:
        return [
            Problem(stop.where, f"{code} after a fault that alters bytes", _sentence(stop.said))
        ]
    return []


def _sentence(said: str) -> str:
    """The error as it was printed: from the last ``error: [`` on, without times."""
    lines = [line.partition(" ")[2] for line in said.splitlines()]
    starts = [number for number, line in enumerate(lines) if line.startswith("error: [")]
    return "\n".join(lines[starts[-1] :]) if starts else ""


def end(completed: bool, last: Stop | None) -> End:
    """How the scenario ended, by its last stop."""
    if completed or last is None:
        return End.COMPLETED
    return ENDS.get(last.code, End.REFUSED)


def verdict(
    scenario: Scenario, stops: list[Stop], ended: End, completed_later: bool
) -> list[Problem]:
    """Whether the release may end like this.

    Args:
        completed_later: whether a re-run completed after a stop that called itself final.
    """
    found = [problem for stop in stops for problem in problems(stop, scenario)]
    burnt = any(name == "partial-publishes" for name, _ in scenario.world)
    if burnt and ended is not End.UNREPAIRABLE:
        found.append(Problem("a burnt tag name", "unrepairable (21)", str(ended)))
    if not burnt and not scenario.lasts and ended is not End.COMPLETED:
        said = _sentence(stops[-1].said)[:SHOWN] if stops else ""
        found.append(Problem("in a healthy world again", "a complete release", f"{ended}: {said}"))
    if completed_later:
        found.append(Problem("exit code 21", "no re-run completes", "the re-run completed"))
    return found
