"""What a workflow file may hold; every other line is refused with its path."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.declaration import ROOT
from tools.errors import UsageError
from tools.rehearsal.workflow.graph import critical_path, layers, order, with_dependents
from tools.rehearsal.workflow.reader import load
from tools.rehearsal.workflow.uses import problems

from .conftest import FIXTURES

RELEASE = ROOT / ".github" / "workflows" / "release.yml"


def test_every_line_that_would_be_ignored_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        load(FIXTURES / "hostile.yml")
    found = "\n".join(map(str, caught.value.problems))
    for needle in (
        "workflow.defaults",
        "jobs.keys.container",
        "jobs.keys.steps[0].retries",
        "context matrix",
        "context secret",
        "function succeeded()",
        "steps[2]: expected either run or uses",
        "shell: expected one of bash, sh, python, found pwsh",
        "jobs.matrix.strategy.max-parallel",
        "jobs.matrix.concurrency.cancel-in-progress",
        "context vars",
        "jobs.needs.needs: expected a job of this file, found nobody",
        "jobs.needs.permissions.content",
    ):
        assert needle in found, needle


def test_actions_without_stand_in_pin_or_known_input_are_refused() -> None:
    found = "\n".join(map(str, problems(load(FIXTURES / "unpinned.yml"), ROOT)))
    assert "actions/checkout: expected a full commit SHA" in found
    assert "actions/cache@0" in found
    assert "not overwrite" in found
    assert "a version tag vX.Y.Z" in found
    assert "not path" not in found


def test_duplicate_keys_and_loops_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.yml"
    path.write_text("name: a\nname: b\non: push\njobs: {}\n")
    with pytest.raises(UsageError, match="stands twice"):
        load(path)
    path.write_text(
        "on: push\njobs:\n"
        "  a: { needs: [b], runs-on: ubuntu-24.04, steps: [{ run: x }] }\n"
        "  b: { needs: [a], runs-on: ubuntu-24.04, steps: [{ run: x }] }\n"
    )
    with pytest.raises(UsageError, match="circle"):
        order(load(path).jobs)


def test_the_release_workflow_can_be_rehearsed() -> None:
    workflow = load(RELEASE)
    assert problems(workflow, ROOT) == []
    assert order(workflow.jobs)[:2] == ("guard", "require-ci-green")
    assert layers(workflow.jobs)[-1] == ("verify-release",)


def test_a_rerun_takes_the_dependents_along() -> None:
    jobs = load(RELEASE).jobs
    assert with_dependents(jobs, ["publish-pypi"]) == {
        "publish-pypi",
        "publish-github-release",
        "verify-release",
    }


def test_the_critical_path_is_the_longest_chain() -> None:
    jobs = load(FIXTURES / "flow.yml").jobs
    assert critical_path(jobs, {"guard": 1.0, "build": 2.0, "publish": 4.0}) == (
        7.0,
        ("guard", "build", "publish"),
    )
