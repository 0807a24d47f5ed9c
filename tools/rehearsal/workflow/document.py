"""A workflow file and a composite action as frozen values; expressions stay unresolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One step: either ``run`` or ``uses``. Values keep their expressions unresolved."""

    id: str = ""
    name: str = ""
    condition: str = ""
    uses: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    shell: str = ""
    env: Mapping[str, Any] = field(default_factory=dict)
    working_directory: str = ""
    continue_on_error: Any = False
    timeout_minutes: Any = None

    @property
    def title(self) -> str:
        """What GitHub shows: the name, else the action, else the first line of the command."""
        return self.name or self.uses or self.run.strip().splitlines()[0]


@dataclass(frozen=True, slots=True)
class Strategy:
    """``strategy``: the matrix (a mapping or an expression) and whether one failure ends it."""

    matrix: Any = None
    fail_fast: Any = True


@dataclass(frozen=True, slots=True)
class Job:
    """One job: steps on a runner, or a call of a reusable workflow when ``uses`` is set."""

    id: str
    name: str = ""
    needs: tuple[str, ...] = ()
    condition: str = ""
    runs_on: Any = ""
    environment: Any = None
    permissions: Mapping[str, str] | None = None
    strategy: Strategy | None = None
    outputs: Mapping[str, Any] = field(default_factory=dict)
    env: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    uses: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    timeout_minutes: Any = 360
    concurrency: Any = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """A whole workflow file."""

    path: Path
    name: str
    triggers: Mapping[str, Any]
    permissions: Mapping[str, str]
    env: Mapping[str, Any]
    jobs: Mapping[str, Job]
    concurrency: Any = None

    @property
    def tag_patterns(self) -> tuple[str, ...]:
        push = self.triggers.get("push") or {}
        return tuple(push.get("tags", ()))


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite action of the repository: its steps and its inputs' defaults."""

    path: Path
    name: str
    defaults: Mapping[str, str]
    required: frozenset[str]
    steps: tuple[Step, ...]


def each_step(workflow: Workflow) -> Sequence[tuple[Job, Step]]:
    """Every step of every job, in file order."""
    return [(job, step) for job in workflow.jobs.values() for step in job.steps]
