"""What happened: steps, instances and jobs, as the report and the invariants read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tools.errors import ReleaseError

SUCCESS, FAILURE, SKIPPED, CANCELLED = "success", "failure", "skipped", "cancelled"


class StepFailed(ReleaseError):
    """What the step did failed as its action would have: the step's outcome is failure."""


@dataclass
class StepRecord:
    """One executed or skipped step. ``outcome`` is before continue-on-error, ``conclusion`` after.

    Times are seconds since the epoch. ``note`` says what stood in for a ``uses:`` or how a
    foreign leg was filled; ``real`` is False when nothing of the step ran as written.
    """

    title: str
    id: str = ""
    command: str = ""
    outcome: str = SKIPPED
    conclusion: str = SKIPPED
    started: float = 0.0
    ended: float = 0.0
    exit_code: int | None = None
    message: str = ""
    note: str = ""
    real: bool = True
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return max(0.0, self.ended - self.started)


@dataclass
class InstanceRecord:
    """One instance of a job: a leg of its matrix, or the job itself."""

    job: str
    label: str
    attempt: int
    runs_on: str = ""
    foreign: bool = False
    matrix: Mapping[str, Any] = field(default_factory=dict)
    environment: str = ""
    approval: str = ""
    permissions: Mapping[str, str] = field(default_factory=dict)
    result: str = SKIPPED
    message: str = ""
    started: float = 0.0
    ended: float = 0.0
    steps: list[StepRecord] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    uploaded: list[str] = field(default_factory=list)
    downloaded: list[str] = field(default_factory=list)
    log: Path | None = None
    reused: bool = False

    @property
    def seconds(self) -> float:
        return max(0.0, self.ended - self.started)

    @property
    def exit_code(self) -> int | None:
        """The exit code of the step that failed the instance, if it was a program."""
        failed = [step for step in self.steps if step.conclusion == FAILURE]
        return failed[0].exit_code if failed else None


@dataclass
class JobRecord:
    """One job over its instances: result and merged outputs, as ``needs`` shows them."""

    id: str
    result: str
    outputs: dict[str, str] = field(default_factory=dict)
    instances: list[InstanceRecord] = field(default_factory=list)
    message: str = ""

    @property
    def seconds(self) -> float:
        return max((instance.seconds for instance in self.instances), default=0.0)


class Listener(Protocol):
    """Who watches a run; called from the threads of the jobs."""

    def job_started(self, record: InstanceRecord) -> None: ...
    def step_started(self, record: InstanceRecord, step: StepRecord) -> None: ...
    def step_ended(self, record: InstanceRecord, step: StepRecord) -> None: ...
    def job_ended(self, record: InstanceRecord) -> None: ...
    def job_settled(self, record: JobRecord) -> None: ...


class Silent:
    """A listener that does nothing."""

    def job_started(self, record: InstanceRecord) -> None: ...
    def step_started(self, record: InstanceRecord, step: StepRecord) -> None: ...
    def step_ended(self, record: InstanceRecord, step: StepRecord) -> None: ...
    def job_ended(self, record: InstanceRecord) -> None: ...
    def job_settled(self, record: JobRecord) -> None: ...
