"""The jobs of the campaign, read from release.yml itself: commands, hand-over, permissions.

From the draft to the un-draft. Builds and signatures stand before the campaign; their artifacts
are prebuilt and handed over under the names and paths that the workflow states. A job gets no
file that the workflow does not give it, so a step that needs another one fails (invariant I7).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.checks.release_assets import Lane
from tools.declaration import Declaration
from tools.errors import UsageError
from tools.model import Version
from tools.rehearsal.workflow import graph, reader
from tools.rehearsal.workflow.document import Job, Workflow, each_step

# The jobs whose requests are disturbed. What the others do is done before, undisturbed.
JOBS = (
    "draft-release",
    "release-assets-draft",
    "publish-crate",
    "release-manifest-assets-draft",
    "publish-manifest-crate",
    "publish-pypi",
    "publish-manifest-pypi",
    "publish-github-release",
)
# The jobs before the staging whose lines a new run repeats in the campaign.
CANONICAL = ("pypi-canonical-dist", "pypi-manifest-canonical-dist")
ATTEST: dict[Lane, str] = {"core": "attest", "manifest": "attest-manifest"}
VERSION_OUTPUT = "${{ needs.guard.outputs.version }}"


@dataclass(frozen=True, slots=True)
class Line:
    """One ``run:`` line: the command as written, the verb, its arguments, its token."""

    command: str
    verb: str
    arguments: Mapping[str, str]
    has_token: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A job as the campaign runs it.

    Attributes:
        needs: the campaign's jobs that must have succeeded, directly or through others.
        downloads: (artifact, path below the checkout).
    """

    id: str
    needs: tuple[str, ...]
    environment: str
    permissions: Mapping[str, str]
    downloads: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The campaign's jobs in order, and the whole graph that they are part of.

    Attributes:
        earlier: the jobs before the staging that a new run repeats.
        uploaders: workflow artifact to the job that hands it over.
    """

    tasks: tuple[Task, ...]
    earlier: tuple[Task, ...]
    jobs: Mapping[str, Job]
    uploaders: Mapping[str, str]

    def early(self, names: Iterable[str]) -> list[Task]:
        """The named jobs before the staging."""
        return [task for name in names for task in self.earlier if task.id == name]

    def task(self, name: str) -> Task:
        for task in self.tasks:
            if task.id == name:
                return task
        raise UsageError(f"no job of the campaign is named {name!r}", expected=", ".join(JOBS))

    def before(self, name: str) -> tuple[Task, ...]:
        """The tasks that run before *name*, in order."""
        return self.tasks[: self.tasks.index(self.task(name))]

    def after(self, name: str) -> tuple[Task, ...]:
        """The tasks that run after *name*, in order."""
        return self.tasks[self.tasks.index(self.task(name)) + 1 :]


def load(root: Path, declaration: Declaration, version: Version) -> Flow:
    """Read the flow from the workflow that the declaration names."""
    workflow = reader.load(root / declaration.project.workflow)
    tasks = tuple(task(workflow, name, version) for name in JOBS)
    names = (*CANONICAL, *ATTEST.values())
    earlier = tuple(task(workflow, name, version) for name in names)
    return Flow(tasks, earlier, workflow.jobs, _uploaders(workflow, version))


def _uploaders(workflow: Workflow, version: Version) -> dict[str, str]:
    """Who uploads each artifact; those of a matrix leg are left out."""
    found = {
        _text(job.inputs["provenance-name"], version): name
        for name, job in workflow.jobs.items()
        if job.uses
    }
    for job, step in each_step(workflow):
        named = str(step.inputs.get("name", ""))
        if step.uses.startswith("actions/upload-artifact@") and "matrix." not in named:
            found[_text(named, version)] = job.id
    return found


def task(workflow: Workflow, name: str, version: Version) -> Task:
    """One job of the workflow as a task of the campaign."""
    job = workflow.jobs[name]
    above = graph.ancestors(workflow.jobs, name)
    environment = job.environment
    return Task(
        id=name,
        needs=tuple(other for other in JOBS if other in above),
        environment=str(environment.get("name") if isinstance(environment, dict) else environment)
        if environment
        else "",
        permissions=dict(job.permissions or {}),
        downloads=tuple(
            (_text(step.inputs["name"], version), _text(step.inputs["path"], version))
            for step in job.steps
            if step.uses.startswith("actions/download-artifact@")
        ),
        lines=tuple(_line(step.run, step.env) for step in job.steps if step.run),
    )


def _text(value: Any, version: Version) -> str:
    text = str(value).replace(VERSION_OUTPUT, str(version))
    if "${{" in text:
        raise UsageError(f"the campaign cannot resolve {value!r} in release.yml")
    return text


def _line(command: str, env: Mapping[str, Any]) -> Line:
    """``invoke release.VERB --name value …``; nothing else stands in these jobs."""
    words = shlex.split(command)
    if words[:1] != ["invoke"] or not words[1].startswith("release.") or len(words) % 2:
        raise UsageError(f"the campaign cannot run {command!r}", expected="invoke release.VERB …")
    pairs = zip(words[2::2], words[3::2], strict=True)
    arguments = {name.removeprefix("--"): value for name, value in pairs}
    return Line(command, words[1].removeprefix("release."), arguments, "GITHUB_TOKEN" in env)
