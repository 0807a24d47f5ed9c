"""The contexts that expressions read and the variables that programs read, of one job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.rehearsal.machine import RunnerPlatform
from tools.rehearsal.workflow.records import JobRecord
from tools.rehearsal.workflow.services import RunIdentity

SERVER = "https://github.com"
API = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class JobPlaces:
    """The folders of a job: workspace, temporary files, the event file."""

    workspace: Path
    temp: Path
    event: Path

    def prepare(self, run: RunIdentity) -> None:
        for folder in (self.workspace, self.temp, self.event.parent):
            folder.mkdir(parents=True, exist_ok=True)
        self.event.write_text(json.dumps(dict(run.event)), encoding="utf-8")


def github_context(
    run: RunIdentity, job: str, token: str, places: JobPlaces | None = None
) -> dict[str, Any]:
    """The ``github`` context; before a job has folders, without those."""
    owner = run.repository.partition("/")[0]
    context: dict[str, Any] = {
        "token": token,
        "job": job,
        "ref": run.ref,
        "ref_name": run.ref_name,
        "ref_type": "tag" if run.ref.startswith("refs/tags/") else "branch",
        "ref_protected": False,
        "sha": run.sha,
        "repository": run.repository,
        "repository_owner": owner,
        "repositoryUrl": f"git://github.com/{run.repository}.git",
        "run_id": run.run_id,
        "run_number": "1",
        "run_attempt": str(run.run_attempt),
        "actor": run.actor,
        "triggering_actor": run.actor,
        "workflow": run.workflow_name,
        "workflow_ref": f"{run.repository}/{run.workflow_path}@{run.ref}",
        "workflow_sha": run.sha,
        "head_ref": "",
        "base_ref": "",
        "event_name": "push",
        "event": dict(run.event),
        "server_url": SERVER,
        "api_url": API,
        "graphql_url": f"{API}/graphql",
    }
    if places is not None:
        context |= {"workspace": str(places.workspace), "event_path": str(places.event)}
    return context


def needs_context(needs: tuple[str, ...], records: Mapping[str, JobRecord]) -> dict[str, Any]:
    """The ``needs`` context: only the direct needs, with result and outputs."""
    return {
        name: {"result": records[name].result, "outputs": dict(records[name].outputs)}
        for name in needs
    }


def runner_context(platform: RunnerPlatform, places: JobPlaces) -> dict[str, Any]:
    return {
        "name": "rehearsal",
        "os": platform.os,
        "arch": platform.arch,
        "temp": str(places.temp),
        "tool_cache": str(places.temp / "tools"),
        "environment": "github-hosted",
        "debug": "",
    }


def default_variables(
    context: Mapping[str, Any], runner: Mapping[str, Any], tracking: str
) -> dict[str, str]:
    """The documented ``GITHUB_*`` and ``RUNNER_*`` variables; never the token."""
    names = (
        *("job", "ref", "ref_name", "ref_type", "sha", "repository", "repository_owner"),
        *("run_id", "run_number", "run_attempt", "actor", "triggering_actor", "workflow"),
        *("workflow_ref", "workflow_sha", "head_ref", "base_ref", "event_name", "server_url"),
        *("api_url", "graphql_url", "workspace", "event_path"),
    )
    variables = {f"GITHUB_{name.upper()}": str(context[name]) for name in names}
    variables |= {
        f"RUNNER_{name.upper()}": str(runner[name])
        for name in ("name", "os", "arch", "temp", "tool_cache", "environment")
    }
    return {
        **variables,
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_REF_PROTECTED": "false",
        # GitHub's own runner ends orphans by this variable; so does the warden.
        "RUNNER_TRACKING_ID": tracking,
    }
