"""One job instance: a wiped slot on this machine, its steps, its outputs."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tools.errors import ReleaseError
from tools.rehearsal.machine import Machine, platform_of
from tools.rehearsal.workflow import foreign
from tools.rehearsal.workflow.actions import WORKFLOWS, StepFailed
from tools.rehearsal.workflow.artifacts import ArtifactStore
from tools.rehearsal.workflow.contexts import (
    JobPlaces,
    default_variables,
    github_context,
    runner_context,
)
from tools.rehearsal.workflow.document import Job
from tools.rehearsal.workflow.functions import COMMON
from tools.rehearsal.workflow.processes import Cancellation, Finished, JobLog, Watcher, run
from tools.rehearsal.workflow.records import (
    CANCELLED,
    FAILURE,
    SUCCESS,
    InstanceRecord,
    Listener,
    StepRecord,
)
from tools.rehearsal.workflow.services import Access, JobIdentity, Services
from tools.rehearsal.workflow.slots import Slot
from tools.rehearsal.workflow.steps import StepScope, run_steps
from tools.rehearsal.workflow.templates import Scope, resolve, resolve_text
from tools.rehearsal.workflow.values import Closed, text_of


@dataclass(frozen=True)
class Reuse:
    """Instances of an earlier run of the very same commit whose results this run takes over.

    Only for jobs that build and talk to nothing that this run changes: several scenarios of
    one commit then build once.
    """

    records: Mapping[str, InstanceRecord]
    artifacts: ArtifactStore

    def take(self, record: InstanceRecord, target: ArtifactStore) -> bool:
        """Fill *record* from the earlier one, artifacts included; False if there is none."""
        earlier = self.records.get(record.label)
        if earlier is None:
            return False
        record.steps = [replace(step) for step in earlier.steps]
        record.outputs = dict(earlier.outputs)
        record.uploaded = list(earlier.uploaded)
        record.result, record.log, record.reused = earlier.result, earlier.log, True
        for name in earlier.uploaded:
            target.adopt(name, self.artifacts, uploader=record.label, attempt=record.attempt)
        return True


# Called with a finished instance and its folder, before that folder is wiped.
Inspect = Callable[[InstanceRecord, Path], None]


@dataclass
class Surroundings:
    """What all jobs of a run share."""

    services: Services
    machine: Machine
    artifacts: ArtifactStore
    listener: Listener
    logs: Path
    origin: Path
    own_crates: tuple[str, ...]
    cache: Path
    filled: Path
    tags: Mapping[str, str] = field(default_factory=dict)
    tracking: str = "rehearsal"
    watcher: Watcher | None = None
    keep: Path | None = None
    inspect: Inspect | None = None
    reuse: Reuse | None = None
    native: dict[str, Path] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class JobExecution:
    """One instance while it runs; the steps read and change it."""

    def __init__(
        self,
        job: Job,
        identity: JobIdentity,
        record: InstanceRecord,
        around: Surroundings,
        slot: Slot,
        cancellation: Cancellation,
        needs: Mapping[str, Any],
        workflow_env: Mapping[str, Any],
    ) -> None:
        self.job = job
        self.identity = identity
        self.record = record
        self.around = around
        self.slot = slot
        self.cancellation = cancellation
        self.needs = needs
        self.workflow_env = workflow_env
        self.machine = around.machine
        self.services = around.services
        self.artifacts = around.artifacts
        self.listener = around.listener
        self.extra_env: dict[str, str] = {}
        self.extra_path: list[str] = []
        self.access = Access("", {})
        self.places = JobPlaces(
            slot.job / "work", slot.job / "temp", slot.job / "event" / "event.json"
        )
        name = f"{record.label}-{record.attempt}".replace("/", "_").replace(" ", "")
        self.log = JobLog(around.logs / f"{name}.log")
        record.log = self.log.path
        self._base: dict[str, str] = {}
        self._deadline = 0.0
        self._counter = 0
        self._runner = runner_context(platform_of_record(record, around.machine), self.places)

    # -------------------------------------------------------------- life

    def execute(self) -> None:
        """Run the instance into its record; the job's tokens end with it."""
        try:
            self.slot.wipe(self.around.own_crates)
            self.places.prepare(self.identity.run)
            self._open()
            scope = StepScope()
            minutes = float(resolve(self.job.timeout_minutes, self._scope(scope)))
            self._deadline = time.monotonic() + minutes * 60
            if self.job.uses:
                self._call(scope)
            else:
                run_steps(self, self.job.steps, scope)
            self._settle(scope)
        except ReleaseError as error:
            self.record.result = FAILURE
            self.record.message = str(error)
            self.log.note(f"##[error]{error}")
        finally:
            if self.access.token:
                self.services.close_job(self.identity, self.access)
            self.log.close()
            if self.around.inspect is not None:
                self.around.inspect(self.record, self.slot.job)
            self._keep()

    def _open(self) -> None:
        self.access = self.services.open_job(self.identity)
        for secret in (
            self.access.token,
            self.access.oidc.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", ""),
        ):
            if secret:
                self.log.mask(secret)
        self._base = {
            **self.services.environment(self.slot.job, self.record.label),
            **default_variables(self._github(), self._runner, self.around.tracking),
            **self.access.oidc,
            "CARGO_TARGET_DIR": str(self.slot.target),
            "UV_CACHE_DIR": str(self.around.cache / "uv"),
            "PIP_CACHE_DIR": str(self.around.cache / "pip"),
            "TMPDIR": str(self.places.temp),
            # The origin answers on its real URL; git needs no proxy to read a folder.
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.around.origin.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": f"https://github.com/{self.identity.run.repository}",
        }

    def _call(self, scope: StepScope) -> None:
        """A job that is a reusable workflow: its stand-in is its only step."""
        record = StepRecord(self.job.uses, command=self.job.uses, real=False, started=time.time())
        self.record.steps.append(record)
        built = self._scope(scope)
        inputs = {key: text_of(resolve(value, built)) for key, value in self.job.inputs.items()}
        try:
            result = WORKFLOWS[self.job.uses.partition("@")[0]].function(self, inputs)
            record.outcome = record.conclusion = SUCCESS
            record.note = result.note
            self.record.outputs = dict(result.outputs)
        except (ReleaseError, RuntimeError) as error:
            record.outcome = record.conclusion = FAILURE
            record.message = str(error)
            self.log.note(f"##[error]{error}")
            scope.failed = True
        record.ended = time.time()

    def _settle(self, scope: StepScope) -> None:
        record = self.record
        if self.cancellation.cancelled:
            record.result = CANCELLED
        else:
            record.result = FAILURE if scope.failed else SUCCESS
        if scope.failed:
            failed = next(step for step in record.steps if step.conclusion == FAILURE)
            record.message = f"{failed.title}: {failed.message}"
        if not self.job.uses:
            built = self._scope(scope)
            record.outputs = {
                key: self._output(value, built) for key, value in self.job.outputs.items()
            }

    def _output(self, value: Any, scope: Scope) -> str:
        """A job output; one that holds a masked secret is dropped, as GitHub drops it."""
        text = resolve_text(value, scope)
        return "" if self.log.redact(text) != text else text

    def _keep(self) -> None:
        if self.around.keep is not None and self.log.path.stem:
            target = self.around.keep / self.log.path.stem
            shutil.rmtree(target, ignore_errors=True)
            if self.slot.job.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(self.slot.job, target)

    # -------------------------------------------------------------- for steps

    def _github(self) -> dict[str, Any]:
        return github_context(self.identity.run, self.job.id, self.access.token, self.places)

    def env(self) -> dict[str, str]:
        """The variables of a program before the step's own."""
        path = [*self.extra_path, *self.machine.base_path]
        return {**self._base, **self.extra_env, "PATH": os.pathsep.join(path)}

    def env_of(self, scope: StepScope) -> dict[str, str]:
        """The ``env`` context: workflow, job, GITHUB_ENV, then a composite caller's."""
        contexts = self._contexts_without_env(scope)
        built = Scope(contexts, dict(COMMON))
        found = {key: resolve_text(value, built) for key, value in self.workflow_env.items()}
        found |= {key: resolve_text(value, built) for key, value in self.job.env.items()}
        return {**found, **self.extra_env, **{k: text_of(v) for k, v in scope.env.items()}}

    def contexts(self, scope: StepScope, env: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Every context that a step's expressions may read."""
        chosen = self.env_of(scope) if env is None else dict(env)
        return {**self._contexts_without_env(scope), "env": chosen}

    def _contexts_without_env(self, scope: StepScope) -> dict[str, Any]:
        github = self._github()
        if scope.folder is not None:
            github["action_path"] = str(scope.folder)
        status = "cancelled" if self.cancellation.cancelled else "success"
        return {
            "github": github,
            "needs": dict(self.needs),
            "steps": scope.results,
            "matrix": dict(self.record.matrix),
            "job": {"status": "failure" if scope.failed else status},
            "runner": self._runner,
            "inputs": dict(scope.inputs),
            "secrets": Closed({"GITHUB_TOKEN": self.access.token}),
        }

    def _scope(self, scope: StepScope) -> Scope:
        return Scope(self.contexts(scope), dict(COMMON))

    def next_folder(self) -> Path:
        """A folder for the next step's command files."""
        self._counter += 1
        return self.places.temp / f"_step-{self._counter}"

    def run(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float | None
    ) -> Finished:
        """Run a program of this job, for as long as the step and the job may take."""
        left = max(0.0, self._deadline - time.monotonic())
        return run(
            argv,
            cwd=cwd,
            env=env,
            log=self.log,
            cancellation=self.cancellation,
            timeout=left if timeout is None else min(timeout, left),
            watcher=self.around.watcher,
        )

    def git(self, *arguments: str, cwd: Path) -> None:
        """Run git for a stand-in; a failure fails the step."""
        done = self.run(["git", *arguments], cwd=cwd, env=self.env(), timeout=300)
        if done.returncode:
            raise StepFailed(
                f"git {arguments[0]} failed", found="; ".join(self.log.last[-3:]) or "no output"
            )

    # -------------------------------------------------------------- foreign legs

    def keep_native(self, package: str, folder: Path) -> None:
        """Keep the wheels of a native leg for the foreign legs of the same package."""
        target = self.around.filled / package
        if not self.record.foreign and folder.is_dir():
            shutil.copytree(folder, target, dirs_exist_ok=True)
            with self.around.lock:
                self.around.native[package] = target

    def fill(self, leg: foreign.Fill, workspace: Path) -> str:
        """Fill a foreign wheel leg; returns the sentence for the report."""
        with self.around.lock:
            folder = self.around.native.get(leg.package)
        tag = self.around.tags.get(leg.platform)
        wheels = sorted(folder.glob("*.whl")) if folder else []
        if tag is None or len(wheels) != 1:
            raise StepFailed(
                f"cannot fill the wheel of {leg.package} for {leg.platform}",
                expected="one wheel of the native leg, and the platform in release.toml",
                found=f"{len(wheels)} wheels",
            )
        made = foreign.retag(wheels[0], tag, workspace / leg.out / leg.package)
        return f"filled by the native leg: {wheels[0].name} re-tagged as {made.name}"


def platform_of_record(record: InstanceRecord, machine: Machine) -> Any:
    """The platform that the job believes it runs on: its runner's, or this machine's."""
    return platform_of(record.runs_on) if record.runs_on else machine.platform
