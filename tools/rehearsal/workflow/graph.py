"""The job graph: a sound order, who depends on whom, and the critical path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from tools.errors import UsageError
from tools.rehearsal.workflow.document import Job


def order(jobs: Mapping[str, Job]) -> tuple[str, ...]:
    """Job ids, every job after its needs, otherwise in file order.

    Raises:
        UsageError: when the needs form a cycle.
    """
    sorter = TopologicalSorter({name: job.needs for name, job in jobs.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise UsageError(
            f"jobs need each other in a circle: {' -> '.join(error.args[1])}"
        ) from error
    position = {name: index for index, name in enumerate(jobs)}
    done: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=position.__getitem__)
        done += ready
        sorter.done(*ready)
    return tuple(done)


def ancestors(jobs: Mapping[str, Job], name: str) -> frozenset[str]:
    """Every job that *name* needs, directly or through others."""
    found: set[str] = set()
    pending = list(jobs[name].needs)
    while pending:
        need = pending.pop()
        if need not in found:
            found.add(need)
            pending += jobs[need].needs
    return frozenset(found)


def with_dependents(jobs: Mapping[str, Job], names: Iterable[str]) -> frozenset[str]:
    """*names* and every job that depends on one of them: what "re-run failed jobs" re-runs."""
    chosen = set(names)
    return frozenset(name for name in jobs if name in chosen or ancestors(jobs, name) & chosen)


def layers(jobs: Mapping[str, Job]) -> tuple[tuple[str, ...], ...]:
    """Job ids by depth: a job stands one layer after the deepest job that it needs."""
    depth: dict[str, int] = {}
    for name in order(jobs):
        depth[name] = max((depth[need] + 1 for need in jobs[name].needs), default=0)
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in jobs:
        rows[depth[name]].append(name)
    return tuple(tuple(row) for row in rows)


def critical_path(
    jobs: Mapping[str, Job], seconds: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    """The longest chain of needs by running time: its seconds and its jobs.

    Args:
        seconds: how long each job ran (its longest instance); missing jobs count zero.
    """
    best: dict[str, tuple[float, tuple[str, ...]]] = {}
    for name in order(jobs):
        before = max((best[need] for need in jobs[name].needs), default=(0.0, ()))
        best[name] = (before[0] + seconds.get(name, 0.0), (*before[1], name))
    return max(best.values(), default=(0.0, ()))
