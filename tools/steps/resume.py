"""Resume a release: which jobs of its workflow run are to be re-run, in order; and re-run them.

Observe: where the release stands (the world, by digest) and how the jobs of the run of its tag
ended. Plan: when the failed jobs and what depends on them cover every open phase, those are
re-run; otherwise the whole run is, which is safe because every job finds what is done already.
Apply, with ``execute``: one request. Observe: the run has another attempt. A release that must
not go on (a difference, PyPI's closed window) is refused with its own exit code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tools.console import console
from tools.errors import GateRefused, Mismatch, ReleaseError, Transient, Unrepairable
from tools.jobgraph import JobGraph, job_id
from tools.ops.clock import Deadline
from tools.ops.github_answers import GitHubRefused, Run
from tools.ops.github_runs import GitHubRuns, RunJob
from tools.steps import status
from tools.steps.context import Context
from tools.steps.require_ci_green import EVENT
from tools.steps.standing import Standing
from tools.steps.status import Status

FINE = ("success", "skipped", "neutral")
WAITING = "waiting"
# What the release still wants after its last phase.
PROOF = "verify-release"


@dataclass(frozen=True, slots=True)
class Resumption:
    """The jobs to re-run, in order, and whether it was done.

    Attributes:
        whole: every job of the run instead of the failed ones.
        reason: why these jobs, or why none.
    """

    version: str
    stands: str
    run_url: str
    attempt: int
    jobs: tuple[str, ...]
    whole: bool
    reason: str
    executed: bool = False


def resume(context: Context, *, execute: bool = False) -> Resumption:
    """Name the jobs to re-run and, with *execute*, re-run them.

    Raises:
        Mismatch, Unrepairable: this release must not go on; see ``release.status``.
        GateRefused: there is no run to resume, or GitHub does not re-run it.
        Transient: the world or GitHub did not answer.
    """
    found = status.observe(context)
    _require_resumable(found)
    context = replace(context, commit=found.commit or context.commit)
    client = GitHubRuns.of(context.github())
    run = _latest(context, client)
    plan = make_plan(found, run, client.jobs(run), _graph(context))
    _show(plan)
    if not execute or not plan.jobs:
        return plan
    _rerun(context, client, run, plan)
    done = replace(plan, attempt=run.attempt + 1, executed=True)
    console.success(f"attempt {done.attempt} is queued; environments ask for approval again")
    return done


def make_plan(found: Status, run: Run, jobs: list[RunJob], graph: JobGraph) -> Resumption:
    """Decide from the world's phases and the run's jobs; reads nothing."""

    def plan(names: tuple[str, ...], reason: str, *, whole: bool = False) -> Resumption:
        return Resumption(found.version, found.stands, run.url, run.attempt, names, whole, reason)

    if run.status != "completed":
        approval = any(job.status == WAITING for job in jobs) or run.status == WAITING
        under_way = "waits for the reviewer's approval" if approval else f"is {run.status}"
        return plan((), f"attempt {run.attempt} {under_way}: nothing to re-run")
    failed = {job_id(job.name) for job in jobs if job.conclusion not in FINE}
    again = graph.with_dependents(failed)
    due = {phase.job_id for phase in found.phases if not phase.done and phase.job_id}
    if due <= again:
        reason = "these jobs failed, or wait for one that did" if again else "every job is done"
        return plan(graph.ordered(again), reason)
    lost = ", ".join(graph.ordered(due - again))
    reason = f"the run says {lost} succeeded, and the world has lost what it did"
    return plan(tuple(graph.needs), reason, whole=True)


def _require_resumable(found: Status) -> None:
    kinds: dict[Standing, type[ReleaseError]] = {
        Standing.STOPPED: Mismatch,
        Standing.UNREPAIRABLE: Unrepairable,
        Standing.UNKNOWN: Transient,
    }
    kind = kinds.get(found.standing)
    if kind is not None:
        raise kind(f"{found.tag} cannot be resumed", found=found.stands, remedy=found.next_action)


def _latest(context: Context, client: GitHubRuns) -> Run:
    workflow = context.declaration.project.workflow.name
    runs = client.runs(workflow, sha=context.commit, branch=context.tag, event=EVENT) or []
    ours = [r for r in runs if (r.sha, r.branch, r.event) == (context.commit, context.tag, EVENT)]
    if not ours:
        raise GateRefused(
            f"there is no run of {workflow} for {context.tag}",
            expected=f"a push run of {context.commit[:12] or 'the tag'}",
            found="none",
            remedy=f"`invoke release.tag {context.version} --push` starts it",
        )
    return max(ours, key=lambda run: (run.number, run.id))


def _graph(context: Context) -> JobGraph:
    return JobGraph.load(context.root / context.declaration.project.workflow)


def _show(plan: Resumption) -> None:
    rows = [(str(number), name) for number, name in enumerate(plan.jobs, start=1)]
    title = "the whole run" if plan.whole else "failed jobs and what depends on them"
    if rows:
        console.table(f"To re-run: {title}", ("order", "job"), rows)
    console.info(f"run: {plan.run_url} (attempt {plan.attempt})")
    console.heading(f"stands: {plan.stands}")
    console.heading(f"resume: {plan.reason}")


def _rerun(context: Context, client: GitHubRuns, run: Run, plan: Resumption) -> None:
    """Ask once; the run's attempt says whether it was heard."""
    try:
        client.rerun(run, failed_only=not plan.whole)
    except Transient as error:
        console.info(f"{error.message}; the run's attempt decides")
    except GitHubRefused as error:
        raise GateRefused(
            "GitHub does not re-run it",
            found=error.found,
            remedy="the token needs `actions: write`; a run older than 30 days cannot be re-run",
        ) from error
    readback = context.declaration.readback
    deadline = Deadline.after(context.clock, readback.timeout_minutes * 60)
    while client.run(run.id).attempt <= run.attempt:
        if not deadline.pause(readback.poll_seconds):
            raise Transient(f"{run.url} shows no new attempt", remedy="run this command again")
