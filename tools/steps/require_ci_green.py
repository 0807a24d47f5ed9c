"""The second gate: the tag's commit is the head of the branch, and CI is green for exactly it.

For each gate workflow the latest push run on the branch for this commit must have succeeded;
``cancelled``, ``skipped`` and every other conclusion refuse at once. A run that is missing,
queued or in progress is waited for. So is a forge that does not answer (408, 429, 5xx, an
exhausted rate limit, network trouble); any other error refuses. The head is read before and
after the wait, because a merge during it makes another commit the release target.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypeVar

from tools.console import console
from tools.errors import GateRefused, Transient, raise_if
from tools.model import Problem
from tools.ops.actions import set_output
from tools.ops.clock import Deadline
from tools.ops.github_answers import Run
from tools.steps.context import Context

EVENT = "push"
_T = TypeVar("_T")


class Light(StrEnum):
    """What a workflow's state means for the gate."""

    GREEN = "green"
    WAIT = "wait"
    RED = "red"


@dataclass(frozen=True, slots=True)
class State:
    """One gate workflow: its light, why, and the run that decides."""

    workflow: str
    light: Light
    detail: str
    url: str = ""


def require_ci_green(context: Context) -> dict[str, str]:
    """Wait until every gate is green; the run URLs by workflow, also as output ``runs``.

    Raises:
        GateRefused: a red gate, a moved head, or the end of the wait.
        Transient: the forge did not answer until the end of the wait.
    """
    gates = context.declaration.gates
    deadline = Deadline.after(context.clock, gates.timeout_minutes * 60)
    _require_head(context, deadline, "before the wait")
    progress = Progress(context.commit, deadline)
    with console.live(Progress.COLUMNS, progress.content) as progress.drawn:
        states = _wait(context, deadline, progress)
    _require_head(context, deadline, "after the wait")
    runs = {state.workflow: state.url for state in states}
    set_output("runs", json.dumps(runs, separators=(",", ":")))
    console.success(f"{context.commit[:12]} is the head of the branch and green in every gate")
    return runs


def _wait(context: Context, deadline: Deadline, progress: Progress) -> list[State]:
    """Look until every gate is green."""
    while True:
        states = look(context)
        progress.show(states)
        _refuse_red(context, states)
        if all(state.light is Light.GREEN for state in states):
            return states
        if not deadline.pause(context.declaration.gates.poll_seconds):
            _expire(context, states)


def look(context: Context) -> list[State]:
    """The state of every gate now, without waiting."""
    return [_read(context, workflow) for workflow in context.declaration.gates.workflows]


def classify(workflow: str, runs: list[Run] | None, commit: str, branch: str) -> State:
    """What the runs of a workflow mean. The server's filters are not trusted, but repeated.

    Args:
        runs: all runs that the forge listed, or None when it knows no such workflow.
    """
    if runs is None:
        return State(workflow, Light.RED, "there is no such workflow")
    ours = [r for r in runs if (r.sha, r.branch, r.event) == (commit, branch, EVENT)]
    if not ours:
        return State(workflow, Light.WAIT, f"no {EVENT} run on {branch} for this commit yet")
    last = max(ours, key=lambda run: (run.number, run.id, run.attempt))
    if last.status != "completed":
        return State(workflow, Light.WAIT, f"{last.status}, attempt {last.attempt}", last.url)
    if last.conclusion == "success":
        return State(workflow, Light.GREEN, f"success, attempt {last.attempt}", last.url)
    return State(workflow, Light.RED, f"{last.conclusion}, attempt {last.attempt}", last.url)


def _read(context: Context, workflow: str) -> State:
    branch = context.declaration.project.branch
    try:
        runs = context.github().runs(workflow, sha=context.commit, branch=branch, event=EVENT)
    except Transient as error:
        return State(workflow, Light.WAIT, f"unreadable: {error.found or error.message}")
    return classify(workflow, runs, context.commit, branch)


def _require_head(context: Context, deadline: Deadline, when: str) -> None:
    branch = context.declaration.project.branch
    poll = context.declaration.gates.poll_seconds
    head = _patiently(lambda: context.github().head_of(branch), deadline, poll)
    if head != context.commit:
        raise GateRefused(
            f"the tag does not point at the head of {branch} ({when})",
            expected=context.commit,
            found=head,
            remedy=f"`invoke release.status {context.version}`: when nothing is published, delete "
            f"the tag {context.tag} and tag the new head once its CI is green; when something is, "
            "keep the tag and re-run only the failed jobs",
        )


def _patiently(read: Callable[[], _T], deadline: Deadline, poll: float) -> _T:
    while True:
        try:
            return read()
        except Transient:
            if not deadline.pause(poll):
                raise


def _refuse_red(context: Context, states: list[State]) -> None:
    raise_if(
        (
            Problem(s.workflow, "success", f"{s.detail} {s.url}".strip())
            for s in states
            if s.light is Light.RED
        ),
        f"CI is not green for {context.commit}",
        GateRefused,
        "re-run that very run to green, then re-run this job; another commit's run does not count",
    )


def _expire(context: Context, states: list[State]) -> None:
    open_ = [state for state in states if state.light is Light.WAIT]
    problems = [Problem(s.workflow, "success", f"{s.detail} {s.url}".strip()) for s in open_]
    minutes = f"{context.declaration.gates.timeout_minutes:g} minutes"
    if all(state.detail.startswith("unreadable") for state in open_):
        raise Transient(
            f"the forge could not be read for {minutes}",
            problems=problems,
            remedy="re-run this job",
        )
    raise GateRefused(
        f"CI was not green after {minutes}",
        problems=problems,
        remedy="wait for these runs to end green, then re-run this job",
    )


@dataclass
class Progress:
    """What the wait is about: a table on a terminal, and in a log one line for each change."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("workflow", "light", "state", "run")

    commit: str
    deadline: Deadline
    states: list[State] = field(default_factory=list)
    drawn: bool = False

    @property
    def left(self) -> str:
        """The time that is left, as minutes and seconds."""
        minutes, seconds = divmod(round(self.deadline.left), 60)
        return f"{minutes}:{seconds:02} left"

    def content(self) -> tuple[str, list[Sequence[object]]]:
        """Title and rows of the moment; the seconds go on while nothing else changes."""
        rows: list[Sequence[object]] = [
            (s.workflow, str(s.light), s.detail, s.url) for s in self.states
        ]
        return f"CI of {self.commit[:12]}, {self.left}", rows

    def show(self, states: list[State]) -> None:
        """Take the new states over; a log gets the changed ones."""
        before, self.states = self.states, states
        if not self.drawn:
            for state in states:
                if state not in before:
                    console.info(f"{state.light:5} {state.workflow}: {state.detail} ({self.left})")
