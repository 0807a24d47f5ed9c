"""The CI gate: every case of it, against the stand-in forge."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.tools.steps.scene import Scene
from tools.errors import GateRefused, Transient
from tools.rehearsal.world.faults import Fault, FlipByte, ResetBefore, Status, Truncate
from tools.steps.context import Context
from tools.steps.require_ci_green import require_ci_green

API = "api.github.com"
RUNS = r"/actions/workflows/.*/runs"
HEAD = r"/commits/main"


def gate(scene: Scene, sleep: Callable[[float], None] | None = None) -> dict[str, str]:
    return require_ci_green(context(scene, sleep))


def context(scene: Scene, sleep: Callable[[float], None] | None = None) -> Context:
    made = scene.job("require-ci-green", {"actions": "read", "contents": "read"})
    return replace(made, clock=replace(made.clock, sleep=sleep)) if sleep else made


def during_the_wait(scene: Scene, action: Callable[[], object]) -> Callable[[float], None]:
    """A sleep in which something happens, once, in the world."""
    pending = [action]

    def sleep(seconds: float) -> None:
        scene.time.sleep(seconds)
        if pending:
            pending.pop()()

    return sleep


@pytest.fixture
def ci(scene: Scene) -> int:
    return scene.setting.runs["ci.yml"]


def test_green_gates_give_their_run_urls(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    output = scene.folder / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    runs = gate(scene)
    assert list(runs) == list(scene.declaration.gates.workflows)
    assert json.loads(output.read_text().removeprefix("runs=")) == runs
    assert all(url.startswith("https://github.com/Fieldnote-Echo/ordvec/") for url in runs.values())


@pytest.mark.parametrize(
    "conclusion",
    ["cancelled", "failure", "skipped", "neutral", "timed_out", "action_required", "stale"],
)
def test_any_other_conclusion_refuses_at_once(scene: Scene, ci: int, conclusion: str) -> None:
    scene.setting.github.set_run(ci, "completed", conclusion)
    with pytest.raises(GateRefused, match=conclusion) as caught:
        gate(scene, pytest.fail)
    assert caught.value.exit_code == 10
    assert "ci.yml" in str(caught.value)


@pytest.mark.parametrize("status", ["queued", "in_progress", "waiting", "pending", "requested"])
def test_an_unfinished_run_is_waited_for(scene: Scene, ci: int, status: str) -> None:
    github = scene.setting.github
    github.set_run(ci, status)
    assert gate(scene, during_the_wait(scene, lambda: github.set_run(ci, "completed", "success")))


def test_a_run_that_does_not_exist_yet_is_waited_for(scene: Scene, ci: int) -> None:
    github = scene.setting.github
    del github.state.runs[ci]
    added = during_the_wait(scene, lambda: github.add_run("ci.yml", scene.origin.commit))
    assert gate(scene, added)


def test_a_run_that_fails_during_the_wait_refuses(scene: Scene, ci: int) -> None:
    github = scene.setting.github
    github.set_run(ci, "in_progress")
    failing = during_the_wait(scene, lambda: github.set_run(ci, "completed", "failure"))
    with pytest.raises(GateRefused, match="failure"):
        gate(scene, failing)


def test_the_latest_attempt_counts(scene: Scene, ci: int) -> None:
    scene.setting.github.set_run(ci, "completed", "failure")
    scene.setting.github.rerun(ci, "completed", "success")
    assert gate(scene)


def test_a_failed_attempt_after_a_green_one_refuses(scene: Scene, ci: int) -> None:
    scene.setting.github.rerun(ci, "completed", "failure")
    with pytest.raises(GateRefused, match="attempt 2"):
        gate(scene)


def test_the_latest_run_counts(scene: Scene) -> None:
    scene.setting.github.add_run("ci.yml", scene.origin.commit, conclusion="cancelled")
    with pytest.raises(GateRefused, match="cancelled"):
        gate(scene)


@pytest.mark.parametrize(
    "other",
    [{"event": "pull_request"}, {"branch": "feature"}, {"event": "schedule"}],
    ids=["another event", "another branch", "a schedule"],
)
def test_a_run_of_another_kind_does_not_count(scene: Scene, ci: int, other: dict[str, str]) -> None:
    del scene.setting.github.state.runs[ci]
    scene.setting.github.add_run("ci.yml", scene.origin.commit, **other)
    with pytest.raises(GateRefused, match="no push run on main for this commit yet"):
        gate(scene)


def test_a_run_of_another_commit_does_not_count(scene: Scene, ci: int) -> None:
    del scene.setting.github.state.runs[ci]
    scene.setting.github.add_run("ci.yml", "d" * 40)
    with pytest.raises(GateRefused, match=r"ci\.yml"):
        gate(scene)


def test_a_missing_workflow_refuses_at_once(scene: Scene, ci: int) -> None:
    del scene.setting.github.state.runs[ci]
    scene.setting.github.state.workflows.discard("ci.yml")
    with pytest.raises(GateRefused, match="no such workflow"):
        gate(scene, pytest.fail)


def test_all_pages_of_runs_are_read(scene: Scene) -> None:
    github, commit = scene.setting.github, scene.origin.commit
    for _ in range(120):
        github.add_run("ci.yml", commit, conclusion="success")
    assert gate(scene)
    assert (
        len(context(scene).github().runs("ci.yml", sha=commit, branch="main", event="push") or [])
        == 121
    )


def test_a_tag_that_is_not_the_head_is_refused(scene: Scene) -> None:
    made = replace(context(scene), commit="c" * 40)
    with pytest.raises(GateRefused, match="before the wait") as caught:
        require_ci_green(made)
    # Weeks later something may be published under this tag: it is not to be deleted unseen.
    assert caught.value.remedy is not None
    assert caught.value.remedy.startswith("`invoke release.status")
    assert "when something is, keep the tag" in caught.value.remedy


def test_a_head_that_moves_during_the_wait_is_refused(scene: Scene, ci: int) -> None:
    github = scene.setting.github
    github.set_run(ci, "in_progress")

    def merge() -> None:
        github.set_run(ci, "completed", "success")
        body = json.dumps({"sha": "d" * 40}).encode()
        scene.world.faults.add(Fault(API, "GET", HEAD, Status(200, body=body)))

    with pytest.raises(GateRefused, match="after the wait"):
        gate(scene, during_the_wait(scene, merge))


def test_the_wait_ends(scene: Scene, ci: int) -> None:
    scene.setting.github.set_run(ci, "in_progress")
    before = scene.time.offset
    with pytest.raises(GateRefused, match="not green after 5 minutes") as caught:
        gate(scene)
    assert "ci.yml" in str(caught.value)
    assert 4 * 60 <= scene.time.offset - before <= 5 * 60


@pytest.mark.parametrize(
    "trouble",
    [
        Status(408),
        Status(429, {"retry-after": "2"}),
        Status(500),
        Status(502),
        Status(503),
        Status(403, {"x-ratelimit-remaining": "0"}),
        Status(403, {"retry-after": "60"}),
        ResetBefore(),
        Truncate(),
        FlipByte(0),
    ],
    ids=lambda action: action.name,
)
@pytest.mark.parametrize("path", [HEAD, RUNS], ids=["head", "runs"])
def test_trouble_is_waited_for(scene: Scene, path: str, trouble: object) -> None:
    scene.world.faults.add(Fault(API, "GET", path, trouble, times=6))
    assert gate(scene)


def test_a_forge_that_never_answers_is_transient(scene: Scene) -> None:
    scene.world.faults.add(Fault(API, "GET", RUNS, Status(503), times=0))
    with pytest.raises(Transient) as caught:
        gate(scene)
    assert caught.value.exit_code == 75


@pytest.mark.parametrize("code", [401, 403, 422])
def test_other_errors_refuse_at_once(scene: Scene, code: int) -> None:
    scene.world.faults.add(Fault(API, "GET", RUNS, Status(code)))
    with pytest.raises(GateRefused, match=str(code)):
        gate(scene, pytest.fail)


# ---------------------------------------------------------------------- progress while waiting


def test_a_log_gets_one_line_for_each_change(
    scene: Scene, ci: int, capsys: pytest.CaptureFixture[str]
) -> None:
    github = scene.setting.github
    github.set_run(ci, "queued")
    later = iter(
        [
            lambda: None,
            lambda: github.set_run(ci, "in_progress"),
            lambda: None,
            lambda: github.set_run(ci, "completed", "success"),
        ]
    )

    def sleep(seconds: float) -> None:
        scene.time.sleep(seconds)
        next(later)()

    assert gate(scene, sleep)
    lines = [line for line in capsys.readouterr().out.splitlines() if "ci.yml" in line]
    assert [line.split("(")[0].strip() for line in lines if "left" in line] == [
        "wait  ci.yml: queued, attempt 1",
        "wait  ci.yml: in_progress, attempt 1",
        "green ci.yml: success, attempt 1",
    ]
    # The test's own time passes as well.
    assert re.search(r"\((5:00|4:[345]\d) left\)", lines[0])
    assert re.search(r"\((4:00|3:[345]\d) left\)", lines[1])


def test_another_attempt_is_a_change(
    scene: Scene, ci: int, capsys: pytest.CaptureFixture[str]
) -> None:
    github = scene.setting.github
    github.set_run(ci, "in_progress")

    def rerun() -> None:
        github.set_run(ci, "completed", "success")
        github.rerun(ci, "completed", "success")

    assert gate(scene, during_the_wait(scene, rerun))
    assert "ci.yml: success, attempt 2" in capsys.readouterr().out


def test_a_terminal_gets_a_table_with_the_time_left(
    scene: Scene, ci: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    github = scene.setting.github
    github.set_run(ci, "in_progress")
    assert gate(scene, during_the_wait(scene, lambda: github.set_run(ci, "completed", "success")))
    drawn = capsys.readouterr().out
    assert "left" in drawn
    assert "python.yml" in drawn
    assert "(5:00 left)" not in drawn


def test_a_run_of_another_event_after_the_push_does_not_count(scene: Scene) -> None:
    scene.setting.github.add_run(
        "ci.yml", scene.origin.commit, event="schedule", conclusion="failure"
    )
    assert gate(scene)


def test_the_deciding_run_may_stand_on_a_later_page(scene: Scene, ci: int) -> None:
    """The server's filters may be ignored: then ours is the oldest of 150 runs."""
    from tools.steps.require_ci_green import Light, classify

    github, commit = scene.setting.github, scene.origin.commit
    for _ in range(150):
        github.add_run("ci.yml", commit, event="schedule", conclusion="failure")
    found = context(scene).github()
    pages = found._pages("/actions/workflows/ci.yml/runs", "list runs", key="workflow_runs")
    assert len(list(pages)) == 151
    runs = found.runs("ci.yml", sha=commit, branch="main", event="push")
    assert classify("ci.yml", runs, commit, "main").light is Light.GREEN
