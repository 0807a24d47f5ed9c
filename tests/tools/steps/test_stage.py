"""The draft and what is staged on it, each refusal named after its defect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tools.steps.artifacts import sdist_bytes
from tests.tools.steps.origin import TAG
from tests.tools.steps.scene import Scene
from tools.errors import GateRefused, Mismatch, PartlyPublished, Transient
from tools.record import RECORD_NAME, Origin
from tools.rehearsal.world.faults import Fault, ResetAfter, ResetBefore, Status
from tools.rehearsal.world.github import Misbehaviour, Release
from tools.steps import canonicalize, draft, stage

API, UPLOADS = "api.github.com", "uploads.github.com"


def the_draft(scene: Scene) -> Release:
    (release,) = scene.setting.github.releases(TAG)
    return release


def asset_names(scene: Scene) -> set[str]:
    return set(scene.setting.github.assets(the_draft(scene)))


# ---------------------------------------------------------------------- the draft


def test_a_draft_is_made_for_this_commit(scene: Scene) -> None:
    made = draft.draft(scene.job())
    assert (made.draft, made.tag, made.target) == (True, TAG, scene.origin.commit)


def test_a_draft_of_this_commit_is_adopted(scene: Scene) -> None:
    first = draft.draft(scene.job())
    assert draft.draft(scene.job()).id == first.id
    assert len(scene.setting.github.releases(TAG)) == 1


def test_a_draft_beyond_the_first_page_is_adopted(scene: Scene) -> None:
    first = draft.draft(scene.job())
    github = scene.job().github()
    for number in range(105):
        github.create_draft(f"other-{number}", scene.origin.commit, "")
    assert draft.draft(scene.job()).id == first.id


def test_a_draft_of_another_commit_is_refused(scene: Scene) -> None:
    scene.job().github().create_draft(TAG, "d" * 40, "")
    with pytest.raises(GateRefused, match="another commit") as caught:
        draft.draft(scene.job())
    assert caught.value.exit_code == 10


def test_two_drafts_are_refused(scene: Scene) -> None:
    for _ in range(2):
        scene.job().github().create_draft(TAG, scene.origin.commit, "")
    with pytest.raises(GateRefused, match="2 releases"):
        draft.draft(scene.job())


def test_a_forge_that_makes_two_drafts_is_noticed(scene: Scene) -> None:
    scene.setting.github.core.misbehaviour = Misbehaviour(duplicate_drafts=1)
    with pytest.raises(GateRefused, match="2 releases"):
        draft.draft(scene.job())


def test_a_slow_list_is_waited_for(scene: Scene) -> None:
    scene.setting.github.core.misbehaviour = Misbehaviour(list_lag=3)
    draft.draft(scene.job())
    assert len(scene.setting.github.releases(TAG)) == 1


def test_a_creation_whose_answer_was_lost_is_adopted(scene: Scene) -> None:
    scene.world.faults.add(Fault(API, "POST", "/releases$", ResetAfter()))
    draft.draft(scene.job())
    assert len(scene.setting.github.releases(TAG)) == 1


def test_a_creation_that_never_arrived_is_transient(scene: Scene) -> None:
    scene.world.faults.add(Fault(API, "POST", "/releases$", ResetBefore()))
    with pytest.raises(Transient):
        draft.draft(scene.job())
    draft.draft(scene.job())
    assert len(scene.setting.github.releases(TAG)) == 1


def test_a_public_release_that_is_not_complete_is_refused(scene: Scene) -> None:
    github = scene.job().github()
    github.publish(github.create_draft(TAG, scene.origin.commit, ""))
    with pytest.raises(GateRefused, match="already public"):
        draft.draft(scene.job())


def test_a_token_that_may_not_write_is_refused(scene: Scene) -> None:
    with pytest.raises(GateRefused, match="lacks a right"):
        draft.draft(scene.job(permissions={"contents": "read"}))


# ---------------------------------------------------------------------- staging


@pytest.fixture
def prepared(scene: Scene) -> Scene:
    scene.prepared()
    return scene


def run(scene: Scene) -> stage.Staging:
    return stage.stage(scene.job("release-assets-draft"), "core")


def test_the_core_lane_is_staged_exactly(prepared: Scene) -> None:
    plan = run(prepared)
    assert asset_names(prepared) == set(prepared.job().files.lane("core"))
    assert plan.keep == plan.replace == ()
    assert plan.upload[-1].endswith(".sigstore.json"), "complete evidence comes last"


def test_staging_again_uploads_nothing(prepared: Scene) -> None:
    run(prepared)
    uploads = [e for e in prepared.setting.github.events if e.action == "asset.uploaded"]
    assert run(prepared).upload == ()
    again = [e for e in prepared.setting.github.events if e.action == "asset.uploaded"]
    assert again == uploads


def test_a_missing_asset_alone_is_uploaded(prepared: Scene) -> None:
    run(prepared)
    github, name = prepared.job().github(), "ordvec-0.7.0.tar.gz"
    release = github.releases(TAG)[0]
    github.delete_asset(github.assets(release)[name])
    assert run(prepared).upload == (name,)


def test_an_asset_with_another_digest_is_refused(prepared: Scene) -> None:
    prepared.setting.github.put_asset(the_draft(prepared).id, "ordvec-0.7.0.crate", b"other")
    with pytest.raises(Mismatch, match="other bytes") as caught:
        run(prepared)
    assert caught.value.exit_code == 30
    assert asset_names(prepared) == {"ordvec-0.7.0.crate"}, "nothing was uploaded"


def test_an_unknown_asset_is_refused(prepared: Scene) -> None:
    prepared.setting.github.put_asset(the_draft(prepared).id, "notes.txt", b"hello")
    with pytest.raises(Mismatch, match=r"notes\.txt"):
        run(prepared)


def test_a_half_uploaded_asset_is_uploaded_again(prepared: Scene) -> None:
    name = "ordvec-0.7.0.crate"
    prepared.setting.github.put_asset(the_draft(prepared).id, name, b"ha", state="starter")
    assert name in run(prepared).replace
    stored = prepared.setting.github.assets(the_draft(prepared))[name]
    assert stored.state == "uploaded"


@pytest.mark.parametrize(
    "action", [ResetBefore(), ResetAfter(), Status(502), Status(500)], ids=lambda a: a.name
)
@pytest.mark.parametrize("skip", [0, 5, 13])
def test_trouble_at_an_upload_is_resumed(prepared: Scene, action: object, skip: int) -> None:
    prepared.world.faults.add(Fault(UPLOADS, "POST", "", action, skip=skip))  # type: ignore[arg-type]
    run(prepared)
    assert asset_names(prepared) == set(prepared.job().files.lane("core"))


def test_an_upload_that_breaks_off_is_resumed(prepared: Scene) -> None:
    prepared.setting.github.core.misbehaviour = Misbehaviour(half_uploads=1)
    run(prepared)
    states = {a.state for a in prepared.setting.github.assets(the_draft(prepared)).values()}
    assert states == {"uploaded"}


def test_uploads_that_never_arrive_are_transient(prepared: Scene) -> None:
    prepared.world.faults.add(Fault(UPLOADS, "POST", "", ResetBefore(), times=0))
    with pytest.raises(Transient, match="did not take"):
        run(prepared)
    prepared.world.faults.clear()
    run(prepared)


def test_without_a_draft_nothing_is_staged(prepared: Scene) -> None:
    github = prepared.setting.github
    github.state.releases.clear()
    with pytest.raises(GateRefused, match="no draft release"):
        run(prepared)


def test_a_draft_of_another_commit_is_not_staged_on(prepared: Scene) -> None:
    release = the_draft(prepared)
    moved = replace(release, target="d" * 40)
    prepared.setting.github.state.releases[release.id] = moved
    with pytest.raises(GateRefused, match="another commit"):
        run(prepared)


def test_the_manifest_lane_refuses_a_crate_that_was_not_predicted(prepared: Scene) -> None:
    run(prepared)
    prepared.publish_crate("ordvec")
    prepared.write("dist/manifest-crate/ordvec-manifest-0.7.0.crate", b"another packaging")
    prepared.attest("manifest")
    with pytest.raises(Mismatch, match="predicted"):
        prepared.stage("manifest")


def test_a_refusal_in_the_manifest_lane_says_that_something_is_public(prepared: Scene) -> None:
    run(prepared)
    prepared.attest("manifest")
    prepared.setting.github.state.releases.clear()
    with pytest.raises(PartlyPublished) as caught:
        stage.stage(prepared.job(), "manifest")
    assert caught.value.exit_code == 20


# ---------------------------------------------------------------------- a fresh run


def fresh_run(scene: Scene, extra: str = "") -> None:
    """A whole new run: everything is built again and attested anew."""
    scene.build(extra)
    for project in scene.declaration.python:
        canonicalize.canonicalize(scene.job(), project.name)
    scene.attest("core")


def test_a_fresh_run_keeps_the_evidence_of_the_first(
    prepared: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(prepared)
    monkeypatch.setenv("GITHUB_RUN_ID", "2")
    before = prepared.setting.github.assets(the_draft(prepared))
    fresh_run(prepared)
    plan = run(prepared)
    after = prepared.setting.github.assets(the_draft(prepared))
    assert plan.upload == plan.replace == ()
    assert {n: a.digest for n, a in before.items()} == {n: a.digest for n, a in after.items()}


def test_a_fresh_run_takes_files_that_do_not_reproduce_from_the_escrow(prepared: Scene) -> None:
    run(prepared)
    project = prepared.declaration.python[0]
    fresh_run(prepared, extra="# built at another time\n")
    origins = canonicalize.canonicalize(prepared.job(), project.name)
    assert {file.origin for file in origins.files} == {Origin.ESCROW}
    assert run(prepared).upload == ()


def test_evidence_that_never_became_complete_is_replaced(
    prepared: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(prepared)
    github, bundle = prepared.job().github(), prepared.job().files.bundle("core")
    release = github.releases(TAG)[0]
    github.delete_asset(github.assets(release)[bundle])
    monkeypatch.setenv("GITHUB_RUN_ID", "2")  # another run writes another record
    prepared.attest("core")
    plan = run(prepared)
    assert (plan.upload, RECORD_NAME in plan.replace) == ((bundle,), True)


def test_complete_evidence_of_other_files_is_refused(prepared: Scene) -> None:
    run(prepared)
    project = prepared.declaration.python[0]
    name = project.sdist_name(prepared.job().version)
    other = sdist_bytes(project, "other")
    prepared.setting.github.put_asset(the_draft(prepared).id, name, other)
    prepared.write(f"dist/pypi/{project.name}/{name}", other)
    names = prepared.job().files.dists(project)
    prepared.write_origins(project, dict.fromkeys(names, Origin.BUILT))
    prepared.attest("core")
    with pytest.raises(Mismatch, match="attests other files"):
        run(prepared)
