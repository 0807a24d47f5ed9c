"""Resuming: the right jobs in the right order, asked for once; the watch ends by itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.tools.steps.artifacts import crate_bytes
from tests.tools.steps.origin import TAG
from tests.tools.steps.scene import Scene
from tools.declaration import ROOT
from tools.errors import GateRefused, Mismatch, Transient, Unrepairable
from tools.jobgraph import JobGraph, job_id
from tools.rehearsal.world.faults import Fault, ResetAfter, ResetBefore, Status
from tools.steps import status
from tools.steps.context import Context
from tools.steps.resume import Resumption, resume
from tools.steps.standing import Standing
from tools.steps.watch import watch

WORKFLOW = ".github/workflows/release.yml"
API = "api.github.com"
GRAPH = JobGraph.load(ROOT / WORKFLOW)
Jobs = list[tuple[str, str, str | None]]


def ended(failed: str, *, conclusion: str = "failure") -> Jobs:
    """The jobs of a run in which *failed* did not succeed and everything after it was skipped."""
    after = GRAPH.with_dependents([failed]) - {failed}
    return [
        (
            name,
            "completed",
            conclusion if name == failed else "skipped" if name in after else "success",
        )
        for name in GRAPH.needs
    ]


@pytest.fixture
def wiring(scene: Scene) -> Scene:
    target = scene.root / WORKFLOW
    target.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / WORKFLOW, target)
    return scene


def add_run(scene: Scene, jobs: Jobs, **settings: object) -> int:
    kept: dict[str, object] = {"branch": TAG, "conclusion": "failure", "jobs": jobs, **settings}
    return scene.setting.github.add_run("release.yml", scene.origin.commit, **kept)  # type: ignore[arg-type]


def maintainer(scene: Scene) -> Context:
    return scene.job("maintainer", {"contents": "write", "actions": "write"})


def run(scene: Scene, *, execute: bool = False) -> Resumption:
    return resume(maintainer(scene), execute=execute)


def reruns(scene: Scene) -> list[tuple[str, str]]:
    events = scene.setting.github.events
    return [(e.subject, e.detail) for e in events if e.action == "run.rerun"]


def test_the_failed_job_and_what_waits_for_it_in_order(wiring: Scene) -> None:
    wiring.staged("core")
    number = add_run(wiring, ended("publish-crate"))
    plan = run(wiring)
    assert plan.jobs[0] == "publish-crate"
    assert plan.jobs[-1] == "verify-release"
    assert set(plan.jobs) == GRAPH.with_dependents(["publish-crate"])
    for name in plan.jobs:
        needed = [plan.jobs.index(n) for n in GRAPH.needs[name] if n in plan.jobs]
        assert all(position < plan.jobs.index(name) for position in needed)
    assert (plan.whole, plan.executed, plan.attempt) == (False, False, 1)
    assert str(number) in plan.run_url
    assert reruns(wiring) == []


def test_execute_re_runs_the_failed_jobs_once(wiring: Scene) -> None:
    wiring.staged("core")
    number = add_run(wiring, ended("publish-crate"))
    done = run(wiring, execute=True)
    assert (done.executed, done.attempt) == (True, 2)
    assert reruns(wiring) == [(str(number), "publish-crate")]


def test_a_cancelled_job_is_re_run_as_well(wiring: Scene) -> None:
    wiring.staged("core")
    add_run(wiring, ended("publish-crate", conclusion="cancelled"))
    assert run(wiring).jobs[0] == "publish-crate"


def test_legs_and_called_workflows_are_their_job(wiring: Scene) -> None:
    wiring.draft()
    jobs = [job for job in ended("build-wheels") if job[0] != "build-wheels"]
    legs: Jobs = [
        ("build-wheels (ordvec, macos-arm64, macos-15)", "completed", "failure"),
        ("build-wheels (ordvec, windows-amd64, windows-2025)", "completed", "success"),
    ]
    add_run(wiring, [*jobs, *legs])
    plan = run(wiring)
    assert plan.jobs[0] == "build-wheels"
    assert "build-crates" not in plan.jobs
    assert job_id("provenance / generator") == "provenance"


def test_a_draft_that_is_gone_needs_the_whole_run(wiring: Scene) -> None:
    wiring.staged("core")
    (draft,) = wiring.setting.github.releases(TAG)
    del wiring.setting.github.state.releases[draft.id]
    number = add_run(wiring, ended("publish-crate"))
    plan = run(wiring, execute=True)
    assert plan.whole
    assert "draft-release" in plan.reason
    assert plan.jobs == tuple(GRAPH.needs)
    ((subject, detail),) = reruns(wiring)
    assert (subject, len(detail.split(","))) == (str(number), len(GRAPH.needs))


def test_the_latest_run_counts(wiring: Scene) -> None:
    wiring.staged("core")
    add_run(wiring, ended("draft-release"))
    latest = add_run(wiring, ended("publish-crate"))
    assert str(latest) in run(wiring).run_url


@pytest.mark.parametrize(
    ("state", "said"),
    [("in_progress", "is in_progress"), ("queued", "is queued"), ("waiting", "approval")],
)
def test_a_run_that_goes_on_is_left_alone(wiring: Scene, state: str, said: str) -> None:
    wiring.staged("core")
    add_run(wiring, [("publish-crate", state, None)], status=state, conclusion=None)
    plan = run(wiring, execute=True)
    assert said in plan.reason
    assert (plan.jobs, plan.executed, reruns(wiring)) == ((), False, [])


def test_a_finished_release_has_nothing_to_re_run(wiring: Scene) -> None:
    wiring.released()
    jobs: Jobs = [(name, "completed", "success") for name in GRAPH.needs]
    add_run(wiring, jobs, conclusion="success")
    plan = run(wiring, execute=True)
    assert (plan.jobs, plan.executed) == ((), False)
    assert plan.stands == "released"


def test_a_proof_that_failed_is_run_again(wiring: Scene) -> None:
    wiring.released()
    add_run(wiring, ended("verify-release"))
    assert run(wiring).jobs == ("verify-release",)


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "other", [{"branch": "main"}, {"event": "workflow_dispatch"}], ids=["a branch", "by hand"]
)
def test_a_run_of_another_kind_is_not_resumed(wiring: Scene, other: dict[str, object]) -> None:
    wiring.staged("core")
    add_run(wiring, ended("publish-crate"), **other)
    with pytest.raises(GateRefused, match=r"no run of release\.yml"):
        run(wiring)


def test_no_run_at_all(wiring: Scene) -> None:
    with pytest.raises(GateRefused, match=r"release\.tag 0\.7\.0 --push"):
        run(wiring)


def test_a_difference_is_never_resumed(wiring: Scene) -> None:
    wiring.staged("core")
    wiring.setting.cratesio.place("ordvec", "0.7.0", crate_bytes("ordvec", "//! other\n"))
    add_run(wiring, ended("publish-crate"))
    with pytest.raises(Mismatch) as caught:
        run(wiring, execute=True)
    assert (caught.value.exit_code, reruns(wiring)) == (30, [])


def test_a_closed_window_is_never_resumed(wiring: Scene) -> None:
    wiring.staged("core")
    project = wiring.declaration.python[0]
    name = wiring.job().files.dists(project)[0]
    content = (wiring.root / f"dist/pypi/{project.name}/{name}").read_bytes()
    wiring.setting.pypi.place(name, content)
    add_run(wiring, ended("publish-pypi"))
    wiring.time.sleep(15 * 24 * 3600)
    with pytest.raises(Unrepairable) as caught:
        run(wiring, execute=True)
    assert (caught.value.exit_code, reruns(wiring)) == (21, [])


def test_what_cannot_be_read_is_not_resumed(wiring: Scene) -> None:
    wiring.staged("core")
    add_run(wiring, ended("publish-crate"))
    wiring.world.faults.add(Fault("index.crates.io", "GET", "", Status(503), times=0))
    with pytest.raises(Transient):
        run(wiring, execute=True)
    assert reruns(wiring) == []


def test_a_token_that_may_not_re_run(wiring: Scene) -> None:
    wiring.staged("core")
    add_run(wiring, ended("publish-crate"))
    with pytest.raises(GateRefused, match="actions: write"):
        resume(wiring.job("maintainer"), execute=True)


def test_a_request_that_was_heard_though_its_answer_was_lost(wiring: Scene) -> None:
    wiring.staged("core")
    add_run(wiring, ended("publish-crate"))
    wiring.world.faults.add(Fault(API, "POST", "/rerun-failed-jobs", ResetAfter()))
    assert run(wiring, execute=True).executed
    assert len(reruns(wiring)) == 1


def test_a_request_that_was_not_heard_is_transient(wiring: Scene) -> None:
    wiring.staged("core")
    add_run(wiring, ended("publish-crate"))
    wiring.world.faults.add(Fault(API, "POST", "/rerun-failed-jobs", ResetBefore()))
    with pytest.raises(Transient):
        run(wiring, execute=True)
    assert reruns(wiring) == []


# ---------------------------------------------------------------------- the watch


def watching(scene: Scene, *happenings: Callable[[], object]) -> status.Status:
    pending = list(happenings)

    def sleep(seconds: float) -> None:
        scene.time.sleep(seconds)
        pending.pop(0)()

    made = maintainer(scene)
    return watch(replace(made, clock=replace(made.clock, sleep=sleep)), 30)


def test_the_watch_ends_when_the_release_is_public(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.published()
    found = watching(scene, lambda: None, scene.undraft)
    assert found.standing is Standing.RELEASED
    lines = capsys.readouterr().out.splitlines()
    assert sum("stands: done up to" in line for line in lines) == 1
    assert sum("stands: released" in line for line in lines) == 1


def test_the_watch_ends_when_the_release_is_stopped(scene: Scene) -> None:
    scene.staged("core")
    other = crate_bytes("ordvec", "//! other\n")
    found = watching(scene, lambda: scene.setting.cratesio.place("ordvec", "0.7.0", other))
    assert found.standing is Standing.STOPPED


def test_trouble_does_not_end_the_watch(scene: Scene) -> None:
    scene.published()
    fault = Fault("index.crates.io", "GET", "", Status(503), times=0)

    def mend() -> None:
        scene.world.faults.clear()
        scene.undraft()

    found = watching(scene, lambda: scene.world.faults.add(fault), mend)
    assert found.standing is Standing.RELEASED


def test_a_terminal_is_redrawn_at_each_look(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    scene.published()
    watching(scene, lambda: None, scene.undraft)
    drawn = capsys.readouterr().out
    assert drawn.count("Phases") == 3
    assert drawn.count("\x1b[2J") == 2
