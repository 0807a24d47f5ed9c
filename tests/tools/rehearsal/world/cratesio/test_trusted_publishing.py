"""Trusted publishing at the stand-in crates.io."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.tools.rehearsal.world.clock import Time
from tests.tools.rehearsal.world.conftest import REPOSITORY, http
from tests.tools.rehearsal.world.cratesio.uploads import TOKENS, crate_bytes, framed, identity, put
from tools.rehearsal.world import World
from tools.rehearsal.world.cratesio import CratesIo
from tools.rehearsal.world.oidc import Issuer


@pytest.mark.parametrize(
    ("claims", "audience", "reason"),
    [
        ({}, "pypi", "Failed to decode"),
        ({"iss": "https://example.org"}, "crates.io", "Failed to decode"),
        ({"exp": 1}, "crates.io", "not valid now"),
        ({"repository": "mallory/ordvec"}, "crates.io", "repository 'mallory/ordvec'"),
        (
            {"workflow_ref": f"{REPOSITORY}/.github/workflows/other.yml@refs/heads/main"},
            "crates.io",
            "workflow",
        ),
        ({"environment": "pypi"}, "crates.io", "environment 'pypi'"),
    ],
    ids=[
        "other_audience",
        "other_issuer",
        "expired",
        "other_repository",
        "other_workflow",
        "other_environment",
    ],
)
def test_credential_is_refused(
    registry: CratesIo,
    world: World,
    issuer: Issuer,
    claims: dict[str, object],
    audience: str,
    reason: str,
) -> None:
    jwt = issuer.token(audience, identity().claims() | claims)
    with http(world) as web:
        answer = web.post(TOKENS, json={"jwt": jwt})
    assert answer.status_code == 400
    assert reason in answer.text
    assert registry.tokens.ledger() == ()


def test_credential_of_another_key_is_refused(
    registry: CratesIo, world: World, issuer: Issuer
) -> None:
    with http(world) as web:
        answer = web.post(TOKENS, json={"jwt": Issuer().token("crates.io", identity().claims())})
    assert answer.status_code == 400


def test_credential_is_good_once(registry: CratesIo, world: World, issuer: Issuer) -> None:
    jwt = issuer.token("crates.io", identity().claims())
    with http(world) as web:
        assert web.post(TOKENS, json={"jwt": jwt}).status_code == 200
        again = web.post(TOKENS, json={"jwt": jwt})
    assert again.status_code == 400
    assert "already been used" in again.text


def test_token_does_not_outlive_half_an_hour_nor_create_crates_nor_reach_others(
    registry: CratesIo, world: World, issuer: Issuer, time: Time
) -> None:
    with http(world) as web:
        jwt = issuer.token("crates.io", identity().claims())
        token = web.post(TOKENS, json={"jwt": jwt}).json()["token"]
    upload = framed("brand-new", "1.0.0", crate_bytes("brand-new", "1.0.0"))
    assert "do not support creating new crates" in put(world, upload, token)[1]
    upload = framed("alien", "1.0.0", crate_bytes("alien", "1.0.0"))
    assert put(world, upload, token)[0] == 403
    time.now += timedelta(minutes=31)
    upload = framed("tiny-core", "1.0.0", crate_bytes("tiny-core", "1.0.0"))
    assert put(world, upload, token)[0] == 403
    assert registry.uploads.stored() == ()


def test_revocation_needs_a_bearer(world: World) -> None:
    with http(world) as web:
        assert web.delete(TOKENS).status_code == 401
        assert web.delete(TOKENS, headers={"Authorization": "cio_tp_x"}).status_code == 401
        unknown = {"Authorization": "Bearer cio_tp_x"}
        assert web.delete(TOKENS, headers=unknown).status_code == 204
