"""The whole run: jobs in dependency order, in parallel where the graph allows, and re-runs.

One thread per slot executes instances; the calling thread decides what may start. A job's
native instances run before its foreign ones, which are filled from them. A re-run executes the
failed instances and everything that depends on them, with the artifacts of the attempts before
and ``run_attempt`` one higher, as "Re-run failed jobs" does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

from tools.errors import ReleaseError, UsageError
from tools.rehearsal.workflow import graph
from tools.rehearsal.workflow.conditions import holds, job_functions
from tools.rehearsal.workflow.contexts import github_context, needs_context
from tools.rehearsal.workflow.document import Job, Workflow
from tools.rehearsal.workflow.gates import Gates
from tools.rehearsal.workflow.instances import Planner, identity_of, worst
from tools.rehearsal.workflow.jobs import execute
from tools.rehearsal.workflow.patterns import trigger_matches
from tools.rehearsal.workflow.processes import Cancellation
from tools.rehearsal.workflow.records import (
    CANCELLED,
    FAILURE,
    SKIPPED,
    SUCCESS,
    InstanceRecord,
    JobRecord,
)
from tools.rehearsal.workflow.running import RunningJob
from tools.rehearsal.workflow.services import RunIdentity
from tools.rehearsal.workflow.slots import Slot, SlotPool
from tools.rehearsal.workflow.surroundings import Surroundings
from tools.rehearsal.workflow.values import text_of


@dataclass
class _Pending:
    """A job whose instances are running: those still to start, and those in flight."""

    job: Job
    record: JobRecord
    waiting: list[InstanceRecord]
    cancellation: Cancellation
    needs: Mapping[str, Any]
    fail_fast: bool
    running: int = 0


class Runner:
    """Executes one workflow for one tag push.

    Args:
        workflow: the parsed file; its ``uses:`` were proven to have stand-ins.
        run: the run's identity; ``run_attempt`` is set by the runner.
        around: what all jobs share.
        gates: the deployment environments.
        slots: where instances run; their number bounds the parallelism.
    """

    def __init__(
        self,
        workflow: Workflow,
        run: RunIdentity,
        around: Surroundings,
        gates: Gates,
        slots: Sequence[Slot],
    ) -> None:
        if not trigger_matches(workflow.tag_patterns, run.ref_name):
            raise UsageError(
                f"tag {run.ref_name!r} does not start {workflow.path.name}",
                expected=" or ".join(workflow.tag_patterns),
            )
        self.workflow = workflow
        self.identity = run
        self.around = around
        self.gates = gates
        self.order = graph.order(workflow.jobs)
        self.records: dict[str, JobRecord] = {}
        self.history: list[InstanceRecord] = []
        self.attempt = 0
        self.cancelled = False
        self._slots = SlotPool(slots)
        self._groups: dict[str, threading.Lock] = {}
        self._active: dict[str, _Pending] = {}

    # -------------------------------------------------------------- attempts

    def run(self) -> Mapping[str, JobRecord]:
        """The first attempt: every job."""
        return self._execute(frozenset(self.workflow.jobs))

    def rerun_failed(self) -> Mapping[str, JobRecord]:
        """Re-run what failed or was cancelled, and every job that depends on it.

        Raises:
            UsageError: when nothing failed.
        """
        failed = [r.id for r in self.records.values() if r.result in (FAILURE, CANCELLED)]
        if not failed:
            raise UsageError("no job failed: there is nothing to re-run")
        return self._execute(graph.with_dependents(self.workflow.jobs, failed))

    def cancel(self) -> None:
        """Cancel the run: running instances are ended, waiting ones never start."""
        self.cancelled = True
        for pending in list(self._active.values()):
            pending.cancellation.cancel()

    @property
    def succeeded(self) -> bool:
        """Whether no job failed or was cancelled."""
        return all(record.result in (SUCCESS, SKIPPED) for record in self.records.values())

    def _execute(self, chosen: frozenset[str]) -> Mapping[str, JobRecord]:
        self.attempt += 1
        self.identity = replace(self.identity, run_attempt=self.attempt)
        before = {name: self.records.pop(name) for name in chosen if name in self.records}
        todo = [name for name in self.order if name in chosen]
        futures: dict[Future[None], tuple[_Pending, InstanceRecord]] = {}
        self._active = {}
        with ThreadPoolExecutor(self._slots.size, thread_name_prefix="job") as pool:
            try:
                while todo or self._active:
                    self._start_ready(todo, before)
                    self._submit(pool, futures)
                    if not futures:
                        continue
                    done, _ = wait(futures, timeout=0.5, return_when=FIRST_COMPLETED)
                    for future in done:
                        self._finished(future, *futures.pop(future))
            except BaseException:
                self.cancel()
                raise
        return self.records

    # -------------------------------------------------------------- starting

    def _start_ready(self, todo: list[str], before: Mapping[str, JobRecord]) -> None:
        progressed = True
        while progressed:
            progressed = False
            for name in list(todo):
                job = self.workflow.jobs[name]
                if name not in self._active and all(need in self.records for need in job.needs):
                    todo.remove(name)
                    self._begin(job, before.get(name))
                    progressed = True

    def _begin(self, job: Job, earlier: JobRecord | None) -> None:
        """Decide about a job: skipped, failed before it starts, or its instances."""
        needs = needs_context(job.needs, self.records)
        contexts = {
            "github": github_context(self.identity, job.id, ""),
            "needs": needs,
        }
        try:
            if not self._wanted(job, contexts):
                self._settle(JobRecord(job.id, CANCELLED if self.cancelled else SKIPPED))
                return
            record = JobRecord(job.id, SUCCESS)
            instances, fail_fast = self._planner().instances(job, contexts, record, earlier)
        except ReleaseError as error:
            self._settle(JobRecord(job.id, FAILURE, message=str(error)))
            return
        pending = _Pending(job, record, instances, Cancellation(), needs, fail_fast)
        self._active[job.id] = pending
        if not instances:
            self._complete(pending)

    def _planner(self) -> Planner:
        return Planner(self.workflow, self.around.machine, self.attempt, self.records)

    def _wanted(self, job: Job, contexts: Mapping[str, Any]) -> bool:
        results = (
            self.records[name].result for name in graph.ancestors(self.workflow.jobs, job.id)
        )
        functions = job_functions(results, cancelled=self.cancelled)
        return holds(job.condition, contexts, functions)

    # -------------------------------------------------------------- running

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        futures: dict[Future[None], tuple[_Pending, InstanceRecord]],
    ) -> None:
        for pending in list(self._active.values()):
            while pending.waiting:
                instance = pending.waiting[0]
                if instance.foreign and self._native_running(pending):
                    break
                pending.waiting.pop(0)
                pending.running += 1
                futures[pool.submit(self._run_instance, pending, instance)] = (pending, instance)

    def _native_running(self, pending: _Pending) -> bool:
        return any(not i.foreign and not i.ended for i in pending.record.instances)

    def _run_instance(self, pending: _Pending, instance: InstanceRecord) -> None:
        if pending.cancellation.cancelled or self.cancelled:
            instance.result = CANCELLED
            return
        reuse = self.around.reuse
        if reuse is not None and reuse.take(instance, self.around.artifacts):
            return
        with self._group(pending.job):
            try:
                if instance.environment:
                    instance.approval = self.gates.enter(
                        instance.environment, instance.label, self.identity.ref_name
                    )
            except ReleaseError as error:
                instance.result, instance.message = FAILURE, str(error)
                instance.approval = str(error)
                return
            self._in_slot(pending, instance)

    def _in_slot(self, pending: _Pending, instance: InstanceRecord) -> None:
        slot = self._slots.take(instance.label)
        instance.started = time.time()
        try:
            self.around.listener.job_started(instance)
            job = RunningJob(
                pending.job,
                identity_of(pending.job, instance, self.identity),
                instance,
                self.around,
                slot,
                pending.cancellation,
                pending.needs,
                self.workflow.env,
            )
            execute(job)
        except Exception as error:  # a defect of the runner: the instance failed, and says so
            instance.result = FAILURE
            instance.message = f"the runner failed: {error!r}"
            raise
        finally:
            instance.ended = time.time()
            self._slots.give(slot, instance.label)
            self.around.listener.job_ended(instance)

    def _group(self, job: Job) -> threading.Lock:
        """The lock of the job's concurrency group; a fresh one when it has none."""
        if job.concurrency is None:
            return threading.Lock()
        group = job.concurrency
        name = text_of(group.get("group") if isinstance(group, Mapping) else group)
        return self._groups.setdefault(name, threading.Lock())

    # -------------------------------------------------------------- ending

    def _finished(self, future: Future[None], pending: _Pending, instance: InstanceRecord) -> None:
        if not instance.ended:
            instance.started = instance.ended = time.time()
            self.around.listener.job_ended(instance)
        self.history.append(instance)
        pending.running -= 1
        if instance.result == FAILURE and pending.fail_fast:
            pending.cancellation.cancel()
        future.result()
        if not pending.waiting and not pending.running:
            self._complete(pending)

    def _complete(self, pending: _Pending) -> None:
        record = pending.record
        results = [instance.result for instance in record.instances]
        record.result = worst(results)
        record.message = next((i.message for i in record.instances if i.message), "")
        for instance in record.instances:
            record.outputs |= {k: v for k, v in instance.outputs.items() if v}
        self._active.pop(pending.job.id, None)
        self._settle(record)

    def _settle(self, record: JobRecord) -> None:
        self.records[record.id] = record
        self.around.listener.job_settled(record)
