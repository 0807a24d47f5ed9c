"""A whole release, step by step in process: every step, then every surface."""

from __future__ import annotations

import pytest

from tests.tools.steps.artifacts import VERSION
from tests.tools.steps.scene import Scene
from tools.model import CellState
from tools.steps import status, verify


@pytest.mark.parametrize("twine_in_process", [False])
def test_a_release_completes_and_verifies_everywhere(scene: Scene) -> None:
    scene.build()
    scene.draft()
    scene.canonicalize()
    scene.attest("core")
    scene.stage("core")
    scene.publish_crate("ordvec")
    scene.staged("manifest")
    scene.publish_crate("ordvec-manifest")
    scene.publish_pypi("ordvec")
    scene.publish_pypi("ordvec-manifest")
    assert not [r for r in scene.setting.github.releases() if not r.draft]
    scene.undraft()
    report = verify.verify(scene.job("stranger", {}))
    assert {cell.state for cell in report.cells} <= {CellState.PASSED, CellState.NOT_APPLICABLE}
    files = scene.job().files
    assert sorted(scene.stored_uploads) == sorted(files.published)
    found = status.status(scene.job("maintainer"))
    assert found.stands == "released"
    assert str(VERSION) == found.version
