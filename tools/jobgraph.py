"""The jobs of a workflow file and what each needs: their order, and what follows from which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Self

import yaml


@dataclass(frozen=True, slots=True)
class JobGraph:
    """Job ids in dependency order, with the jobs that each needs."""

    needs: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a workflow file; ``needs`` may be one name or a list."""
        jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
        stated = {name: body.get("needs") or () for name, body in jobs.items()}
        needs = {
            name: (value,) if isinstance(value, str) else tuple(value)
            for name, value in stated.items()
        }
        order = TopologicalSorter(needs).static_order()
        return cls({name: needs[name] for name in order})

    def ordered(self, jobs: Iterable[str]) -> tuple[str, ...]:
        """*jobs* in an order in which each comes after what it needs."""
        wanted = set(jobs)
        return tuple(name for name in self.needs if name in wanted)

    def with_dependents(self, jobs: Iterable[str]) -> frozenset[str]:
        """*jobs* and every job that needs one of them, directly or not."""
        found = set(jobs)
        for name, needed in self.needs.items():
            if found.intersection(needed):
                found.add(name)
        return frozenset(found)


def job_id(display_name: str) -> str:
    """The id behind a name in the API: ``id``, ``id (leg of a matrix)`` or ``id / called job``."""
    return display_name.split(" / ")[0].split(" (")[0]
