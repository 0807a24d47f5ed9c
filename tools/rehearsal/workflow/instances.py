"""A job becomes its instances: the legs of its matrix, on which machine, in which environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.errors import UsageError
from tools.rehearsal.machine import Machine
from tools.rehearsal.workflow.document import Job, Workflow
from tools.rehearsal.workflow.functions import COMMON
from tools.rehearsal.workflow.matrix import expand, label
from tools.rehearsal.workflow.records import (
    CANCELLED,
    FAILURE,
    SUCCESS,
    InstanceRecord,
    JobRecord,
)
from tools.rehearsal.workflow.services import JobIdentity, RunIdentity
from tools.rehearsal.workflow.templates import Scope, resolve
from tools.rehearsal.workflow.values import text_of, truthy


@dataclass(frozen=True)
class Planner:
    """Makes the instances of a job in one attempt of a run."""

    workflow: Workflow
    machine: Machine
    attempt: int
    records: Mapping[str, JobRecord]

    def instances(
        self,
        job: Job,
        contexts: Mapping[str, Any],
        record: JobRecord,
        earlier: JobRecord | None,
    ) -> tuple[list[InstanceRecord], bool]:
        """The instances to run, native ones first, and whether one failure ends the others.

        Those that succeeded in an earlier attempt are kept; *record* gets both.
        """
        scope = Scope(contexts, COMMON)
        combinations: Sequence[dict[str, Any]] = ({},)
        fail_fast = True
        if job.strategy is not None:
            combinations = expand(resolve(job.strategy.matrix, scope))
            fail_fast = truthy(resolve(job.strategy.fail_fast, scope))
        kept = self._kept(job, earlier)
        instances = []
        for combination in combinations:
            name = label(job.id, combination)
            if name in kept:
                record.instances.append(kept[name])
                continue
            instances.append(self._instance(job, name, combination, contexts))
        instances.sort(key=lambda instance: instance.foreign)
        record.instances += instances
        return instances, fail_fast

    def _kept(self, job: Job, earlier: JobRecord | None) -> dict[str, InstanceRecord]:
        """The successful legs of a matrix whose needs did not change: GitHub re-runs the rest."""
        if earlier is None or any(
            instance.attempt == self.attempt
            for need in job.needs
            for instance in self.records[need].instances
        ):
            return {}
        return {i.label: i for i in earlier.instances if i.result == SUCCESS}

    def _instance(
        self, job: Job, name: str, combination: dict[str, Any], contexts: Mapping[str, Any]
    ) -> InstanceRecord:
        scope = Scope({**contexts, "matrix": combination}, COMMON)
        runs_on = resolve(job.runs_on, scope)
        if isinstance(runs_on, list):
            if len(runs_on) != 1:
                raise UsageError(f"{name}: runs-on with several labels is not rehearsed")
            runs_on = runs_on[0]
        environment = resolve(job.environment, scope)
        if isinstance(environment, Mapping):
            environment = environment.get("name", "")
        return InstanceRecord(
            job=job.id,
            label=name,
            attempt=self.attempt,
            runs_on=text_of(runs_on),
            foreign=bool(runs_on) and self.machine.foreign(text_of(runs_on)),
            matrix=combination,
            environment=text_of(environment),
            permissions=(self.workflow.permissions if job.permissions is None else job.permissions),
        )


def identity_of(job: Job, instance: InstanceRecord, run: RunIdentity) -> JobIdentity:
    """Who an instance is to the forge; inside a called workflow also which one."""
    called = ""
    if job.uses and not job.uses.startswith("./"):
        path, _, ref = job.uses.partition("@")
        called = f"{path}@refs/tags/{ref}"
    return JobIdentity(
        run=run,
        job=job.id,
        label=instance.label,
        permissions=instance.permissions,
        environment=instance.environment,
        called_workflow=called,
    )


def worst(results: Iterable[str]) -> str:
    """The result of a job whose instances ended so."""
    found = set(results)
    for result in (FAILURE, CANCELLED):
        if result in found:
            return result
    return SUCCESS
