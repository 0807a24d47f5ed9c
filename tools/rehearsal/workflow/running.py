"""One job instance while it runs: what its expressions read, and its programs.

Steps and stand-ins work on a :class:`RunningJob`; only ``jobs`` begins and ends one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.rehearsal.machine import platform_of
from tools.rehearsal.workflow.contexts import (
    JobPlaces,
    default_variables,
    github_context,
    runner_context,
)
from tools.rehearsal.workflow.document import Job
from tools.rehearsal.workflow.functions import COMMON
from tools.rehearsal.workflow.processes import Cancellation, Finished, JobLog, run
from tools.rehearsal.workflow.records import InstanceRecord, StepFailed
from tools.rehearsal.workflow.services import Access, JobIdentity
from tools.rehearsal.workflow.slots import Slot
from tools.rehearsal.workflow.surroundings import Surroundings
from tools.rehearsal.workflow.templates import Scope, resolve, resolve_text
from tools.rehearsal.workflow.values import Closed, text_of


@dataclass
class StepScope:
    """What the steps of one list share: results by id, inputs, and whether one failed."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    env: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    failed: bool = False


class RunningJob:
    """One instance while it runs; the steps read and change it."""

    def __init__(
        self,
        definition: Job,
        identity: JobIdentity,
        record: InstanceRecord,
        around: Surroundings,
        slot: Slot,
        cancellation: Cancellation,
        needs: Mapping[str, Any],
        workflow_env: Mapping[str, Any],
    ) -> None:
        self.definition = definition
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
        self._runner = runner_context(
            platform_of(record.runs_on) if record.runs_on else around.machine.platform, self.places
        )

    def open(self) -> None:
        """Start of the job: wipe its slot, make its folders, take its tokens, start its clock."""
        self.slot.wipe(self.around.own_crates)
        self.places.prepare(self.identity.run)
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
        minutes = float(resolve(self.definition.timeout_minutes, self.scope(StepScope())))
        self._deadline = time.monotonic() + minutes * 60

    def close(self) -> None:
        """End of the job: its tokens are worth nothing from now on."""
        if self.access.token:
            self.services.close_job(self.identity, self.access)
        self.log.close()

    # -------------------------------------------------------------- what steps read

    def _github(self) -> dict[str, Any]:
        return github_context(self.identity.run, self.definition.id, self.access.token, self.places)

    def env(self) -> dict[str, str]:
        """The variables of a program before the step's own."""
        path = [*self.extra_path, *self.machine.base_path]
        return {**self._base, **self.extra_env, "PATH": os.pathsep.join(path)}

    def env_of(self, scope: StepScope) -> dict[str, str]:
        """The ``env`` context: workflow, job, GITHUB_ENV, then a composite caller's."""
        contexts = self._contexts_without_env(scope)
        built = Scope(contexts, dict(COMMON))
        found = {key: resolve_text(value, built) for key, value in self.workflow_env.items()}
        found |= {key: resolve_text(value, built) for key, value in self.definition.env.items()}
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

    def scope(self, scope: StepScope) -> Scope:
        """The contexts and functions for a value of the job itself."""
        return Scope(self.contexts(scope), dict(COMMON))

    # -------------------------------------------------------------- what steps do

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
            owner=self.record.label,
        )

    def git(self, *arguments: str, cwd: Path) -> None:
        """Run git for a stand-in; a failure fails the step."""
        done = self.run(["git", *arguments], cwd=cwd, env=self.env(), timeout=300)
        if done.returncode:
            raise StepFailed(
                f"git {arguments[0]} failed", found="; ".join(self.log.last[-3:]) or "no output"
            )
