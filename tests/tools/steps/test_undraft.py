"""The un-draft: only on exact equality, exactly once, and what each deviation leads to."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.tools.steps.origin import TAG
from tests.tools.steps.scene import Scene
from tools.errors import Mismatch, PartlyPublished, ReleaseError, Transient, Unrepairable
from tools.record import COMPLETION_NAME, RECORD_NAME
from tools.rehearsal.world.faults import (
    Action,
    Fault,
    FlipByte,
    ResetAfter,
    ResetBefore,
    Status,
    Truncate,
)
from tools.rehearsal.world.github import Misbehaviour, Release

API = "api.github.com"


@pytest.fixture
def published(scene: Scene) -> Scene:
    scene.published()
    return scene


def release(scene: Scene) -> Release:
    (found,) = scene.setting.github.releases(TAG)
    return found


def refused(scene: Scene, kind: type[ReleaseError], reason: str) -> None:
    with pytest.raises(kind, match=reason):
        scene.undraft()
    assert release(scene).draft, "the release stays a draft"


def test_the_release_becomes_public_with_its_completion(published: Scene) -> None:
    found = published.undraft()
    assert not found.already_public
    assert not release(published).draft
    assert set(published.setting.github.assets(release(published))) == set(
        published.job().files.complete
    )


def test_exactly_one_patch_is_sent(published: Scene) -> None:
    published.undraft()
    sent = [e for e in published.world.journal.entries() if e.method == "PATCH"]
    assert len(sent) == 1


def test_a_second_run_changes_nothing(published: Scene) -> None:
    first = published.undraft()
    again = published.undraft()
    assert again.already_public
    assert again.completion == first.completion


def test_the_completion_states_what_every_surface_served(published: Scene) -> None:
    completion = published.undraft().completion
    assert set(completion.served) == set(published.job().files.published)
    for surfaces in completion.served.values():
        assert len(set(surfaces.values())) == 1


def test_a_crate_that_is_not_served_keeps_the_draft(published: Scene) -> None:
    published.setting.cratesio.store._versions["ordvec-manifest"].clear()
    refused(published, PartlyPublished, "not every file")


def test_a_python_file_that_is_not_served_keeps_the_draft(published: Scene) -> None:
    published.world.faults.add(Fault("files.pythonhosted.org", "GET", "", Status(404), times=0))
    refused(published, PartlyPublished, "not every file")


def test_a_served_file_with_one_byte_changed_keeps_the_draft(published: Scene) -> None:
    published.world.faults.add(Fault("static.crates.io", "GET", "", FlipByte(), times=0))
    refused(published, Mismatch, "other bytes")


def test_a_registry_that_cannot_be_read_keeps_the_draft(published: Scene) -> None:
    published.world.faults.add(Fault("index.crates.io", "GET", "", Status(503), times=0))
    refused(published, Transient, "cannot be read")


def test_a_missing_asset_keeps_the_draft(published: Scene) -> None:
    github = published.job().github()
    github.delete_asset(github.assets(github.releases(TAG)[0])["ordvec-0.7.0.crate"])
    refused(published, PartlyPublished, "exactly the staged files")


def test_an_extra_asset_keeps_the_draft(published: Scene) -> None:
    published.setting.github.put_asset(release(published).id, "extra.bin", b"x")
    refused(published, PartlyPublished, "exactly the staged files")


def test_an_asset_of_other_bytes_keeps_the_draft(published: Scene) -> None:
    published.setting.github.put_asset(release(published).id, "ordvec-0.7.0.crate", b"x")
    refused(published, Mismatch, "not those that were attested")


def test_a_record_that_was_changed_keeps_the_draft(published: Scene) -> None:
    assets = published.setting.github.assets(release(published))
    text = assets[RECORD_NAME].content.replace(b'"project": "ordvec"', b'"project": "other"')
    assert text != assets[RECORD_NAME].content
    published.setting.github.put_asset(release(published).id, RECORD_NAME, text)
    refused(published, Mismatch, "evidence")


def test_a_bundle_of_the_other_lane_keeps_the_draft(published: Scene) -> None:
    files = published.job().files
    assets = published.setting.github.assets(release(published))
    content = assets[files.bundle("manifest")].content
    published.setting.github.put_asset(release(published).id, files.bundle("core"), content)
    refused(published, Mismatch, "core lane")


def test_a_draft_of_another_commit_stays_a_draft(published: Scene) -> None:
    moved = replace(release(published), target="d" * 40)
    published.setting.github.state.releases[moved.id] = moved
    refused(published, PartlyPublished, "another commit")


def test_two_drafts_stay_drafts(published: Scene) -> None:
    published.job().github().create_draft(TAG, published.origin.commit, "")
    with pytest.raises(PartlyPublished, match="2 releases"):
        published.undraft()
    assert all(found.draft for found in published.setting.github.releases(TAG))


def test_another_completion_is_refused(published: Scene) -> None:
    published.setting.github.put_asset(release(published).id, COMPLETION_NAME, b"{}")
    refused(published, Mismatch, "says something else")


def test_a_half_uploaded_completion_is_uploaded_again(published: Scene) -> None:
    identifier = release(published).id
    published.setting.github.put_asset(identifier, COMPLETION_NAME, b"{", state="starter")
    published.undraft()
    stored = published.setting.github.assets(release(published))[COMPLETION_NAME]
    assert json.loads(stored.content)["tag"] == TAG


@pytest.mark.parametrize(
    "action", [ResetBefore(), ResetAfter(), Status(500), Truncate()], ids=lambda a: a.name
)
@pytest.mark.parametrize("request_", ["PATCH /releases", "POST /assets"])
def test_trouble_at_a_change_is_resumed(published: Scene, request_: str, action: Action) -> None:
    method, path = request_.split()
    host = API if method == "PATCH" else "uploads.github.com"
    published.world.faults.add(Fault(host, method, path, action))
    try:
        published.undraft()
    except (PartlyPublished, Transient) as error:
        assert error.exit_code in (20, 75)
        published.undraft()
    assert not release(published).draft
    assert set(published.setting.github.assets(release(published))) == set(
        published.job().files.complete
    )


def test_a_name_that_an_unfinished_undraft_burned_cannot_be_repaired(published: Scene) -> None:
    published.setting.github.core.misbehaviour = Misbehaviour(partial_publishes=1)
    refused(published, Unrepairable, "does not let")


def test_an_undraft_that_is_forbidden_can_be_resumed(published: Scene) -> None:
    published.world.faults.add(Fault(API, "PATCH", "/releases", Status(403)))
    refused(published, PartlyPublished, "lacks a right")
    published.undraft()
