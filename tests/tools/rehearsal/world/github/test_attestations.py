"""The attestation store."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from tests.tools.rehearsal.world.github.conftest import API, Forge

SLSA = "https://slsa.dev/provenance/v1"


def bundle(*digests: str, predicate: str = SLSA) -> dict[str, Any]:
    subjects = [{"name": d, "digest": {"sha256": d}} for d in digests]
    statement = {"subject": subjects, "predicateType": predicate}
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    return {"dsseEnvelope": {"payload": payload, "payloadType": "application/vnd.in-toto+json"}}


def store(forge: Forge, stored: dict[str, Any]) -> httpx.Response:
    client = forge.client({"attestations": "write"}, "attest")
    return client.post(f"{API}/attestations", json={"bundle": stored})


def test_a_bundle_is_found_by_each_subject_by_anyone(forge: Forge, stranger: httpx.Client) -> None:
    made = bundle("aa", "bb")
    assert store(forge, made).status_code == 201
    for digest in ("aa", "bb"):
        found = stranger.get(f"{API}/attestations/sha256:{digest}").json()["attestations"]
        assert [item["bundle"] for item in found] == [made]
    assert forge.github.events[-1].label == "attest"


def test_no_attestation_is_404_or_an_empty_list(forge: Forge, stranger: httpx.Client) -> None:
    url = f"{API}/attestations/sha256:cc"
    assert stranger.get(url).status_code == 404
    forge.github.misbehaviour.empty_attestations = True
    assert stranger.get(url).json() == {"attestations": []}


@pytest.mark.parametrize(
    ("wanted", "count"), [(SLSA, 1), ("provenance", 1), ("sbom", 0), ("https://other", 0)]
)
def test_the_predicate_type_filters(
    forge: Forge, stranger: httpx.Client, wanted: str, count: int
) -> None:
    store(forge, bundle("aa"))
    store(forge, bundle("aa", predicate="https://example.invalid/x"))
    forge.github.misbehaviour.empty_attestations = True
    answer = stranger.get(f"{API}/attestations/sha256:aa", params={"predicate_type": wanted})
    assert len(answer.json()["attestations"]) == count


def test_pages_follow_a_cursor(forge: Forge, stranger: httpx.Client) -> None:
    for n in range(5):
        store(forge, bundle("aa", str(n)))
    answer = stranger.get(f"{API}/attestations/sha256:aa", params={"per_page": 2})
    found = answer.json()["attestations"]
    while "next" in answer.links:
        answer = stranger.get(answer.links["next"]["url"])
        found += answer.json()["attestations"]
    assert [item["bundle"] for item in found] == [bundle("aa", str(n)) for n in range(4, -1, -1)]


@pytest.mark.parametrize("body", [{}, {"bundle": 1}, {"bundle": {}}], ids=["none", "int", "empty"])
def test_what_is_no_bundle_is_refused(forge: Forge, body: dict[str, Any]) -> None:
    client = forge.client({"attestations": "write"})
    assert client.post(f"{API}/attestations", json=body).status_code == 422
    assert forge.github.state.attestations == {}


def test_a_lagging_store(forge: Forge, stranger: httpx.Client) -> None:
    forge.github.misbehaviour.attestation_lag = 2
    store(forge, bundle("aa"))
    url = f"{API}/attestations/sha256:aa"
    assert [stranger.get(url).status_code for _ in range(3)] == [404, 404, 200]
