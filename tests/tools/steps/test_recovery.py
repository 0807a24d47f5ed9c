"""States that a release can be found in, each named, and what the steps make of it.

Beside the tests of each step: what the campaign of faults found, and the states of several
surfaces at once.
"""

from __future__ import annotations

import pytest

from tests.tools.steps.origin import TAG
from tests.tools.steps.scene import Scene
from tools.errors import GateRefused, Mismatch, PartlyPublished, Unrepairable
from tools.record import COMPLETION_NAME, Origin
from tools.rehearsal.world.faults import Fault, Status
from tools.rehearsal.world.github import Misbehaviour
from tools.rehearsal.world.uploads import Lag
from tools.steps import canonicalize, stage

API = "api.github.com"


@pytest.fixture
def published(scene: Scene) -> Scene:
    scene.published()
    return scene


@pytest.fixture
def prepared(scene: Scene) -> Scene:
    scene.prepared()
    return scene


def misbehave(scene: Scene, **how: int) -> None:
    scene.setting.github.core.misbehaviour = Misbehaviour(**how)  # type: ignore[arg-type]


def is_public(scene: Scene) -> bool:
    (release,) = scene.setting.github.releases(TAG)
    return not release.draft


# ---------------------------------------------------------------------- GitHub


def test_a_tag_name_that_is_burned_cannot_be_repaired(published: Scene) -> None:
    misbehave(published, partial_publishes=1)
    for _ in range(2):
        with pytest.raises(Unrepairable, match="does not let") as caught:
            published.undraft()
    assert caught.value.exit_code == 21
    assert "patch release" in str(caught.value.remedy)


def test_another_422_at_the_un_draft_does_not_call_itself_final(published: Scene) -> None:
    body = b'{"message":"Validation Failed","errors":[{"field":"body","code":"invalid"}]}'
    published.world.faults.add(Fault(API, "PATCH", "", Status(422, {}, body)))
    with pytest.raises(PartlyPublished):
        published.undraft()
    published.undraft()
    assert is_public(published)


def test_a_completion_that_the_list_does_not_show_yet_is_waited_for(published: Scene) -> None:
    misbehave(published, asset_lag=3)
    published.undraft()
    assert is_public(published)


@pytest.mark.parametrize("lag", [1, 2, 5, 9])
def test_assets_that_the_list_does_not_show_yet_are_waited_for(prepared: Scene, lag: int) -> None:
    misbehave(prepared, asset_lag=lag)
    stage.stage(prepared.job("release-assets-draft"), "core")
    (release,) = prepared.setting.github.releases(TAG)
    names = prepared.setting.github.assets(release)
    assert set(names) == set(prepared.job().files.lane("core"))


def test_a_name_that_stays_taken_and_unlisted_is_given_up(prepared: Scene) -> None:
    from tools.errors import Transient

    misbehave(prepared, asset_lag=10_000)
    with pytest.raises(Transient, match="did not take") as caught:
        stage.stage(prepared.job("release-assets-draft"), "core")
    assert "re-run" in str(caught.value.remedy)


@pytest.mark.parametrize("immutable", [True, False], ids=["immutable on", "immutable off"])
def test_releases_complete_with_immutability(published: Scene, immutable: bool) -> None:
    published.setting.github.set_immutable_releases(immutable)
    published.undraft()
    (release,) = published.setting.github.releases(TAG)
    assert (release.draft, release.immutable) == (False, immutable)


def test_a_forge_that_refuses_says_what_mends_it(prepared: Scene) -> None:
    prepared.world.faults.add(Fault("uploads.github.com", "POST", "", Status(403)))
    with pytest.raises(GateRefused, match="refused to upload") as caught:
        stage.stage(prepared.job("release-assets-draft"), "core")
    assert caught.value.remedy


def test_a_refusal_of_the_attestation_store_says_what_mends_it(prepared: Scene) -> None:
    from tools.rehearsal.world.faults import FlipByte
    from tools.steps import verify_attestations

    prepared.world.faults.add(Fault(API, "GET", "/attestations/", FlipByte(), times=0))
    with pytest.raises(Mismatch) as caught:
        verify_attestations.verify_attestations(prepared.job(), "core")
    assert caught.value.remedy


