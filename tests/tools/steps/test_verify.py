"""Verification as a stranger runs it: every way in which a public release can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.steps.artifacts import VERSION
from tests.tools.steps.origin import TAG
from tests.tools.steps.scene import Scene
from tools.errors import Mismatch, ReleaseError, Transient, UsageError
from tools.model import CellState
from tools.rehearsal.world.faults import Fault, FlipByte, Status
from tools.steps import verify
from tools.steps.verify import Report


def run(scene: Scene, **more: object) -> Report:
    return verify.verify(scene.job("stranger", {}), **more)  # type: ignore[arg-type]


@pytest.fixture
def released(scene: Scene) -> Scene:
    scene.released()
    return scene


def test_all_cells_pass_without_credentials(released: Scene) -> None:
    report = run(released)
    assert report.commit == released.origin.commit
    surfaces = {cell.surface for cell in report.cells}
    assert surfaces >= {
        "tag signature",
        "exact asset set",
        "release is immutable",
        "GitHub Release",
        "offline",
        "crates.io API",
        "crates.io download",
        "static.crates.io",
        "index.crates.io",
        "docs.rs",
        "PyPI JSON",
        "PyPI simple",
        "PyPI files",
        "PEP 740",
        "attestation store",
        "Zenodo",
    }
    assert {c.surface for c in report.cells if c.state is CellState.NOT_APPLICABLE} == {"Zenodo"}


def change_asset(scene: Scene) -> None:
    (found,) = scene.setting.github.releases(TAG)
    scene.setting.github.put_asset(found.id, "ordvec-0.7.0.crate", b"changed")


def add_asset(scene: Scene) -> None:
    (found,) = scene.setting.github.releases(TAG)
    scene.setting.github.put_asset(found.id, "extra.bin", b"x")


def make_mutable(scene: Scene) -> None:
    (found,) = scene.setting.github.releases(TAG)
    scene.setting.github.state.releases[found.id] = replace(found, immutable=False)


def forget_attestations(scene: Scene) -> None:
    scene.setting.github.state.attestations.clear()


def forget_pep740(scene: Scene) -> None:
    scene.setting.pypi.forget_provenance("ordvec-0.7.0.tar.gz")


def fail_docs(scene: Scene) -> None:
    scene.setting.docs_rs.failed.add(("ordvec", str(VERSION)))


def queue_docs(scene: Scene) -> None:
    scene.setting.docs_rs.queued.add(("ordvec", str(VERSION)))


def yank(scene: Scene) -> None:
    scene.setting.cratesio.store.yank("ordvec", str(VERSION), yanked=True)


def flip(host: str) -> Callable[[Scene], None]:
    def action(scene: Scene) -> None:
        scene.world.faults.add(Fault(host, "GET", "", FlipByte(), times=0))

    return action


@pytest.mark.parametrize(
    ("defect", "surface"),
    [
        (change_asset, "GitHub Release"),
        (add_asset, "exact asset set"),
        (make_mutable, "release is immutable"),
        (forget_attestations, "attestation store"),
        (forget_pep740, "PEP 740"),
        (fail_docs, "docs.rs"),
        (queue_docs, "docs.rs"),
        (yank, "not yanked"),
        (flip("static.crates.io"), "static.crates.io"),
        (flip("files.pythonhosted.org"), "PyPI files"),
    ],
    ids=[
        "changed asset",
        "extra asset",
        "mutable release",
        "no attestation in the store",
        "no PEP 740 attestation",
        "docs.rs build failed",
        "docs.rs has not built",
        "yanked crate",
        "served crate changed",
        "served wheel changed",
    ],
)
def test_a_defect_fails_its_cell(
    released: Scene, defect: Callable[[Scene], None], surface: str
) -> None:
    defect(released)
    with pytest.raises(Mismatch, match="does not verify") as caught:
        run(released)
    assert caught.value.exit_code == 30
    # The download endpoint redirects to the static host.
    allowed = {surface, "crates.io download"} if "static" in surface else {surface}
    failed = {problem.where.partition(" on ")[2] for problem in caught.value.problems}
    assert surface in failed <= allowed
    report = caught.value.report
    assert isinstance(report, Report), "--json shows the whole matrix, not only what failed"
    assert {cell.state for cell in report.cells} >= {CellState.PASSED, CellState.FAILED}


def test_a_surface_that_cannot_be_read_is_transient(released: Scene) -> None:
    released.world.faults.add(Fault("docs.rs", "GET", "", Status(503), times=0))
    with pytest.raises(Transient) as caught:
        run(released)
    assert caught.value.exit_code == 75


def test_a_forbidden_surface_is_unreadable_not_passed(released: Scene) -> None:
    released.world.faults.add(
        Fault("api.github.com", "GET", "/attestations/", Status(403), times=0)
    )
    with pytest.raises(Transient, match="attestation store"):
        run(released)


def test_what_is_not_there_yet_is_waited_for(released: Scene) -> None:
    queue_docs(released)
    context = released.job("stranger", {})

    def sleep(seconds: float) -> None:
        released.time.sleep(seconds)
        released.setting.docs_rs.queued.clear()

    patient = replace(context, clock=replace(context.clock, sleep=sleep))
    assert verify.verify(patient, wait=True)


def test_a_draft_does_not_verify_for_a_stranger(scene: Scene) -> None:
    scene.published()
    with pytest.raises(Mismatch, match="no public release"):
        run(scene)


def test_a_version_that_was_never_tagged_does_not_verify(scene: Scene) -> None:
    from tools.model import Version

    with pytest.raises(Mismatch, match="no tag"):
        verify.verify(scene.job("stranger", {}, version=Version.parse("9.9.9")))


# ---------------------------------------------------------------------- one local file


def test_a_local_file_is_verified_by_its_digest(released: Scene, tmp_path: Path) -> None:
    name = "ordvec-0.7.0.tar.gz"
    file = tmp_path / "renamed.bin"
    file.write_bytes((released.root / f"dist/pypi/ordvec/{name}").read_bytes())
    report = run(released, file=file)
    assert {c.artifact for c in report.cells if c.surface == "PEP 740"} == {name}
    assert {c.state for c in report.cells} == {CellState.PASSED}


def test_a_local_file_of_other_bytes_fails(released: Scene, tmp_path: Path) -> None:
    file = tmp_path / "ordvec-0.7.0.tar.gz"
    file.write_bytes(b"other")
    with pytest.raises(Mismatch, match="this file"):
        run(released, file=file)


def test_a_local_file_that_is_missing_is_a_wrong_call(scene: Scene) -> None:
    with pytest.raises(UsageError, match="no file"):
        run(scene, file=Path("nowhere"))


def test_a_registry_failure_is_not_hidden_for_a_local_file(released: Scene, tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes((released.root / "dist/pypi/ordvec/ordvec-0.7.0.tar.gz").read_bytes())
    released.world.faults.add(Fault("pypi.org", "GET", "", Status(503), times=0))
    with pytest.raises(ReleaseError):
        run(released, file=file)
