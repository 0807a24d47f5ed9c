"""The product's GitHub client against the stand-in: both sides mean the same protocol."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping

import httpx
import pytest

from tests.tools.rehearsal.world.github.conftest import REPOSITORY, Forge
from tests.tools.rehearsal.world.github.test_attestations import bundle, store
from tools.errors import Transient
from tools.model import Digest
from tools.ops.clock import Clock
from tools.ops.github import GitHubClient
from tools.ops.github_answers import GitHubRefused
from tools.ops.http import Http
from tools.rehearsal.world.faults import Fault, FlipByte, ResetAfter, Status

Open = Callable[[Mapping[str, str] | None], GitHubClient]


@pytest.fixture
def connect(forge: Forge) -> Iterator[Open]:
    trust = ssl.create_default_context(cafile=str(forge.world.ca_file))
    transport = httpx.HTTPTransport(proxy=forge.world.proxy_url, verify=trust)
    clock = Clock(sleep=lambda seconds: None)
    with Http("ordvec-release/0 (tests)", transport=transport, clock=clock) as http:

        def _connect(permissions: Mapping[str, str] | None) -> GitHubClient:
            token = "" if permissions is None else forge.github.issue_token(permissions, "job")
            return GitHubClient(
                http, "https://api.github.com", "https://uploads.github.com", REPOSITORY, token
            )

        yield _connect


@pytest.fixture
def writer(connect: Open) -> GitHubClient:
    return connect({"contents": "write"})


def test_a_release_from_draft_to_public(forge: Forge, connect: Open, writer: GitHubClient) -> None:
    made = writer.create_draft("v1.0.0", forge.origin.head, "notes")
    assert (made.draft, made.target) == (True, forge.origin.head)
    uploaded = writer.upload(made, "a.crate", b"bytes")
    assert uploaded.digest == Digest.of_bytes(b"bytes")
    assert writer.assets(made) == {"a.crate": uploaded}
    assert writer.download(uploaded) == b"bytes"
    assert writer.releases("v1.0.0") == [made]
    assert connect(None).releases("v1.0.0") == []
    public = writer.publish(made)
    assert (public.draft, public.immutable) == (False, True)
    (found,) = connect(None).releases("v1.0.0")
    assert connect(None).download(connect(None).assets(found)["a.crate"]) == b"bytes"
    with pytest.raises(GitHubRefused):
        writer.delete_asset(uploaded)


def test_lists_longer_than_a_page_are_read_to_the_end(
    forge: Forge, connect: Open, writer: GitHubClient
) -> None:
    for _ in range(101):
        forge.github.add_run("ci.yml", forge.origin.head)
    runs = connect({"actions": "read"}).runs(
        "ci.yml", sha=forge.origin.head, branch="main", event="push"
    )
    assert runs is not None
    assert len({run.id for run in runs}) == 101


def test_heads_tags_and_missing_workflows(forge: Forge, connect: Open) -> None:
    client = connect(None)
    assert client.head_of("main") == forge.origin.head
    assert client.runs("nowhere.yml", sha="0" * 40, branch="main", event="push") is None
    good, bad, light = (
        client.tag(name) for name in ("v1.0.0", "v1.0.3-stranger", "v1.0.2-lightweight")
    )
    assert good is not None and bad is not None and light is not None
    assert (good.verified, good.commit) == (True, forge.origin.head)
    assert (bad.verified, bad.reason) == (False, "unknown_key")
    assert (light.annotated, light.commit) == (False, forge.origin.head)
    assert client.tag("v9.9.9") is None


def test_attestations_are_found_or_empty(forge: Forge, connect: Open) -> None:
    digest = Digest.of_bytes(b"x")
    assert connect(None).attestations(digest) == []
    store(forge, bundle(digest.hex))
    assert connect(None).attestations(digest) == [bundle(digest.hex)]
    forge.github.misbehaviour.empty_attestations = True
    assert connect(None).attestations(Digest.of_bytes(b"y")) == []


def test_a_half_upload_is_transient_and_leaves_a_starter(
    forge: Forge, writer: GitHubClient
) -> None:
    forge.github.misbehaviour.half_uploads = 1
    made = writer.create_draft("v1.0.0", forge.origin.head, "")
    with pytest.raises(Transient):
        writer.upload(made, "a.crate", b"bytes")
    assert writer.assets(made)["a.crate"].state == "starter"


def test_a_lost_answer_to_an_upload_leaves_the_asset(forge: Forge, writer: GitHubClient) -> None:
    made = writer.create_draft("v1.0.0", forge.origin.head, "")
    forge.world.faults.add(Fault("uploads.github.com", "POST", "/assets$", ResetAfter()))
    with pytest.raises(Transient):
        writer.upload(made, "a.crate", b"bytes")
    assert writer.assets(made)["a.crate"].digest == Digest.of_bytes(b"bytes")
    assert [event.action for event in forge.github.events].count("asset.uploaded") == 1


def test_a_lost_answer_to_the_un_draft_publishes_once(forge: Forge, writer: GitHubClient) -> None:
    made = writer.create_draft("v1.0.0", forge.origin.head, "")
    forge.world.faults.add(Fault("api.github.com", "PATCH", "/releases/", ResetAfter()))
    with pytest.raises(Transient):
        writer.publish(made)
    assert [release.draft for release in writer.releases("v1.0.0")] == [False]
    assert [event.action for event in forge.github.events].count("release.published") == 1


def test_reads_outlive_one_fault(forge: Forge, connect: Open) -> None:
    forge.world.faults.add(Fault("api.github.com", "GET", "/commits/", Status(502)))
    assert connect(None).head_of("main") == forge.origin.head


def test_a_flipped_byte_in_a_download_is_fetched_again(forge: Forge, writer: GitHubClient) -> None:
    made = writer.create_draft("v1.0.0", forge.origin.head, "")
    asset = writer.upload(made, "a.crate", b"bytes")
    forge.world.faults.add(Fault("release-assets.githubusercontent.com", "GET", "", FlipByte()))
    assert writer.download(asset) == b"bytes"


def test_an_exhausted_rate_limit_is_transient(forge: Forge, connect: Open) -> None:
    forge.github.misbehaviour.requests_left = 0
    with pytest.raises(Transient):
        connect(None).head_of("main")