def test_a_refusal_before_the_manifest_staging_says_that_the_core_crate_is_public(
    prepared: Scene,
) -> None:
    from tools.steps import verify_attestations

    stage.stage(prepared.job("release-assets-draft"), "core")
    prepared.publish_crate("ordvec")
    prepared.attest("manifest")
    prepared.world.faults.add(Fault(API, "GET", "/attestations/", Status(403)))
    with pytest.raises(PartlyPublished, match="refused to read") as caught:
        verify_attestations.verify_attestations(prepared.job(), "manifest")
    assert caught.value.exit_code == 20


# ---------------------------------------------------------------------- crates.io


def test_listed_by_the_api_while_both_hosts_have_nothing(scene: Scene) -> None:
    scene.prepared()
    for surface in ("download", "static"):
        scene.setting.cratesio.surfaces.lags[surface] = Lag(requests=4)
    assert scene.publish_crate("ordvec").uploaded
    assert len(scene.setting.cratesio.uploads.attempts()) == 1


def test_a_403_for_the_user_agent_names_the_policy(scene: Scene) -> None:
    from tools.errors import Transient

    scene.build()
    scene.world.faults.add(Fault("crates.io", "GET", "", Status(403), times=0))
    with pytest.raises(Transient) as caught:
        scene.publish_crate("ordvec")
    assert "https://crates.io/data-access" in str(caught.value)


# ---------------------------------------------------------------------- PyPI


def test_an_attestation_that_is_not_served_yet_is_no_missing_one(published: Scene) -> None:
    published.world.faults.add(Fault("pypi.org", "GET", "^/integrity/", Status(404), times=0))
    with pytest.raises(PartlyPublished, match="not served yet") as caught:
        published.publish_pypi("ordvec")
    assert caught.value.exit_code == 20
    published.world.faults.clear()
    published.publish_pypi("ordvec")


def test_some_files_on_pypi_and_the_rest_from_the_escrow(scene: Scene) -> None:
    """A fresh run, built anew and not reproducing, after a run that published one file."""
    scene.staged()
    project = scene.declaration.python[0]
    first, *rest = sorted(scene.job().files.dists(project))
    scene.world.faults.add(Fault("upload.pypi.org", "POST", "", Status(503), skip=1, times=0))
    with pytest.raises(PartlyPublished):
        scene.publish_pypi(project.name)
    scene.world.faults.clear()
    scene.build(extra="# built at another time\n")
    found = canonicalize.canonicalize(scene.job(), project.name)
    origins = {file.name: file.origin for file in found.files}
    assert origins == {first: Origin.PYPI, **dict.fromkeys(rest, Origin.ESCROW)}
    scene.publish_pypi(project.name)
    assert len(scene.setting.pypi.uploads.stored()) == len((first, *rest))


def test_some_files_on_pypi_and_no_escrow_cannot_be_repaired(scene: Scene) -> None:
    scene.staged()
    project = scene.declaration.python[0]
    scene.world.faults.add(Fault("upload.pypi.org", "POST", "", Status(503), skip=1, times=0))
    with pytest.raises(PartlyPublished):
        scene.publish_pypi(project.name)
    scene.world.faults.clear()
    scene.setting.github.state.releases.clear()
    scene.build(extra="# built at another time\n")
    with pytest.raises(Unrepairable) as caught:
        canonicalize.canonicalize(scene.job(), project.name)
    assert caught.value.exit_code == 21


def test_a_public_release_without_its_completion_says_so(published: Scene) -> None:
    published.undraft()
    github = published.setting.github
    (release,) = github.releases(TAG)
    (number,) = (a.id for a in github.assets(release).values() if a.name == COMPLETION_NAME)
    del github.state.assets[number]
    with pytest.raises(Unrepairable, match="public without"):
        published.undraft()
