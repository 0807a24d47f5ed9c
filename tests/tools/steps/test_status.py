"""Where a release stands, at every point of its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.tools.steps.artifacts import crate_bytes
from tests.tools.steps.origin import TAG
from tests.tools.steps.scene import Scene
from tools.model import Presence, Version
from tools.rehearsal.world.faults import Fault, Status
from tools.steps import status
from tools.steps.publish_pypi import RELEASE_WINDOW
from tools.steps.standing import Phase, Standing, conclude


def run(scene: Scene) -> status.Status:
    return status.status(scene.job("maintainer"))


def test_each_step_makes_the_next_one_due(scene: Scene) -> None:
    nexts = [run(scene).next_action]
    scene.build()
    scene.draft()
    nexts.append(run(scene).next_action)
    scene.canonical()
    scene.attest("core")
    scene.stage("core")
    nexts.append(run(scene).next_action)
    scene.publish_crate("ordvec")
    nexts.append(run(scene).next_action)
    scene.staged("manifest")
    nexts.append(run(scene).next_action)
    scene.publish_crate("ordvec-manifest")
    nexts.append(run(scene).next_action)
    scene.publish_pypi("ordvec")
    nexts.append(run(scene).next_action)
    assert run(scene).deadline is not None
    scene.publish_pypi("ordvec-manifest")
    nexts.append(run(scene).next_action)
    scene.undraft()
    nexts.append(run(scene).next_action)
    jobs = [
        "draft-release",
        "release-assets-draft",
        "publish-crate",
        "release-manifest-assets-draft",
        "publish-manifest-crate",
        "publish-pypi",
        "publish-manifest-pypi",
        "publish-github-release",
        "verify-release",
    ]
    for job, said in zip(jobs, nexts, strict=True):
        assert f"job {job}" in said or f"run {job}" in said


def test_a_version_without_a_tag(scene: Scene) -> None:
    found = status.status(scene.job("maintainer", version=Version.parse("9.9.9")))
    assert (found.stands, found.commit) == ("not begun", "")


def test_a_difference_stops_everything(scene: Scene) -> None:
    scene.staged("core")
    scene.setting.cratesio.place("ordvec", "0.7.0", crate_bytes("ordvec", "//! other\n"))
    found = run(scene)
    assert found.stands.startswith("stopped")
    assert "patch release" in found.next_action


def test_without_a_record_nothing_counts_as_identical(scene: Scene) -> None:
    scene.setting.cratesio.place("ordvec", "0.7.0", crate_bytes("ordvec"))
    found = run(scene)
    answers = {o.presence for o in found.observations if o.artifact == "ordvec-0.7.0.crate"}
    assert Presence.IDENTICAL not in answers
    assert found.stands.startswith("not known")


def test_what_cannot_be_read_decides_nothing(scene: Scene) -> None:
    scene.staged("core")
    scene.world.faults.add(Fault("index.crates.io", "GET", "", Status(503), times=0))
    found = run(scene)
    assert found.stands.startswith("not known")


def test_a_draft_of_another_commit_stops(scene: Scene) -> None:
    scene.draft()
    (draft,) = scene.setting.github.releases(TAG)
    scene.setting.github.state.releases[draft.id] = replace(draft, target="d" * 40)
    assert run(scene).stands.startswith("stopped")


@pytest.mark.parametrize("worse", [Presence.DIFFERENT, Presence.UNREADABLE])
def test_a_later_phase_that_is_wrong_outweighs_an_open_one(worse: Presence) -> None:
    phases = (
        Phase("a", "run job a", Presence.IDENTICAL),
        Phase("b", "run job b", Presence.ABSENT),
        Phase("c", "run job c", worse),
    )
    found = conclude(phases)
    assert "c" in found.stands
    assert "job" not in found.next_action


# ---------------------------------------------------------------------- PyPI's window


NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "days", "standing"),
    [
        (Presence.ABSENT, -1, Standing.UNREPAIRABLE),
        (Presence.PROPAGATING, -1, Standing.UNREPAIRABLE),
        (Presence.ABSENT, 1, Standing.OPEN),
        (Presence.IDENTICAL, -1, Standing.RELEASED),
        (Presence.DIFFERENT, -1, Standing.STOPPED),
        (Presence.UNREADABLE, -1, Standing.UNKNOWN),
    ],
)
def test_a_closed_window_counts_only_for_what_is_missing(
    answer: Presence, days: int, standing: Standing
) -> None:
    closes = NOW + timedelta(days=days)
    phases = (Phase("ordvec on PyPI", "run job publish-pypi", answer, closes=closes),)
    assert conclude(phases, NOW).standing is standing


def test_the_deadline_is_shown_with_the_time_left(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.staged("core")
    project = scene.declaration.python[0]
    name = scene.job().files.dists(project)[0]
    placed = (scene.root / f"dist/pypi/{project.name}/{name}").read_bytes()
    scene.setting.pypi.place(name, placed)
    found = run(scene)
    assert found.deadline is not None
    assert abs(found.deadline - datetime.now(UTC) - RELEASE_WINDOW) < timedelta(minutes=5)
    assert "13 days and 23 hours left" in capsys.readouterr().out
    scene.time.sleep(15 * 24 * 3600)
    late = run(scene)
    assert late.standing is Standing.UNREPAIRABLE
    assert "patch release" in late.next_action
    assert "which has passed" in capsys.readouterr().out
