"""Canonical files: a new version, one that PyPI owns, and every state in between."""

from __future__ import annotations

import json

import pytest

from tests.tools.steps.artifacts import VERSION, sdist_bytes, wheel_bytes
from tests.tools.steps.origin import TAG
from tests.tools.steps.scene import Scene
from tools.errors import GateRefused, Mismatch, Unrepairable, UsageError
from tools.model import Digest
from tools.record import ORIGIN_NAME, RECORD_NAME, Origin, Origins, ReleaseRecord, read_file
from tools.rehearsal.world.faults import Fault, FlipByte
from tools.steps import canonicalize, subjects

PROJECT = "ordvec"


@pytest.fixture
def built(scene: Scene) -> Scene:
    scene.build()
    scene.draft()
    return scene


def run(scene: Scene) -> dict[str, Origin]:
    found = canonicalize.canonicalize(scene.job("pypi-canonical-dist"), PROJECT)
    return {file.name: file.origin for file in found.files}


def names(scene: Scene) -> tuple[str, ...]:
    return scene.job().files.dists(scene.declaration.python_named(PROJECT))


def canonical(scene: Scene) -> dict[str, bytes]:
    folder = scene.root / "dist/pypi" / PROJECT
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def content(scene: Scene, name: str, extra: str = "") -> bytes:
    project = scene.declaration.python_named(PROJECT)
    make = wheel_bytes(project, name, extra) if name.endswith(".whl") else None
    return make or sdist_bytes(project, extra)


def publish_elsewhere(scene: Scene, *files: str, extra: str = "# earlier\n") -> None:
    """An earlier run's files are on PyPI; they are not what this run builds."""
    for name in files:
        scene.setting.pypi.place(name, content(scene, name, extra))


def test_a_new_version_is_what_this_run_built(built: Scene) -> None:
    assert run(built) == dict.fromkeys(names(built), Origin.BUILT)
    assert set(canonical(built)) == {*names(built), ORIGIN_NAME}


def test_a_version_on_pypi_is_what_pypi_serves(built: Scene) -> None:
    publish_elsewhere(built, *names(built))
    assert run(built) == dict.fromkeys(names(built), Origin.PYPI)
    for name in names(built):
        assert canonical(built)[name] == content(built, name, "# earlier\n")


def test_a_version_on_pypi_needs_no_build_of_ours(scene: Scene) -> None:
    scene.draft()
    publish_elsewhere(scene, *names(scene))
    assert set(run(scene).values()) == {Origin.PYPI}


def test_partly_on_pypi_takes_the_rest_from_the_escrow(built: Scene) -> None:
    built.canonical()
    built.attest("core")
    built.stage("core")
    first = canonical(built)
    owned = names(built)[:2]
    for name in owned:
        built.setting.pypi.place(name, first[name])
    built.build("# built again, to other bytes\n")
    found = run(built)
    assert {n for n, origin in found.items() if origin is Origin.PYPI} == set(owned)
    assert {n for n, o in found.items() if o is Origin.ESCROW} == {*names(built)} - {*owned}
    assert {n: canonical(built)[n] for n in names(built)} == {n: first[n] for n in names(built)}


def test_partly_on_pypi_without_an_escrow_cannot_be_repaired(built: Scene) -> None:
    publish_elsewhere(built, names(built)[0])
    with pytest.raises(Unrepairable, match="in no escrow") as caught:
        run(built)
    assert caught.value.exit_code == 21
    assert len(caught.value.problems) == len(names(built)) - 1


def test_a_draft_with_unattested_assets_is_no_escrow(built: Scene) -> None:
    (draft,) = built.setting.github.releases(TAG)
    for name in names(built):
        built.setting.github.put_asset(draft.id, name, content(built, name))
    publish_elsewhere(built, names(built)[0], extra="")
    with pytest.raises(Unrepairable):
        run(built)


def test_an_escrow_asset_that_was_changed_is_refused(built: Scene) -> None:
    built.canonical()
    built.attest("core")
    built.stage("core")
    (draft,) = built.setting.github.releases(TAG)
    name = names(built)[-1]
    built.setting.github.put_asset(draft.id, name, content(built, name, "changed"))
    built.build("# other\n")
    with pytest.raises(Mismatch, match="not what was attested"):
        run(built)


def test_pypi_that_disagrees_with_the_escrow_is_refused(built: Scene) -> None:
    built.canonical()
    built.attest("core")
    built.stage("core")
    publish_elsewhere(built, names(built)[0])
    with pytest.raises(Mismatch, match="other files"):
        run(built)


