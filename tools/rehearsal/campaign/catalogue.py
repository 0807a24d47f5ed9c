"""Which scenarios there are: every request of every client, times everything that can happen.

The undisturbed release's journal lists the requests. Nothing here is written by hand but the
world's own misbehaviour, so a request that a step makes tomorrow is disturbed tomorrow.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product

from tools.rehearsal.campaign.actions import ACTIONS
from tools.rehearsal.campaign.scenario import Disturbance, Position, Scenario, Span
from tools.rehearsal.workflow.records import InstanceRecord
from tools.rehearsal.world import Entry
from tools.rehearsal.world.journal import REQUEST

# What a trouble that goes on is, at every request to one address; the rest differs once only.
OUTAGES = (
    *("status-403", "status-404", "status-429", "status-503"),
    *("reset-before", "reset-after", "truncate", "flip-byte"),
)
LASTING = ("status-403", "status-404", "status-503", "reset-before", "flip-byte")
# Stand-ins that can answer with what was true before the last write.
STALE_HOSTS = frozenset(
    {
        *("crates.io", "index.crates.io", "static.crates.io"),
        *("pypi.org", "files.pythonhosted.org", "api.github.com"),
    }
)
WORLD: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("list-lag", (1, 2, 5)),
    ("asset-lag", (1, 2, 5)),
    ("publish-lag", (1, 3)),
    ("duplicate-drafts", (1,)),
    ("half-uploads", (1, 2, 3)),
    ("partial-publishes", (1,)),
    ("requests-left", (1, 10, 40)),
    *((f"crates-lag-{name}", (1, 5, 20)) for name in ("index", "api", "download", "static")),
    *((f"pypi-lag-{name}", (1, 5, 20)) for name in ("json", "simple", "files", "integrity")),
)


def positions(history: Iterable[InstanceRecord], journal: Sequence[Entry]) -> list[Position]:
    """Every request of every job of the undisturbed release, in order."""
    found = []
    for record in history:
        counts: Counter[Position] = Counter()
        for entry in sorted(journal, key=lambda entry: entry.at):
            if entry.kind == REQUEST and record.started <= entry.at <= record.ended:
                address = Position.of(record.job, entry)
                counts[address] += 1
                found.append(Position.of(record.job, entry, counts[address]))
    return found


def applies(position: Position, action: str) -> bool:
    """Whether an action can happen at a request."""
    if action == "stale":
        return position.method == "GET" and position.host in STALE_HOSTS
    return True


def singles(where: Sequence[Position]) -> list[Scenario]:
    """One fault each: once at every request, then outages and lasting trouble by address."""
    found = [_one(p, action, "once") for p, action in product(where, ACTIONS) if applies(p, action)]
    addresses = [position for position in where if position.nth == 1]
    found += [_one(p, action, "outage") for p, action in product(addresses, OUTAGES)]
    found += [_one(p, action, "lasting") for p, action in product(addresses, LASTING)]
    return found


def _one(position: Position, action: str, span: Span) -> Scenario:
    return Scenario((Disturbance(position, action, span),))


def worlds() -> list[Scenario]:
    """The world misbehaves by itself."""
    return [Scenario(world=((name, count),)) for name, counts in WORLD for count in counts]


def fresh_runs(where: Sequence[Position]) -> list[Scenario]:
    """The job dies at each of its changes, and a new run recovers instead of a re-run."""
    changes = [p for p in where if p.method != "GET" and not p.host.endswith("sigstore.dev")]
    found = [_one(p, "kill-after", "once") for p in changes if p.job != "draft-release"]
    return [replace(scenario, fresh=True) for scenario in found]


def pairs(where: Sequence[Position], count: int, seed: int) -> list[Scenario]:
    """*count* different pairs of faults: anywhere, in one job, or in a job and its re-run."""
    chance, found = random.Random(seed), dict[str, Scenario]()  # noqa: S311 - a sample
    while len(found) < count:
        first = _random(chance, where)
        kind = chance.choice(("anywhere", "one job", "re-run"))
        inside = [p for p in where if kind == "anywhere" or p.job == first.position.job]
        second = _random(chance, inside)
        if kind == "re-run":
            second = replace(second, attempt=2)
        pair = Scenario((first, second))
        if (first.position, first.attempt) != (second.position, second.attempt):
            found[str(pair)] = pair
    return list(found.values())


def _random(chance: random.Random, where: Sequence[Position]) -> Disturbance:
    while True:
        position, action = chance.choice(where), chance.choice(tuple(ACTIONS))
        span: Span = "outage" if action in OUTAGES and chance.random() < 0.3 else "once"
        if applies(position, action):
            return Disturbance(position, action, span)


def cut(scenarios: Sequence[Scenario], count: int, seed: int) -> list[Scenario]:
    """A sample that is the same for the same seed, in the order of the whole."""
    chance = random.Random(seed)  # noqa: S311 - a sample
    chosen = set(chance.sample(range(len(scenarios)), min(count, len(scenarios))))
    return [scenario for number, scenario in enumerate(scenarios) if number in chosen]
