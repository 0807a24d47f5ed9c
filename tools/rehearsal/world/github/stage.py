"""What a rehearsal or a test sets up on the stand-in GitHub, behind the API's back."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tools.rehearsal.world.github.api import Core
from tools.rehearsal.world.github.state import (
    Asset,
    Attempt,
    Environment,
    Job,
    Policy,
    Ruleset,
    Run,
    State,
)

PROTECTED: Mapping[str, Any] = {
    "required_pull_request_reviews": {
        "required_approving_review_count": 1,
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": False,
    },
    "enforce_admins": {"enabled": True},
    "required_linear_history": {"enabled": True},
    "allow_force_pushes": {"enabled": False},
    "allow_deletions": {"enabled": False},
}


class Stage:
    """The setting-up half of :class:`tools.rehearsal.world.github.GitHub`."""

    core: Core

    @property
    def state(self) -> State:
        return self.core.state

    # ------------------------------------------------------------------ workflow runs

    def add_workflow(self, file: str) -> None:
        """A workflow that exists though it has neither run nor a file on the default branch."""
        self.state.workflows.add(file)

    def add_run(
        self,
        workflow: str,
        sha: str,
        event: str = "push",
        branch: str = "main",
        status: str = "completed",
        conclusion: str | None = "success",
        attempt: int = 1,
        jobs: Iterable[tuple[str, str, str | None]] = (),
        run_id: int | None = None,
    ) -> int:
        """A run; its id, a new one by default. Attempts before *attempt* are shown as failed.

        *jobs* are (name, status, conclusion) of the latest attempt.
        """
        with self.core.lock:
            state, now = self.state, self.core.clock()
            earlier = [Attempt(n, "completed", "failure", now) for n in range(1, attempt)]
            latest = Attempt(attempt, status, conclusion, now)
            number = sum(run.workflow == workflow for run in state.runs.values()) + 1
            made = tuple(Job(state.new_id(), *job) for job in jobs)
            run = Run(
                run_id or state.new_id(),
                number,
                workflow,
                sha,
                event,
                branch,
                (*earlier, latest),
                made,
            )
            state.runs[run.id] = run
            state.workflows.add(workflow)
            return run.id

    def set_run(self, run: int, status: str, conclusion: str | None = None) -> None:
        """The latest attempt of a run goes on or ends."""
        with self.core.lock:
            found = self.state.runs[run]
            latest = dataclasses.replace(
                found.latest, status=status, conclusion=conclusion, time=self.core.clock()
            )
            attempts = (*found.attempts[:-1], latest)
            self.state.runs[run] = dataclasses.replace(found, attempts=attempts)

    def set_jobs(self, run: int, jobs: Iterable[tuple[str, str, str | None]]) -> None:
        """The jobs of a run's latest attempt: (name, status, conclusion); ids stay by name."""
        with self.core.lock:
            found = self.state.runs[run]
            known = {job.name: job.id for job in found.jobs}
            made = tuple(Job(known.get(job[0]) or self.state.new_id(), *job) for job in jobs)
            self.state.runs[run] = dataclasses.replace(found, jobs=made)

    def rerun(self, run: int, status: str = "queued", conclusion: str | None = None) -> None:
        """Somebody re-runs it: a new attempt under the same id."""
        with self.core.lock:
            found = self.state.runs[run]
            latest = Attempt(found.latest.number + 1, status, conclusion, self.core.clock())
            attempts = (*found.attempts, latest)
            self.state.runs[run] = dataclasses.replace(found, attempts=attempts)

    def on_rerun(self, hook: Callable[[int, tuple[str, ...]], None]) -> None:
        """Call *hook* with (run id, job names) when the API is asked to re-run jobs."""
        self.core.on_rerun = hook

    # ------------------------------------------------------------------ settings

    def add_environment(
        self,
        name: str,
        reviewers: Sequence[str] = (),
        tag_patterns: Sequence[str] | None = None,
        branch_patterns: Sequence[str] = (),
        *,
        protected_branches: bool = False,
        prevent_self_review: bool = False,
        can_admins_bypass: bool = False,
        wait_minutes: int = 0,
    ) -> None:
        """A deployment environment; no patterns at all means no restriction."""
        with self.core.lock:
            new_id = self.state.new_id
            kinds = [(p, "tag") for p in tag_patterns or ()]
            kinds += [(p, "branch") for p in branch_patterns]
            listed = tuple(Policy(new_id(), pattern, kind) for pattern, kind in kinds)
            restricted = protected_branches or tag_patterns is not None or bool(branch_patterns)
            self.state.environments[name] = Environment(
                new_id(),
                name,
                tuple(reviewers),
                listed if restricted else None,
                protected_branches,
                prevent_self_review,
                can_admins_bypass,
                wait_minutes,
                self.core.clock(),
            )

    def protect_branch(self, branch: str, rules: Mapping[str, Any] = PROTECTED) -> None:
        """Classic branch protection, as the protection endpoint shows it."""
        self.state.protection[branch] = rules

    def unprotect_branch(self, branch: str) -> None:
        self.state.protection.pop(branch, None)

    def add_ruleset(
        self,
        name: str,
        target: str,
        include: Sequence[str],
        rules: Sequence[str | Mapping[str, Any]],
        *,
        exclude: Sequence[str] = (),
        enforcement: str = "active",
        bypass: Sequence[Mapping[str, Any]] = (),
    ) -> int:
        """A ruleset of rule types (``deletion``, ``non_fast_forward``, …); its id."""
        with self.core.lock:
            made = tuple({"type": rule} if isinstance(rule, str) else rule for rule in rules)
            ruleset = Ruleset(
                self.state.new_id(),
                name,
                target,
                enforcement,
                tuple(include),
                tuple(exclude),
                made,
                tuple(bypass),
            )
            self.state.rulesets[ruleset.id] = ruleset
            return ruleset.id

    def set_immutable_releases(self, enabled: bool) -> None:
        """The repository setting; it acts on releases published from now on."""
        self.state.immutable_releases = enabled

    def put_asset(self, release: int, name: str, content: bytes, state: str = "uploaded") -> None:
        """Put an asset there behind everybody's back: another's file, a half-uploaded one."""
        whole = state == "uploaded"
        with self.core.lock:
            for asset in self.state.assets_of(release):
                if asset.name == name:
                    del self.state.assets[asset.id]
            digest = f"sha256:{hashlib.sha256(content).hexdigest()}" if whole else None
            made = Asset(
                self.state.new_id(),
                release,
                name,
                content if whole else b"",
                digest,
                state,
                "application/octet-stream",
                self.core.clock(),
                "",
            )
            self.state.assets[made.id] = made
