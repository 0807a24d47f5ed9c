"""A whole new run of the workflow after any stop: the release completes, each file goes up once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.tools.steps.origin import TAG
from tests.tools.steps.scene import Scene
from tools.errors import Unrepairable
from tools.model import CellState
from tools.steps import status, verify


def whole_run(scene: Scene, extra: str = "") -> None:
    """Every job of a fresh run of the workflow, from the draft to the un-draft."""
    scene.build(extra)
    scene.draft()
    scene.canonicalize()
    scene.attest("core")
    scene.stage("core")
    scene.publish_crate("ordvec")
    scene.attest("manifest")
    scene.stage("manifest")
    scene.publish_crate("ordvec-manifest")
    scene.publish_pypi("ordvec")
    scene.publish_pypi("ordvec-manifest")
    scene.undraft()


def core_published(scene: Scene) -> None:
    scene.staged("core")
    scene.publish_crate("ordvec")


def manifest_staged(scene: Scene) -> None:
    core_published(scene)
    scene.staged("manifest")


def one_project_published(scene: Scene) -> None:
    manifest_staged(scene)
    scene.publish_crate("ordvec-manifest")
    scene.publish_pypi("ordvec")


def all_published(scene: Scene) -> None:
    scene.published()


def public(scene: Scene) -> None:
    scene.released()


STOPS = [
    Scene.draft,
    Scene.prepared,
    Scene.staged,
    core_published,
    manifest_staged,
    one_project_published,
    all_published,
    public,
]


@pytest.mark.slow
@pytest.mark.parametrize("extra", ["", "# does not reproduce\n"], ids=["same", "other wheels"])
@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
def test_a_fresh_run_completes_from_every_stop(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, stop: Callable[[Scene], None], extra: str
) -> None:
    """Weeks later nothing of the first run is left but the world; each file goes up once."""
    scene.build()
    stop(scene)
    monkeypatch.setenv("GITHUB_RUN_ID", "2")
    whole_run(scene, extra)
    assert sorted(scene.stored_uploads) == sorted(scene.job().files.published)
    report = verify.verify(scene.job("stranger", {}))
    assert {c.state for c in report.cells} <= {CellState.PASSED, CellState.NOT_APPLICABLE}
    assert status.status(scene.job("maintainer")).stands == "released"


def test_a_release_that_waited_too_long_says_so(scene: Scene) -> None:
    manifest_staged(scene)
    scene.publish_crate("ordvec-manifest")
    first = scene.declaration.python_named("ordvec")
    name = scene.job().files.dists(first)[0]
    scene.setting.pypi.place(name, (scene.root / f"dist/pypi/ordvec/{name}").read_bytes())
    found = status.status(scene.job("maintainer"))
    assert found.deadline is not None
    assert timedelta(days=13) < found.deadline - scene.time.now() <= timedelta(days=14)
    scene.time.offset += timedelta(days=20).total_seconds()
    with pytest.raises(Unrepairable, match="takes no new files"):
        scene.publish_pypi("ordvec")


def test_a_lost_draft_after_the_first_upload_cannot_be_repaired(scene: Scene) -> None:
    """The escrow is gone, PyPI has a part, and a rebuild would be attested by nothing."""
    manifest_staged(scene)
    files = scene.job().files.dists(scene.declaration.python_named("ordvec"))
    content = (scene.root / f"dist/pypi/ordvec/{files[0]}").read_bytes()
    scene.setting.pypi.place(files[0], content)
    scene.setting.github.state.releases.clear()
    assert not scene.setting.github.releases(TAG)
    scene.draft()
    with pytest.raises(Unrepairable):
        scene.canonicalize()
