"""Every ``uses:`` of a workflow, checked before its first job starts.

An action without a stand-in, an input that the stand-in does not honour and a ref that is not
pinned as the release demands are problems.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.errors import ReleaseError
from tools.model import Problem
from tools.rehearsal.workflow.actions import STEPS, WORKFLOWS
from tools.rehearsal.workflow.document import Workflow
from tools.rehearsal.workflow.reader import load_composite
from tools.rehearsal.workflow.standin import SHA, StandIn


def problems(workflow: Workflow, root: Path) -> list[Problem]:
    """Every ``uses:`` that cannot be rehearsed: no stand-in, wrong pin, unknown input."""
    found: list[Problem] = []
    for job in workflow.jobs.values():
        if job.uses:
            found += _check(job.uses, job.inputs, WORKFLOWS, f"jobs.{job.id}")
        for index, step in enumerate(job.steps):
            if step.uses:
                where = f"jobs.{job.id}.steps[{index}]"
                found += _check_step(step.uses, step.inputs, where, root)
    return found


def _check_step(uses: str, inputs: Mapping[str, object], where: str, root: Path) -> list[Problem]:
    if not uses.startswith("./"):
        return _check(uses, inputs, STEPS, where)
    try:
        composite = load_composite(root / uses)
    except ReleaseError as error:
        return [Problem(f"{where} {uses}", "a composite action", error.message), *error.problems]
    found: list[Problem] = []
    for index, step in enumerate(composite.steps):
        if step.uses:
            found += _check_step(step.uses, step.inputs, f"{where} {uses} steps[{index}]", root)
    return found


def _check(
    uses: str, inputs: Mapping[str, object], table: Mapping[str, StandIn], where: str
) -> list[Problem]:
    name, _, ref = uses.partition("@")
    stand_in = table.get(name)
    if stand_in is None:
        known = ", ".join(sorted(table))
        return [Problem(f"{where} uses {uses}", f"an action with a stand-in ({known})", "none")]
    found = [
        Problem(f"{where} uses {name}", f"an input that the stand-in honours, not {key}", key)
        for key in inputs
        if key not in stand_in.inputs
    ]
    if not stand_in.pin.fullmatch(ref):
        wanted = "a full commit SHA" if stand_in.pin is SHA else "a version tag vX.Y.Z"
        found.append(Problem(f"{where} uses {name}", f"{wanted} after @", ref or "nothing"))
    return found