def test_bytes_that_pypi_does_not_state_are_refused(built: Scene) -> None:
    publish_elsewhere(built, *names(built))
    built.world.faults.add(Fault("files.pythonhosted.org", "GET", "", FlipByte(), times=0))
    with pytest.raises(Mismatch, match="than it states"):
        run(built)


def test_one_corrupted_download_is_read_again(built: Scene) -> None:
    publish_elsewhere(built, *names(built))
    built.world.faults.add(Fault("files.pythonhosted.org", "GET", "", FlipByte()))
    assert set(run(built).values()) == {Origin.PYPI}


def test_a_missing_wheel_is_refused(built: Scene) -> None:
    (built.root / "dist/built" / PROJECT / names(built)[0]).unlink()
    with pytest.raises(GateRefused, match="not complete") as caught:
        run(built)
    assert (caught.value.exit_code, names(built)[0] in str(caught.value)) == (10, True)


def test_an_unexpected_wheel_is_refused(built: Scene) -> None:
    built.write(f"dist/built/{PROJECT}/ordvec-0.7.0-cp312-cp312-win32.whl", b"x")
    with pytest.raises(GateRefused, match="declaration does not know"):
        run(built)


def test_a_wheel_without_licence_is_refused_and_the_earlier_files_stay(built: Scene) -> None:
    run(built)
    before = canonical(built)
    name = names(built)[0]
    broken = content(built, name).replace(b"LICENSE-MIT", b"LICENSE-XXX")
    built.write(f"dist/built/{PROJECT}/{name}", broken)
    with pytest.raises(GateRefused, match="LICENSE-MIT"):
        run(built)
    assert canonical(built) == before


def test_what_twine_refuses_is_refused(built: Scene) -> None:
    name = names(built)[-1]
    project = built.declaration.python_named(PROJECT)
    text = sdist_bytes(project)
    import gzip

    plain = gzip.decompress(text).replace(b"text/markdown", b"text/nonsense")
    built.write(f"dist/built/{PROJECT}/{name}", gzip.compress(plain, mtime=0))
    with pytest.raises(GateRefused, match="twine check"):
        run(built)


# ---------------------------------------------------------------------- what is claimed


def test_in_recovery_only_what_was_built_is_a_subject(built: Scene) -> None:
    """Provenance honesty: PyPI's files are recorded, and never attested as this run's."""
    publish_elsewhere(built, *names(built))
    built.canonicalize()
    built.attest("core")
    attested = set(subjects.subjects(built.job(), "core"))
    other = built.job().files.dists(built.declaration.python_named("ordvec-manifest"))
    assert attested == {"ordvec-0.7.0.crate", RECORD_NAME, *other}
    record = read_file(ReleaseRecord, built.root / "dist/attested/core" / RECORD_NAME, "")
    assert {record.artifact(name).origin for name in names(built)} == {Origin.PYPI}
    built.stage("core")


def test_the_subjects_file_is_what_sha256sum_writes(built: Scene) -> None:
    built.canonical()
    built.attest("core")
    digests = subjects.subjects(built.job(), "core")
    lines = (built.root / "dist/subjects-core.sha256").read_text().splitlines()
    assert lines == [f"{digest.hex}  {name}" for name, digest in digests.items()]
    assert len(digests) == 12


def test_the_record_lists_every_file_with_its_destination(built: Scene) -> None:
    built.canonical()
    built.attest("core")
    record = read_file(ReleaseRecord, built.root / "dist/attested/core" / RECORD_NAME, "")
    assert set(record.digests) == set(built.job().files.published)
    assert record.predicted == ("ordvec-manifest-0.7.0.crate",)
    assert (record.version, record.tag, record.commit) == (str(VERSION), TAG, built.origin.commit)
    assert set(record.gates) == set(built.declaration.gates.workflows)
    assert {"python", "cargo", "rustc", "sigstore"} <= set(record.tools)
    for item in record.artifacts:
        path = next(built.root.glob(f"dist/*/**/{item.name}"))
        assert item.digest == Digest.of_file(path)
        assert len(item.publish_to) == 2


@pytest.mark.parametrize("runs", ["", "nonsense", "[]", '{"ci.yml": "u"}'])
def test_a_record_without_the_gates_runs_is_a_wrong_call(built: Scene, runs: str) -> None:
    from tools.steps.record import record

    built.canonical()
    with pytest.raises(UsageError, match="gate runs"):
        record(built.job(), runs)


def test_origins_are_machine_readable(built: Scene) -> None:
    run(built)
    value = json.loads(canonical(built)[ORIGIN_NAME])
    assert value["schema_version"] == 1
    assert Origins.model_validate(value).version == str(VERSION)
