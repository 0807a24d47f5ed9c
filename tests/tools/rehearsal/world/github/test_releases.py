"""Drafts, assets, the un-draft and what is frozen after it."""

from __future__ import annotations

import ssl
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.tools.rehearsal.world.github.conftest import API, REPOSITORY, UPLOADS, Forge, run
from tools.rehearsal.world.faults import Fault, Stale
from tools.rehearsal.world.github.assets import STORAGE

OCTETS = {"accept": "application/octet-stream"}


def draft(client: httpx.Client, tag: str = "v1.0.0", **fields: Any) -> dict[str, Any]:
    answer = client.post(f"{API}/releases", json={"tag_name": tag, "draft": True, **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def upload(client: httpx.Client, release: int, name: str, data: bytes = b"data") -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream"}
    url = f"{UPLOADS}/releases/{release}/assets"
    return client.post(url, params={"name": name}, content=data, headers=headers)


def publish(client: httpx.Client, release: int) -> httpx.Response:
    return client.patch(f"{API}/releases/{release}", json={"draft": False})


# ---------------------------------------------------------------------- drafts


def test_a_draft_is_seen_only_with_push_rights(
    forge: Forge, job: httpx.Client, stranger: httpx.Client
) -> None:
    made = draft(job, target_commitish=forge.origin.head)
    assert (made["draft"], made["immutable"], made["published_at"]) == (True, False, None)
    assert made["target_commitish"] == forge.origin.head
    assert "/untagged-" in made["html_url"]
    assert [r["id"] for r in job.get(f"{API}/releases").json()] == [made["id"]]
    for client in (stranger, forge.client({"contents": "read"})):
        assert client.get(f"{API}/releases").json() == []
        assert client.get(f"{API}/releases/{made['id']}").status_code == 404
        assert client.get(f"{API}/releases/{made['id']}/assets").status_code == 404


def test_a_draft_is_not_found_by_its_tag(job: httpx.Client) -> None:
    draft(job)
    assert job.get(f"{API}/releases/tags/v1.0.0").status_code == 404
    assert job.get(f"{API}/releases/latest").status_code == 404


def test_two_drafts_of_one_tag_are_allowed_but_not_two_releases(job: httpx.Client) -> None:
    first, second = draft(job), draft(job)
    assert publish(job, first["id"]).status_code == 200
    refused = publish(job, second["id"])
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "already_exists"


def test_a_release_without_a_tag_name_is_refused(job: httpx.Client) -> None:
    assert job.post(f"{API}/releases", json={"draft": True}).status_code == 422


def test_releases_are_listed_newest_first_in_pages(job: httpx.Client) -> None:
    made = [draft(job, f"v2.0.{n}")["id"] for n in range(3)]
    answer = job.get(f"{API}/releases", params={"per_page": 2})
    rest = job.get(answer.links["next"]["url"])
    assert [r["id"] for r in answer.json() + rest.json()] == made[::-1]


def test_a_draft_can_be_deleted(job: httpx.Client) -> None:
    made = draft(job)
    upload(job, made["id"], "a.txt")
    assert job.delete(f"{API}/releases/{made['id']}").status_code == 204
    assert job.get(f"{API}/releases/{made['id']}").status_code == 404
    assert job.delete(f"{API}/releases/{made['id']}").status_code == 404


# ---------------------------------------------------------------------- assets


def test_an_uploaded_asset_has_digest_size_and_state(forge: Forge, job: httpx.Client) -> None:
    release = draft(job)["id"]
    answer = upload(job, release, "ordvec-1.0.0.crate", b"bytes")
    assert answer.status_code == 201
    asset = answer.json()
    assert asset["digest"] == f"sha256:{sha256(b'bytes').hexdigest()}"
    assert (asset["state"], asset["size"]) == ("uploaded", 5)
    listed = job.get(f"{API}/releases/{release}/assets").json()
    assert [item["id"] for item in listed] == [asset["id"]]
    assert job.get(asset["url"]).json()["name"] == "ordvec-1.0.0.crate"


def test_a_name_is_taken_once(job: httpx.Client) -> None:
    release = draft(job)["id"]
    upload(job, release, "a.txt", b"one")
    refused = upload(job, release, "a.txt", b"two")
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"resource": "ReleaseAsset", "code": "already_exists", "field": "name"}
    ]


@pytest.mark.parametrize(
    ("name", "data", "field"), [("", b"x", "name"), ("a.txt", b"", "size")], ids=["name", "bytes"]
)
def test_an_upload_without(job: httpx.Client, name: str, data: bytes, field: str) -> None:
    refused = upload(job, draft(job)["id"], name, data)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


def test_an_upload_to_an_unknown_release_is_404(job: httpx.Client) -> None:
    assert upload(job, 1, "a.txt").status_code == 404


def test_names_lose_what_github_does_not_keep(job: httpx.Client) -> None:
    release = draft(job)["id"]
    assert upload(job, release, "a b?c.txt").json()["name"] == "a.b.c.txt"


