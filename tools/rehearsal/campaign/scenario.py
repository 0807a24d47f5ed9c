"""A scenario as a value: which requests of which job meet what, for how long; and its name.

The name is the whole scenario, so that `nox -s campaign -- --replay NAME` needs no file:

    publish-crate PUT crates.io/api/v1/crates/new #1 reset-after
    publish-pypi GET pypi.org/simple/ordvec/ #2 status-503 outage
    release-assets-draft … stale ++ publish-crate … kill-after @2
    world list-lag=3
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tools.errors import UsageError
from tools.rehearsal.campaign.actions import ACTIONS, Victim
from tools.rehearsal.world import Fault
from tools.rehearsal.world.journal import Entry

Span = Literal["once", "outage", "lasting"]
SPANS: tuple[Span, ...] = ("once", "outage", "lasting")
JOINT = " ++ "
_NAME = re.compile(
    r"(?P<job>[\w-]+) (?P<method>[A-Z]+) (?P<host>[\w.-]+)(?P<path>/\S*) #(?P<nth>\d+) "
    r"(?P<action>[\w-]+)(?: (?P<span>outage|lasting))?(?: @(?P<attempt>\d+))?"
)
# Parts of a path that differ from run to run: digests, numbers of the forge, file folders.
_VARIABLE = re.compile(r"[0-9a-f]{64}|(?<=/)\d{4,}(?=/|$)|(?<=/packages/)[0-9a-f/]+(?=/)")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """The nth request of a job to an address; ``*`` stands for what differs between runs."""

    job: str
    method: str
    host: str
    path: str
    nth: int

    @classmethod
    def of(cls, job: str, entry: Entry, nth: int = 1) -> Position:
        return cls(job, entry.method, entry.host, _VARIABLE.sub("*", entry.path), nth)

    def __str__(self) -> str:
        return f"{self.job} {self.method} {self.host}{self.path} #{self.nth}"

    @property
    def pattern(self) -> str:
        return f"^{'.+'.join(re.escape(part) for part in self.path.split('*'))}$"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What a request meets.

    Attributes:
        span: ``once``: this request alone. ``outage``: from it on, every such request until the
            job has ended. ``lasting``: for ever.
        attempt: in which attempt of its job; 2 is the maintainer's re-run.
    """

    position: Position
    action: str
    span: Span = "once"
    attempt: int = 1

    def __str__(self) -> str:
        span = "" if self.span == "once" else f" {self.span}"
        attempt = "" if self.attempt == 1 else f" @{self.attempt}"
        return f"{self.position} {self.action}{span}{attempt}"

    def armed(self, job: str, attempt: int) -> bool:
        """Whether it waits in this attempt of this job."""
        if self.span == "lasting":
            return job == self.position.job and attempt >= self.attempt
        return (job, attempt) == (self.position.job, self.attempt)

    def fault(self, victim: Victim) -> Fault:
        where, times = self.position, 1 if self.span == "once" else 0
        return Fault(
            where.host,
            where.method,
            where.pattern,
            ACTIONS[self.action](victim),
            skip=where.nth - 1,
            times=times,
        )


@dataclass(frozen=True, slots=True)
class Scenario:
    """Disturbances, and what the world does wrong by itself (``world NAME=COUNT``).

    Attributes:
        fresh: recover by a whole new run, with a rebuild that does not reproduce, instead of
            re-running the failed jobs.
    """

    disturbances: tuple[Disturbance, ...] = ()
    world: tuple[tuple[str, int], ...] = ()
    fresh: bool = False

    def __str__(self) -> str:
        parts = [*(f"world {name}={count}" for name, count in self.world)]
        parts += [str(item) for item in self.disturbances]
        return JOINT.join(parts + (["fresh-run"] if self.fresh else [])) or "undisturbed"

    @property
    def kind(self) -> str:
        """What it belongs to in the report."""
        if self.world:
            return "world"
        if self.fresh:
            return "fresh run"
        return {0: "undisturbed", 1: "single"}.get(len(self.disturbances), "pair")

    @property
    def lasts(self) -> bool:
        """Whether a re-run meets the same again, so that it need not complete."""
        return any(item.span == "lasting" for item in self.disturbances)


def parse(name: str) -> Scenario:
    """The scenario of a name.

    Raises:
        UsageError: for anything that is no name of a scenario.
    """
    disturbances, world, fresh = [], [], False
    for part in name.strip().split(JOINT):
        match = _NAME.fullmatch(part)
        lag = re.fullmatch(r"world ([\w-]+)=(\d+)", part)
        if part == "fresh-run":
            fresh = True
        elif lag is not None:
            world.append((lag[1], int(lag[2])))
        elif match is not None and match["action"] in ACTIONS:
            disturbances.append(_disturbance(match))
        elif part != "undisturbed":
            raise UsageError(
                f"{part!r} is no scenario",
                expected="JOB METHOD HOST/PATH #N ACTION [outage|lasting] [@ATTEMPT]",
                remedy="copy the name from the report, in quotes",
            )
    return Scenario(tuple(disturbances), tuple(world), fresh)


def _disturbance(match: re.Match[str]) -> Disturbance:
    where = Position(match["job"], match["method"], match["host"], match["path"], int(match["nth"]))
    span: Span = next((span for span in SPANS if span == match["span"]), "once")
    return Disturbance(where, match["action"], span, int(match["attempt"] or 1))
