"""Workflows and their runs.

A run shows the status of its latest attempt; earlier ones are below ``/attempts/{n}``. The
``status`` filter takes a status or a conclusion, as GitHub's does. Lists are newest first.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.github.access import Right
from tools.rehearsal.world.github.api import (
    NOT_FOUND,
    ApiError,
    Call,
    Core,
    page,
    route,
    stamp,
    user,
)
from tools.rehearsal.world.github.state import Attempt, Job, Run

READ = Right("actions")
WRITE = Right("actions", "write")
_UNFINISHED = ("queued", "in_progress", "requested", "waiting", "pending")


def routes(core: Core) -> list[Route]:
    runs = "/actions/runs"
    return [
        route(core, "/actions/workflows", _workflows, READ),
        route(core, "/actions/workflows/{workflow}", _workflow, READ),
        route(core, "/actions/workflows/{workflow}/runs", _workflow_runs, READ),
        route(core, runs, _all_runs, READ),
        route(core, runs + "/{run}", _run, READ),
        route(core, runs + "/{run}/attempts/{attempt}", _attempt, READ),
        route(core, runs + "/{run}/jobs", _jobs, READ),
        route(core, runs + "/{run}/rerun", _rerun, WRITE, method="POST"),
        route(core, runs + "/{run}/rerun-failed-jobs", _rerun_failed, WRITE, method="POST"),
        route(core, "/actions/jobs/{job}/rerun", _rerun_job, WRITE, method="POST"),
    ]


# ---------------------------------------------------------------------- workflows


def known_workflows(core: Core) -> list[str]:
    """The workflow files: those on the default branch and those that have run."""
    head = core.git.resolve(core.state.default_branch)
    present = core.git.files(head, ".github/workflows") if head else []
    files = {name for name in present if name.endswith((".yml", ".yaml"))}
    return sorted(files | core.state.workflows)


def _workflow_json(core: Core, name: str, number: int) -> dict[str, Any]:
    return {
        "id": 5000 + number,
        "name": name.rpartition(".")[0],
        "path": f".github/workflows/{name}",
        "state": "active",
        "url": f"{core.api_url}/actions/workflows/{5000 + number}",
        "html_url": f"{core.web_url}/blob/{core.state.default_branch}/.github/workflows/{name}",
    }


def _named(core: Core, call: Call) -> tuple[int, str]:
    """The workflow that a file name or an id stands for."""
    wanted = call.param("workflow")
    for number, name in enumerate(known_workflows(core)):
        if wanted in (name, str(5000 + number)):
            return number, name
    raise ApiError(404, NOT_FOUND)


def _workflows(core: Core, call: Call) -> Response:
    names = enumerate(known_workflows(core))
    items = [_workflow_json(core, name, number) for number, name in names]
    return page(core, call, items, "workflows")


def _workflow(core: Core, call: Call) -> Response:
    number, name = _named(core, call)
    return JSONResponse(_workflow_json(core, name, number))


# ---------------------------------------------------------------------- runs


def _run_json(core: Core, run: Run, attempt: Attempt | None = None) -> dict[str, Any]:
    shown = attempt or run.latest
    return {
        "id": run.id,
        "name": run.workflow.rpartition(".")[0],
        "path": f".github/workflows/{run.workflow}",
        "run_number": run.number,
        "run_attempt": shown.number,
        "event": run.event,
        "status": shown.status,
        "conclusion": shown.conclusion,
        "head_branch": run.branch,
        "head_sha": run.sha,
        "created_at": stamp(run.attempts[0].time),
        "run_started_at": stamp(shown.time),
        "updated_at": stamp(shown.time),
        "actor": user(core.owner),
        "url": f"{core.api_url}/actions/runs/{run.id}",
        "jobs_url": f"{core.api_url}/actions/runs/{run.id}/jobs",
        "html_url": f"{core.web_url}/actions/runs/{run.id}",
    }


def _filtered(call: Call, runs: list[Run]) -> list[Run]:
    wanted = {key: call.query[key] for key in ("branch", "event", "head_sha") if key in call.query}
    status = call.query.get("status")
    return [
        run
        for run in sorted(runs, key=lambda run: run.id, reverse=True)
        if run.branch == wanted.get("branch", run.branch)
        and run.event == wanted.get("event", run.event)
        and run.sha == wanted.get("head_sha", run.sha)
        and (status is None or status in (run.latest.status, run.latest.conclusion))
    ]


def _workflow_runs(core: Core, call: Call) -> Response:
    _, name = _named(core, call)
    runs = [run for run in call.state.runs.values() if run.workflow == name]
    return _page_of_runs(core, call, runs)


def _all_runs(core: Core, call: Call) -> Response:
    return _page_of_runs(core, call, list(call.state.runs.values()))


def _page_of_runs(core: Core, call: Call, runs: list[Run]) -> Response:
    items = [_run_json(core, run) for run in _filtered(call, runs)]
    return page(core, call, items, "workflow_runs")


def _found(call: Call) -> Run:
    run = call.state.runs.get(call.number("run"))
    if run is None:
        raise ApiError(404, NOT_FOUND)
    return run


def _run(core: Core, call: Call) -> Response:
    return JSONResponse(_run_json(core, _found(call)))


def _attempt(core: Core, call: Call) -> Response:
    run, number = _found(call), call.number("attempt")
    for attempt in run.attempts:
        if attempt.number == number:
            return JSONResponse(_run_json(core, run, attempt))
    raise ApiError(404, NOT_FOUND)


def _jobs(core: Core, call: Call) -> Response:
    run = _found(call)
    items = [_job_json(core, run, job) for job in run.jobs]
    return page(core, call, items, "jobs")


def _job_json(core: Core, run: Run, job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "run_id": run.id,
        "run_attempt": run.latest.number,
        "head_sha": run.sha,
        "name": job.name,
        "status": job.status,
        "conclusion": job.conclusion,
        "url": f"{core.api_url}/actions/jobs/{job.id}",
        "html_url": f"{core.web_url}/actions/runs/{run.id}/job/{job.id}",
    }


# ---------------------------------------------------------------------- re-running


def _rerun(core: Core, call: Call) -> Response:
    run = _found(call)
    return _again(core, call, run, tuple(job.name for job in run.jobs))


def _rerun_failed(core: Core, call: Call) -> Response:
    run = _found(call)
    names = tuple(job.name for job in run.jobs if job.conclusion not in ("success", "skipped"))
    if not names and run.jobs:
        raise ApiError(403, "This workflow run cannot be retried: no job failed")
    return _again(core, call, run, names)


def _rerun_job(core: Core, call: Call) -> Response:
    wanted = call.number("job")
    for run in call.state.runs.values():
        for job in run.jobs:
            if job.id == wanted:
                return _again(core, call, run, (job.name,))
    raise ApiError(404, NOT_FOUND)


def _again(core: Core, call: Call, run: Run, names: tuple[str, ...]) -> Response:
    """Queue a new attempt and tell whoever plays the runners (``on_rerun``)."""
    if run.latest.status in _UNFINISHED:
        raise ApiError(403, "This workflow run is already running")
    attempt = Attempt(run.latest.number + 1, "queued", None, core.clock())
    queued = dataclasses.replace(run, attempts=(*run.attempts, attempt))
    core.state.runs[run.id] = queued
    core.record("run.rerun", str(run.id), call.label, ",".join(names))
    if core.on_rerun is not None:
        core.on_rerun(run.id, names)
    return JSONResponse({}, 201)
