"""A whole release, step by step in process: every step, then every surface."""

from __future__ import annotations

from tests.tools.steps.scene import VERSION, Scene
from tools.model import CellState
from tools.steps import status, verify


def test_a_release_completes_and_verifies_everywhere(scene: Scene) -> None:
    scene.released()
    report = verify.verify(scene.job("stranger", {}))
    assert {cell.state for cell in report.cells} <= {CellState.PASSED, CellState.NOT_APPLICABLE}
    files = scene.job().files
    assert sorted(scene.stored_uploads) == sorted(files.published)
    found = status.status(scene.job("maintainer"))
    assert found.stands == "released"
    assert str(VERSION) == found.version
