"""PEP 740 attestations at the stand-in PyPI: refused, or served as provenance."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pypi_attestations import Attestation, Distribution
from sigstore.dsse import StatementBuilder, Subject
from sigstore.models import ClientTrustConfig, TrustedRoot
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext

from tests.tools.rehearsal.world.conftest import REPOSITORY, Client, http, wheel_bytes, write_wheel
from tests.tools.rehearsal.world.pypi.uploads import TWINE, identity, mint, upload
from tools.rehearsal.world import World
from tools.rehearsal.world.oidc import Issuer
from tools.rehearsal.world.pypi import PyPI, sigstore_verifier
from tools.rehearsal.world.sigstore import Sigstore


@pytest.fixture
def signed(
    world: World, issuer: Issuer, sigstore: Sigstore, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Sign a file as the publish job would, with real sigstore against the world."""
    monkeypatch.setenv("HTTPS_PROXY", world.proxy_url)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.ca_file))
    monkeypatch.setenv("SSL_CERT_FILE", str(world.ca_file))

    def sign(filename: str, content: bytes, **changes: Any) -> str:
        token = IdentityToken(issuer.token("sigstore", identity(**changes).claims()))
        config = ClientTrustConfig.from_json(sigstore.client_trust_config())
        dist = Distribution(name=filename, digest=hashlib.sha256(content).hexdigest())
        with SigningContext.from_trust_config(config).signer(token) as signer:
            return Attestation.sign(signer, dist).model_dump_json()

    return sign


NAME = "tiny_pkg-1.0-py3-none-any.whl"


def test_attested_upload_is_served_with_provenance(
    registry: PyPI, world: World, issuer: Issuer, signed: Any
) -> None:
    content = wheel_bytes("tiny-pkg", "1.0")
    attestation = signed(NAME, content)
    answer = upload(world, token=mint(world, issuer), attestations=f"[{attestation}]")
    assert answer.status_code == 200, answer.text
    with http(world) as web:
        url = f"https://pypi.org/integrity/tiny-pkg/1.0/{NAME}/provenance"
        served = web.get(url)
        assert served.headers["content-type"] == "application/vnd.pypi.integrity.v1+json"
        (bundle,) = served.json()["attestation_bundles"]
        assert bundle["publisher"]["repository"] == REPOSITORY
        assert bundle["publisher"]["workflow"] == "release.yml"
        assert bundle["publisher"]["environment"] == "pypi"
        assert bundle["attestations"] == [json.loads(attestation)]
        page = web.get(
            "https://pypi.org/simple/tiny-pkg/",
            headers={"Accept": "application/vnd.pypi.simple.v1+json"},
        )
        assert page.json()["files"][0]["provenance"] == url
        assert web.get(url, headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.slow
def test_twine_uploads_with_attestations(
    client: Client, registry: PyPI, world: World, issuer: Issuer, signed: Any, tmp_path: Path
) -> None:
    wheel = write_wheel(tmp_path / "dist", "tiny-pkg", "1.0")
    beside = wheel.with_name(wheel.name + ".publish.attestation")
    beside.write_text(signed(wheel.name, wheel.read_bytes()))
    login = {"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": mint(world, issuer)}
    client.ok(*(*TWINE, "upload", "--non-interactive", "--attestations", wheel, beside), env=login)
    file = registry.served(wheel.name)
    assert file is not None
    assert file.provenance is not None


def refused_attestation(world: World, issuer: Issuer, field: str) -> str:
    answer = upload(world, token=mint(world, issuer), attestations=field)
    assert answer.status_code == 400
    return answer.text


def test_attestation_of_another_file_is_refused(world: World, issuer: Issuer, signed: Any) -> None:
    field = f"[{signed(NAME, b'other bytes')}]"
    assert "subject does not match" in refused_attestation(world, issuer, field)


def test_attestation_by_another_workflow_is_refused(
    world: World, issuer: Issuer, signed: Any
) -> None:
    content = wheel_bytes("tiny-pkg", "1.0")
    field = f"[{signed(NAME, content, workflow_path='.github/workflows/ci.yml')}]"
    assert "expected the workflow" in refused_attestation(world, issuer, field)


def test_attestation_by_another_repository_is_refused(
    world: World, issuer: Issuer, signed: Any
) -> None:
    field = f"[{signed(NAME, wheel_bytes('tiny-pkg', '1.0'), repository='mallory/ordvec')}]"
    assert "Could not verify" in refused_attestation(world, issuer, field)


def test_attestation_with_a_broken_signature_is_refused(
    world: World, issuer: Issuer, signed: Any
) -> None:
    attestation = json.loads(signed(NAME, wheel_bytes("tiny-pkg", "1.0")))
    raw = bytearray(base64.b64decode(attestation["envelope"]["signature"]))
    raw[-1] ^= 1
    attestation["envelope"]["signature"] = base64.b64encode(raw).decode()
    text = refused_attestation(world, issuer, json.dumps([attestation]))
    assert "Could not verify" in text


def test_attestation_signed_by_another_sigstore_is_refused(
    world: World, issuer: Issuer, signed: Any, registry: PyPI, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text(Sigstore(issuer).trusted_root())
    registry._verify = sigstore_verifier(TrustedRoot.from_file(str(other)))
    field = f"[{signed(NAME, wheel_bytes('tiny-pkg', '1.0'))}]"
    assert "Could not verify" in refused_attestation(world, issuer, field)


@pytest.mark.parametrize(
    ("field", "reason"),
    [("[]", "expected 1 or 2"), ("{}", "Malformed"), ("[{}]", "Malformed"), ("no", "Malformed")],
    ids=["empty_list", "no_list", "empty_attestation", "not_json"],
)
def test_malformed_attestations_are_refused(
    world: World, issuer: Issuer, field: str, reason: str
) -> None:
    assert reason in refused_attestation(world, issuer, field)


def test_two_attestations_of_one_predicate_are_refused(
    world: World, issuer: Issuer, signed: Any
) -> None:
    one = signed(NAME, wheel_bytes("tiny-pkg", "1.0"))
    assert "same predicate type" in refused_attestation(world, issuer, f"[{one}, {one}]")


def test_attestation_with_an_unsupported_predicate_is_refused(
    world: World, issuer: Issuer, sigstore: Sigstore, signed: Any
) -> None:
    content = wheel_bytes("tiny-pkg", "1.0")
    statement = (
        StatementBuilder()
        .subjects([Subject(name=NAME, digest={"sha256": hashlib.sha256(content).hexdigest()})])
        .predicate_type("https://example.org/v1")
        .predicate({})
        .build()
    )
    token = IdentityToken(issuer.token("sigstore", identity().claims()))
    config = ClientTrustConfig.from_json(sigstore.client_trust_config())
    with SigningContext.from_trust_config(config).signer(token) as signer:
        attestation = Attestation.from_bundle(signer.sign_dsse(statement))
    field = f"[{attestation.model_dump_json()}]"
    assert "unsupported predicate" in refused_attestation(world, issuer, field)


def test_attestations_need_trusted_publishing(world: World, signed: Any) -> None:
    field = f"[{signed(NAME, wheel_bytes('tiny-pkg', '1.0'))}]"
    answer = upload(world, attestations=field)
    assert answer.status_code == 400
    assert "Trusted Publishing" in answer.text
