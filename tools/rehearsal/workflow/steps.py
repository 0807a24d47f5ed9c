"""One step: its condition, its environment, its work, its outcome.

A list of steps shares a :class:`StepScope`: the job's own, or a composite action's with its
own ``steps`` and ``inputs``. After a failed step only those run whose condition asks for it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from tools.errors import ReleaseError
from tools.rehearsal.signing import SigningFailed
from tools.rehearsal.workflow import foreign, provision
from tools.rehearsal.workflow.actions import STEPS
from tools.rehearsal.workflow.commandfiles import CommandFiles
from tools.rehearsal.workflow.conditions import holds, status_functions
from tools.rehearsal.workflow.document import Composite, Step
from tools.rehearsal.workflow.evaluation import Function
from tools.rehearsal.workflow.functions import COMMON, hash_files_in
from tools.rehearsal.workflow.reader import load_composite
from tools.rehearsal.workflow.records import (
    CANCELLED,
    FAILURE,
    SKIPPED,
    SUCCESS,
    StepFailed,
    StepRecord,
)
from tools.rehearsal.workflow.running import RunningJob, StepScope
from tools.rehearsal.workflow.standin import Result
from tools.rehearsal.workflow.templates import Scope, resolve, resolve_text
from tools.rehearsal.workflow.values import text_of, truthy

_SHELLS = {
    "": ("bash", "-e", "{0}"),
    "bash": ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "{0}"),
    "sh": ("sh", "-e", "{0}"),
    "python": ("python", "{0}"),
}


def run_steps(job: RunningJob, steps: tuple[Step, ...], scope: StepScope) -> None:
    """Run a list of steps in order; the scope tells afterwards whether one failed."""
    for step in steps:
        record = StepRecord(step.title, id=step.id, command=step.run or step.uses)
        job.record.steps.append(record)
        job.listener.step_started(job.record, record)
        record.started = time.time()
        run_step(job, step, scope, record)
        record.ended = time.time()
        job.listener.step_ended(job.record, record)
        if record.conclusion == FAILURE:
            scope.failed = True
        if step.id:
            scope.results[step.id] = {
                "outputs": dict(record.outputs),
                "outcome": record.outcome,
                "conclusion": record.conclusion,
            }


def run_step(job: RunningJob, step: Step, scope: StepScope, record: StepRecord) -> None:
    """Run one step into its record. Failures are outcomes here, never exceptions."""
    record.outcome = FAILURE
    job.log.begin()
    try:
        if not _wanted(job, step, scope):
            record.outcome = record.conclusion = SKIPPED
            return
        job.log.note(f"## {step.title}")
        _perform(job, step, scope, record)
    except (ReleaseError, SigningFailed) as error:
        record.message = str(error)
        job.log.note(f"##[error]{error}")
    if job.cancellation.cancelled:
        record.outcome = CANCELLED
    tolerated = truthy(resolve(step.continue_on_error, _scope(job, scope)))
    record.conclusion = SUCCESS if tolerated and record.outcome == FAILURE else record.outcome


def _wanted(job: RunningJob, step: Step, scope: StepScope) -> bool:
    built = _scope(job, scope)
    return holds(step.condition, built.contexts, built.functions)


def _scope(job: RunningJob, scope: StepScope, env: Mapping[str, str] | None = None) -> Scope:
    functions: dict[str, Function] = {
        **COMMON,
        **status_functions(
            success=not scope.failed,
            failure=scope.failed,
            cancelled=job.cancellation.cancelled,
        ),
        "hashfiles": hash_files_in(job.places.workspace),
    }
    return Scope(job.contexts(scope, env), functions)


def _perform(job: RunningJob, step: Step, scope: StepScope, record: StepRecord) -> None:
    outer = _scope(job, scope)
    env = {**job.env_of(scope), **{k: resolve_text(v, outer) for k, v in step.env.items()}}
    inner = _scope(job, scope, env)
    if step.run:
        _run(job, step, inner, env, record)
    else:
        _use(job, step, inner, env, record)


# ------------------------------------------------------------------ run:


def _run(
    job: RunningJob, step: Step, scope: Scope, env: Mapping[str, str], record: StepRecord
) -> None:
    script = resolve_text(step.run, scope)
    record.command = script
    if _instead(job, script, {**job.env(), **env}, record):
        return
    files = CommandFiles.create(job.next_folder())
    path = files.folder / "script"
    path.write_text(script if script.endswith("\n") else script + "\n", encoding="utf-8")
    argv = [part.replace("{0}", str(path)) for part in _SHELLS[step.shell]]
    folder = job.places.workspace / resolve_text(step.working_directory, scope)
    timeout = resolve(step.timeout_minutes, scope)
    for line in script.rstrip().splitlines():
        job.log.note(f"$ {line}")
    done = job.run(
        argv,
        cwd=folder,
        env={**job.env(), **env, **files.variables()},
        timeout=None if timeout is None else float(timeout) * 60,
    )
    record.exit_code = done.returncode
    if done.timed_out:
        record.message = "timed out"
        return
    record.outputs = files.outputs()
    job.extra_env.update(files.environment())
    job.extra_path[:0] = files.path()
    record.outcome = SUCCESS if done.returncode == 0 else FAILURE
    if done.returncode:
        errors = job.log.annotations.errors or job.log.last[-3:]
        record.message = "; ".join([f"exit code {done.returncode}", *errors])[:2000]
    elif not job.record.foreign:
        _keep_native(job, script, {**job.env(), **env}, folder)


def _keep_native(job: RunningJob, script: str, env: Mapping[str, str], folder: Path) -> None:
    """Offer the wheels that the command built to the foreign legs of the same package."""
    native = foreign.native_output(script, env)
    if native is not None:
        package, out = native
        job.around.keep_native(package, folder / out / package)


def _instead(job: RunningJob, script: str, env: Mapping[str, str], record: StepRecord) -> bool:
    """Do what stands in for a command on this machine; False when it runs as it stands."""
    lock = provision.requirements_of(script)
    if lock is not None:
        count = provision.prove_installed(job.places.workspace / lock)
        job.extra_path[:0] = [job.machine.tools_path]
        record.note = f"this session's environment holds the {count} distributions of {lock}"
    else:
        planned = foreign.plan(
            script,
            env,
            foreign=job.record.foreign,
            runner=job.record.runs_on,
            levels=job.machine.levels,
        )
        if planned is None:
            return False
        record.note = (
            planned.reason
            if isinstance(planned, foreign.NotRehearsed)
            else job.around.fill(planned, job.places.workspace)
        )
    record.real = False
    record.outcome = SUCCESS
    job.log.note(f"## {record.note}")
    return True


# ------------------------------------------------------------------ uses:


def _use(
    job: RunningJob, step: Step, scope: Scope, env: Mapping[str, str], record: StepRecord
) -> None:
    inputs = {key: resolve_text(value, scope) for key, value in step.inputs.items()}
    if step.uses.startswith("./"):
        _composite(job, load_composite(job.places.workspace / step.uses), inputs, env, record)
        return
    name = step.uses.partition("@")[0]
    if name not in STEPS:
        raise StepFailed(f"no stand-in for {step.uses}")
    result: Result = STEPS[name].function(job, inputs)
    job.extra_path[:0] = list(result.path)
    record.outputs = {key: text_of(value) for key, value in result.outputs.items()}
    record.note = result.note
    record.real = False
    record.outcome = SUCCESS
    job.log.note(f"## stand-in: {result.note}")


def _composite(
    job: RunningJob,
    action: Composite,
    inputs: Mapping[str, str],
    env: Mapping[str, str],
    record: StepRecord,
) -> None:
    missing = sorted(action.required - set(inputs) - set(action.defaults))
    if missing:
        raise StepFailed(f"{action.name}: input {missing[0]} is required")
    scope = StepScope(inputs={**action.defaults, **inputs}, env=env, folder=action.path.parent)
    before = len(job.record.steps)
    run_steps(job, action.steps, scope)
    inner = job.record.steps[before:]
    record.note = "; ".join(step.note for step in inner if step.note)
    record.real = all(step.real for step in inner)
    record.outcome = FAILURE if scope.failed else SUCCESS
    if scope.failed:
        record.message = next(step.message for step in inner if step.conclusion == FAILURE)
