"""Trusted publishing at the stand-in PyPI."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.tools.rehearsal.world.clock import Time
from tests.tools.rehearsal.world.conftest import REPOSITORY, http, wheel_bytes
from tests.tools.rehearsal.world.pypi.uploads import MINT, form, identity, mint, post, upload
from tools.rehearsal.world import World
from tools.rehearsal.world.oidc import Issuer
from tools.rehearsal.world.pypi import PyPI


def test_minted_token_uploads_its_project_for_a_quarter_of_an_hour(
    registry: PyPI, world: World, issuer: Issuer, time: Time
) -> None:
    with http(world) as web:
        assert web.get("https://pypi.org/_/oidc/audience").json() == {"audience": "pypi"}
    token = mint(world, issuer)
    assert token.startswith("pypi-")
    assert upload(world, "1.0", token).status_code == 200
    other = wheel_bytes("alien", "1.0")
    fields = form("alien", "1.0", other)
    assert post(world, "alien-1.0-py3-none-any.whl", other, fields, token).status_code == 403
    time.now += timedelta(minutes=16)
    assert upload(world, "1.1", token).status_code == 403
    (record,) = registry.tokens.ledger()
    assert record.label == "publish-pypi"
    assert [use.accepted for use in record.uses] == [True, False, False]
    assert registry.uploads.stored()[0].token == record.number


@pytest.mark.parametrize(
    ("claims", "audience", "code"),
    [
        ({}, "crates.io", "invalid-token"),
        ({"exp": 1}, "pypi", "invalid-token"),
        ({"repository": "mallory/ordvec"}, "pypi", "invalid-publisher"),
        ({"environment": "crates-io"}, "pypi", "invalid-publisher"),
        (
            {"workflow_ref": f"{REPOSITORY}/.github/workflows/ci.yml@refs/heads/main"},
            "pypi",
            "invalid-publisher",
        ),
    ],
    ids=["other_audience", "expired", "other_repository", "other_environment", "other_workflow"],
)
def test_credential_is_refused(
    registry: PyPI, world: World, issuer: Issuer, claims: dict[str, Any], audience: str, code: str
) -> None:
    jwt = issuer.token(audience, identity().claims() | claims)
    with http(world) as web:
        answer = web.post(MINT, json={"token": jwt})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code
    assert registry.tokens.ledger() == ()


def test_credential_is_good_once_and_a_wrong_body_is_refused(world: World, issuer: Issuer) -> None:
    jwt = issuer.token("pypi", identity().claims())
    with http(world) as web:
        codes = [web.post(MINT, json={"token": jwt}).status_code for _ in range(2)]
        wrong = web.post(MINT, content=b"token")
    assert codes == [200, 422]
    assert wrong.json()["errors"][0]["code"] == "invalid-payload"
