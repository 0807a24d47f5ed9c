"""Tokens and permissions: every refusal has the status and the sentence of the real API."""

from __future__ import annotations

import httpx
import pytest

from tests.tools.rehearsal.world.github.conftest import API, UPLOADS, Forge


def test_a_token_that_was_never_issued_is_401(forge: Forge) -> None:
    answer = forge.with_token("ghs_forged").get(f"{API}/commits/main")
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


def test_a_revoked_token_is_401(forge: Forge) -> None:
    token = forge.github.issue_token({"contents": "read"})
    client = forge.with_token(token)
    assert client.get(f"{API}/commits/main").status_code == 200
    forge.github.revoke_token(token)
    assert client.get(f"{API}/commits/main").status_code == 401


def test_an_unknown_level_cannot_be_issued(forge: Forge) -> None:
    with pytest.raises(ValueError, match="levels"):
        forge.github.issue_token({"contents": "admin"})


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/commits/main", "contents"),
        ("GET", "/actions/workflows/ci.yml/runs", "actions"),
        ("GET", "/environments", "actions"),
        ("GET", "/attestations/sha256:00", "attestations"),
        ("POST", "/attestations", "attestations"),
        ("POST", "/releases", "contents"),
        ("GET", "/branches/main/protection", "administration"),
        ("GET", "/immutable-releases", "administration"),
    ],
)
def test_a_missing_permission_is_403(forge: Forge, method: str, path: str, scope: str) -> None:
    every = ("contents", "actions", "attestations", "administration")
    others = {name: "write" for name in every if name != scope}
    answer = forge.client(others).request(method, API + path, json={})
    assert answer.status_code == 403
    assert answer.json()["message"] == "Resource not accessible by integration"


def test_reading_is_not_writing(forge: Forge) -> None:
    reader = forge.client({"contents": "read", "attestations": "read", "actions": "read"})
    for url in (f"{API}/releases", f"{API}/attestations", f"{UPLOADS}/releases/1/assets?name=x"):
        assert reader.post(url, json={}).status_code == 403


@pytest.mark.parametrize("path", ["/releases", "/attestations"])
def test_nobody_writes_without_a_token(stranger: httpx.Client, path: str) -> None:
    answer = stranger.post(API + path, json={})
    assert (answer.status_code, answer.json()["message"]) == (401, "Requires authentication")


def test_protected_settings_need_a_token(stranger: httpx.Client) -> None:
    for path in ("/branches/main/protection", "/immutable-releases"):
        assert stranger.get(API + path).status_code == 401


def test_answers_carry_rate_limit_headers(forge: Forge, stranger: httpx.Client) -> None:
    headers = stranger.get(f"{API}/commits/main").headers
    assert headers["x-ratelimit-limit"] == "60"
    assert int(headers["x-ratelimit-reset"]) > 0


def test_the_rate_limit_is_a_403_with_nothing_remaining(forge: Forge) -> None:
    forge.github.misbehaviour.requests_left = 1
    client = forge.client({"contents": "read"})
    assert client.get(f"{API}/commits/main").status_code == 200
    limited = client.get(f"{API}/commits/main")
    assert limited.status_code == 403
    assert limited.headers["x-ratelimit-remaining"] == "0"
    assert "rate limit" in limited.json()["message"]


def test_a_body_that_is_not_json_is_400(job: httpx.Client) -> None:
    assert job.post(f"{API}/releases", content=b"{").status_code == 400
    assert job.post(f"{API}/releases", content=b"[]").status_code == 400