def test_a_download_is_a_redirect_that_needs_no_token(forge: Forge, job: httpx.Client) -> None:
    asset = upload(job, draft(job)["id"], "a.txt", b"content").json()
    answer = job.get(asset["url"], headers=OCTETS)
    assert answer.status_code == 302
    location = answer.headers["location"]
    assert httpx.URL(location).host == STORAGE
    assert forge.client().get(location).content == b"content"
    assert job.get(location).status_code == 401  # the storage refuses a forwarded token
    assert job.get(asset["url"], headers=OCTETS, follow_redirects=True).content == b"content"


def test_a_forged_storage_address_is_refused(forge: Forge, stranger: httpx.Client) -> None:
    url = f"https://{STORAGE}/github-production-release-asset/1?sig=forged"
    assert stranger.get(url).status_code == 403


def test_a_draft_asset_is_not_public(forge: Forge, job: httpx.Client) -> None:
    asset = upload(job, draft(job)["id"], "a.txt").json()
    client = forge.client()
    assert client.get(asset["url"], headers=OCTETS).status_code == 404
    assert client.get(asset["browser_download_url"]).status_code == 404


def test_an_asset_can_be_deleted_and_uploaded_again(job: httpx.Client) -> None:
    release = draft(job)["id"]
    asset = upload(job, release, "a.txt", b"one").json()
    assert job.delete(asset["url"]).status_code == 204
    assert upload(job, release, "a.txt", b"two").status_code == 201


# ---------------------------------------------------------------------- the un-draft


def test_a_published_release_is_public_and_immutable(
    forge: Forge, job: httpx.Client, stranger: httpx.Client
) -> None:
    release = draft(job)["id"]
    upload(job, release, "a.txt", b"content")
    answer = publish(job, release).json()
    assert (answer["draft"], answer["immutable"]) == (False, True)
    found = stranger.get(f"{API}/releases/tags/v1.0.0").json()
    assert found["html_url"].endswith("/releases/tag/v1.0.0")
    assert stranger.get(f"{API}/releases/latest").json()["id"] == release
    url = found["assets"][0]["browser_download_url"]
    assert url == f"https://github.com/{REPOSITORY}/releases/download/v1.0.0/a.txt"
    assert stranger.get(url, follow_redirects=True).content == b"content"
    assert stranger.get(found["html_url"]).status_code == 200


def test_an_immutable_release_keeps_its_assets_tag_and_state(job: httpx.Client) -> None:
    release = draft(job)["id"]
    asset = upload(job, release, "a.txt").json()
    publish(job, release)
    late = upload(job, release, "b.txt")
    assert (late.status_code, late.json()["message"]) == (
        422,
        "Cannot upload assets to an immutable release.",
    )
    assert job.delete(asset["url"]).status_code == 422
    one = f"{API}/releases/{release}"
    for change in ({"tag_name": "v2.0.0"}, {"draft": True}, {"target_commitish": "main~1"}):
        assert job.patch(one, json=change).status_code == 422, change
    assert job.patch(one, json={"body": "notes"}).json()["body"] == "notes"


def test_a_mutable_release_can_be_withdrawn_and_changed(forge: Forge, job: httpx.Client) -> None:
    forge.github.set_immutable_releases(False)
    release = draft(job)["id"]
    assert publish(job, release).json()["immutable"] is False
    assert upload(job, release, "late.txt").status_code == 201
    assert job.patch(f"{API}/releases/{release}", json={"draft": True}).json()["draft"] is True


def test_the_tag_of_a_deleted_immutable_release_is_burned(job: httpx.Client) -> None:
    release = draft(job)["id"]
    publish(job, release)
    assert job.delete(f"{API}/releases/{release}").status_code == 204
    refused = publish(job, draft(job)["id"])  # the draft can be made, but not published
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["message"] == "tag_name was used by an immutable release"


def test_an_un_draft_that_broke_off_leaves_a_draft_of_a_burned_tag(
    forge: Forge, job: httpx.Client
) -> None:
    forge.github.misbehaviour.partial_publishes = 1
    release = draft(job)["id"]
    assert publish(job, release).status_code == 502
    assert job.get(f"{API}/releases/{release}").json()["draft"] is True
    assert "immutable" in publish(job, release).json()["errors"][0]["message"]


def test_publishing_makes_a_missing_tag_at_the_target(forge: Forge, job: httpx.Client) -> None:
    made = draft(job, "v7.0.0", target_commitish=forge.origin.parent)
    assert job.get(f"{API}/git/ref/tags/v7.0.0").status_code == 404
    publish(job, made["id"])
    try:
        found = job.get(f"{API}/git/ref/tags/v7.0.0").json()
        assert found["object"] == {
            "type": "commit",
            "sha": forge.origin.parent,
            "url": f"{API}/git/commits/{forge.origin.parent}",
        }
    finally:
        run("git", f"--git-dir={forge.origin.path}", "tag", "-d", "v7.0.0")


