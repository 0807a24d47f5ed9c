"""One job instance from its wiped slot to its result: its steps, its outputs."""

from __future__ import annotations

import shutil
import time
from typing import Any

from tools.errors import ReleaseError
from tools.rehearsal.workflow.actions import WORKFLOWS
from tools.rehearsal.workflow.records import CANCELLED, FAILURE, SUCCESS, StepRecord
from tools.rehearsal.workflow.running import RunningJob, StepScope
from tools.rehearsal.workflow.steps import run_steps
from tools.rehearsal.workflow.templates import Scope, resolve, resolve_text
from tools.rehearsal.workflow.values import text_of


def execute(job: RunningJob) -> None:
    """Run the instance into its record; the job's tokens end with it."""
    try:
        job.open()
        scope = StepScope()
        if job.definition.uses:
            _call(job, scope)
        else:
            run_steps(job, job.definition.steps, scope)
        _settle(job, scope)
    except ReleaseError as error:
        job.record.result = FAILURE
        job.record.message = str(error)
        job.log.note(f"##[error]{error}")
    finally:
        job.close()
        if job.around.inspect is not None:
            job.around.inspect(job.record, job.slot.job)
        _keep(job)


def _call(job: RunningJob, scope: StepScope) -> None:
    """A job that is a reusable workflow: its stand-in is its only step."""
    record = StepRecord(
        job.definition.uses, command=job.definition.uses, real=False, started=time.time()
    )
    job.record.steps.append(record)
    built = job.scope(scope)
    inputs = {key: text_of(resolve(value, built)) for key, value in job.definition.inputs.items()}
    try:
        result = WORKFLOWS[job.definition.uses.partition("@")[0]].function(job, inputs)
        record.outcome = record.conclusion = SUCCESS
        record.note = result.note
        job.record.outputs = dict(result.outputs)
    except (ReleaseError, RuntimeError) as error:
        record.outcome = record.conclusion = FAILURE
        record.message = str(error)
        job.log.note(f"##[error]{error}")
        scope.failed = True
    record.ended = time.time()


def _settle(job: RunningJob, scope: StepScope) -> None:
    record = job.record
    if job.cancellation.cancelled:
        record.result = CANCELLED
    else:
        record.result = FAILURE if scope.failed else SUCCESS
    if scope.failed:
        failed = next(step for step in record.steps if step.conclusion == FAILURE)
        record.message = f"{failed.title}: {failed.message}"
    if not job.definition.uses:
        built = job.scope(scope)
        record.outputs = {
            key: _output(job, value, built) for key, value in job.definition.outputs.items()
        }


def _output(job: RunningJob, value: Any, scope: Scope) -> str:
    """A job output; one that holds a masked secret is dropped, as GitHub drops it."""
    text = resolve_text(value, scope)
    return "" if job.log.redact(text) != text else text


def _keep(job: RunningJob) -> None:
    if job.around.keep is not None and job.log.path.stem:
        target = job.around.keep / job.log.path.stem
        shutil.rmtree(target, ignore_errors=True)
        if job.slot.job.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(job.slot.job, target)