def test_publishing_at_an_unknown_target_is_refused(job: httpx.Client) -> None:
    made = draft(job, "v7.0.1", target_commitish="nowhere")
    assert publish(job, made["id"]).status_code == 422
    assert job.get(f"{API}/releases/{made['id']}").json()["draft"] is True


# ---------------------------------------------------------------------- misbehaviour


def test_a_lagging_list_shows_a_draft_late(forge: Forge, job: httpx.Client) -> None:
    forge.github.misbehaviour.list_lag = 2
    made = draft(job)
    seen = [len(job.get(f"{API}/releases").json()) for _ in range(3)]
    assert seen == [0, 0, 1]
    assert job.get(f"{API}/releases/{made['id']}").status_code == 200


def test_a_duplicated_draft(forge: Forge, job: httpx.Client) -> None:
    forge.github.misbehaviour.duplicate_drafts = 1
    draft(job)
    draft(job, "v2.0.0")
    tags = [r["tag_name"] for r in job.get(f"{API}/releases").json()]
    assert sorted(tags) == ["v1.0.0", "v1.0.0", "v2.0.0"]


def test_a_half_uploaded_asset_holds_its_name_until_deleted(
    forge: Forge, job: httpx.Client
) -> None:
    forge.github.misbehaviour.half_uploads = 1
    release = draft(job)["id"]
    assert upload(job, release, "a.txt").status_code == 502
    (starter,) = job.get(f"{API}/releases/{release}/assets").json()
    assert (starter["state"], starter["digest"], starter["size"]) == ("starter", None, 0)
    assert job.get(starter["url"], headers=OCTETS).status_code == 404
    assert upload(job, release, "a.txt").status_code == 422
    assert job.delete(starter["url"]).status_code == 204
    assert upload(job, release, "a.txt").status_code == 201


def test_a_stale_answer_is_the_state_before_the_last_write(forge: Forge, job: httpx.Client) -> None:
    first = draft(job)["id"]
    second = draft(job, "v2.0.0")["id"]
    forge.world.faults.add(Fault("api.github.com", "GET", r"/releases$", Stale()))
    assert [r["id"] for r in job.get(f"{API}/releases").json()] == [first]
    assert [r["id"] for r in job.get(f"{API}/releases").json()] == [second, first]


# ---------------------------------------------------------------------- ledger and snapshots


def test_the_ledger_says_which_job_did_what(forge: Forge, job: httpx.Client) -> None:
    release = draft(job)["id"]
    upload(job, release, "a.txt")
    publish(forge.client({"contents": "write"}, "publish-github-release"), release)
    assert [(e.action, e.subject, e.label) for e in forge.github.events] == [
        ("release.created", str(release), "release-assets-draft"),
        ("asset.uploaded", "a.txt", "release-assets-draft"),
        ("release.published", str(release), "publish-github-release"),
    ]


def test_a_request_without_a_token_label_is_known_by_its_port(forge: Forge) -> None:
    token = forge.github.issue_token({"contents": "write"})
    with httpx.Client(
        proxy=forge.world.proxy_for("draft-release"),
        verify=ssl.create_default_context(cafile=str(forge.world.ca_file)),
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        draft(client)
    assert forge.github.events[-1].label == "draft-release"


def test_a_saved_state_can_be_returned_to(forge: Forge, job: httpx.Client) -> None:
    release = draft(job)["id"]
    upload(job, release, "a.txt")
    saved = forge.github.save()
    upload(job, release, "b.txt")
    publish(job, release)
    forge.github.load(saved)
    found = job.get(f"{API}/releases/{release}").json()
    assert found["draft"] is True
    assert [asset["name"] for asset in found["assets"]] == ["a.txt"]
    assert [event.action for event in forge.github.events] == ["release.created", "asset.uploaded"]


def test_an_asset_can_be_put_there_by_somebody_else(forge: Forge, job: httpx.Client) -> None:
    release = draft(job)["id"]
    upload(job, release, "a.txt", b"mine")
    forge.github.put_asset(release, "a.txt", b"theirs")
    (found,) = job.get(f"{API}/releases/{release}/assets").json()
    assert found["digest"] == f"sha256:{sha256(b'theirs').hexdigest()}"


# ---------------------------------------------------------------------- late, but not wrong


def test_a_lagging_list_of_assets(forge: Forge, job: httpx.Client) -> None:
    forge.github.misbehaviour.asset_lag = 1
    release = draft(job)["id"]
    upload(job, release, "a.txt")
    url = f"{API}/releases/{release}/assets"
    assert [len(job.get(url).json()) for _ in range(2)] == [0, 1]
    assert upload(job, release, "a.txt").status_code == 422  # it is there all the same


def test_a_lagging_publication(forge: Forge, job: httpx.Client) -> None:
    forge.github.misbehaviour.publish_lag = 1
    publish(job, draft(job)["id"])
    url = f"{API}/releases/tags/v1.0.0"
    assert [job.get(url).status_code for _ in range(2)] == [404, 200]
