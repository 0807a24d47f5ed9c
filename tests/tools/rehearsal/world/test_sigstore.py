"""Unmodified sigstore-python and pypi-attestations sign and verify through the stand-in.

Every refusal is a fixture named after its defect.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pypi_attestations import Attestation, Distribution, GitHubPublisher
from sigstore.errors import VerificationError
from sigstore.models import Bundle, TrustedRoot
from sigstore.oidc import IdentityToken
from sigstore.verify import Verifier, policy

from tools.rehearsal import signing
from tools.rehearsal.world import World
from tools.rehearsal.world.oidc import ISSUER, Issuer, JobIdentity
from tools.rehearsal.world.sigstore import Sigstore

REPOSITORY = "Fieldnote-Echo/ordvec"
WORKFLOW = ".github/workflows/release.yml"
TAG = "refs/tags/v0.6.1"
SHA = "a" * 40
JOB = JobIdentity(REPOSITORY, TAG, SHA, WORKFLOW, run_id="77")
SIGNER = f"https://github.com/{REPOSITORY}/{WORKFLOW}@{TAG}"


class Forge:
    """A world with an issuer and a Sigstore, and one job that may have tokens."""

    def __init__(self, folder: Path) -> None:
        self.issuer = Issuer()
        self.sigstore = Sigstore(self.issuer)
        hosts = (*self.issuer.hosts(), *self.sigstore.hosts())
        self.world = World(hosts, folder / "world", plain=[("oidc", self.issuer.request_app)])
        self.folder = folder

    def environment(self, job: JobIdentity = JOB) -> dict[str, str]:
        bearer = self.issuer.register_job(job.claims(), "attest")
        return {
            **self.world.environment(self.folder / "client"),
            **self.issuer.job_environment(self.world.plain_urls["oidc"], bearer),
        }

    def sign(self, statement: dict[str, Any], job: JobIdentity = JOB) -> Bundle:
        text = signing.sign_statement(
            statement, self.environment(job), self.sigstore.client_trust_config()
        )
        return Bundle.from_json(text)

    def verifier(self) -> Verifier:
        path = self.folder / "trusted_root.json"
        path.write_text(self.sigstore.trusted_root())
        return Verifier(trusted_root=TrustedRoot.from_file(str(path)))

    def post(self, host: str, path: str, **arguments: Any) -> httpx.Response:
        app = {h.names[0]: h.app for h in self.sigstore.hosts()}[host]

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.post(f"https://{host}{path}", **arguments)

        return asyncio.run(send())


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    made = Forge(tmp_path_factory.mktemp("forge"))
    with made.world:
        yield made


def statement(name: str = "a.crate", data: bytes = b"data") -> dict[str, Any]:
    return {
        "_type": signing.STATEMENT_V1,
        "subject": [{"name": name, "digest": {"sha256": sha256(data).hexdigest()}}],
        "predicateType": "https://example.invalid/predicate",
        "predicate": {},
    }


# ---------------------------------------------------------------------- what is accepted


def test_a_signed_statement_verifies_with_identity_tag_and_commit(forge: Forge) -> None:
    bundle = forge.sign(statement())
    expected = policy.AllOf(
        [
            policy.Identity(identity=SIGNER, issuer=ISSUER),
            policy.OIDCSourceRepositoryURI(f"https://github.com/{REPOSITORY}"),
            policy.OIDCSourceRepositoryRef(TAG),
            policy.OIDCSourceRepositoryDigest(SHA),
            policy.OIDCBuildConfigURI(SIGNER),
            policy.GitHubWorkflowRepository(REPOSITORY),
            policy.GitHubWorkflowRef(TAG),
            policy.GitHubWorkflowSHA(SHA),
            policy.GitHubWorkflowTrigger("push"),
            policy.GitHubWorkflowName("release"),
        ]
    )
    kind, payload = forge.verifier().verify_dsse(bundle, expected)
    assert kind == "application/vnd.in-toto+json"
    assert json.loads(payload) == statement()


def test_proofs_hold_for_every_size_of_the_log(forge: Forge) -> None:
    verifier = forge.verifier()
    for size in range(9):
        bundle = forge.sign(statement(data=bytes([size])))
        verifier.verify_dsse(bundle, policy.Identity(identity=SIGNER, issuer=ISSUER))


def test_a_signed_artifact_verifies_and_another_does_not(forge: Forge) -> None:
    env = forge.environment()
    context = signing._context(env, forge.sigstore.client_trust_config())
    token = IdentityToken(signing.identity_token(env, "sigstore"))
    with context.signer(token) as signer:
        bundle = signer.sign_artifact(b"artifact")
    who = policy.Identity(identity=SIGNER, issuer=ISSUER)
    forge.verifier().verify_artifact(b"artifact", bundle, who)
    with pytest.raises(VerificationError):
        forge.verifier().verify_artifact(b"another", bundle, who)


def test_ambient_detection_finds_the_token(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    from sigstore.oidc import detect_credential

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for name, value in forge.environment().items():
        if name.startswith("ACTIONS_"):
            monkeypatch.setenv(name, value)
    token = detect_credential("sigstore")
    assert token is not None
    assert signing.token_claims(token)["job_workflow_ref"] == JOB.workflow_ref


def test_a_pep_740_attestation_verifies_for_its_publisher(forge: Forge, tmp_path: Path) -> None:
    wheel = tmp_path / "ordvec-0.6.1-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    job = JobIdentity(REPOSITORY, TAG, SHA, WORKFLOW, environment="pypi")
    env = forge.environment(job)
    context = signing._context(env, forge.sigstore.client_trust_config())
    with context.signer(IdentityToken(signing.identity_token(env, "sigstore"))) as signer:
        attestation = Attestation.sign(signer, Distribution.from_file(wheel))
    again = Attestation.model_validate_json(attestation.model_dump_json())
    publisher = GitHubPublisher(repository=REPOSITORY, workflow="release.yml", environment="pypi")
    kind, payload = forge.verifier().verify_dsse(again.to_bundle(), publisher._as_policy())
    subject = json.loads(payload)["subject"][0]
    assert kind == "application/vnd.in-toto+json"
    assert subject == {"name": wheel.name, "digest": {"sha256": sha256(b"wheel").hexdigest()}}


def test_an_environment_outside_ascii_can_sign(forge: Forge) -> None:
    job = JobIdentity(REPOSITORY, TAG, SHA, WORKFLOW, environment="проба")
    forge.verifier().verify_dsse(
        forge.sign(statement(), job), policy.Identity(identity=SIGNER, issuer=ISSUER)
    )


# ---------------------------------------------------------------------- what verification rejects


def test_another_tag_is_rejected(forge: Forge) -> None:
    job = JobIdentity(REPOSITORY, "refs/tags/v9.9.9", SHA, WORKFLOW)
    bundle = forge.sign(statement(), job)
    with pytest.raises(VerificationError):
        forge.verifier().verify_dsse(bundle, policy.Identity(identity=SIGNER, issuer=ISSUER))


def test_another_sigstore_is_rejected(forge: Forge, tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    path.write_text(Sigstore(forge.issuer).trusted_root())
    other = Verifier(trusted_root=TrustedRoot.from_file(str(path)))
    with pytest.raises(VerificationError):
        other.verify_dsse(forge.sign(statement()), policy.UnsafeNoOp())


def test_a_bundle_whose_log_entry_is_of_another_bundle_is_rejected(forge: Forge) -> None:
    one, two = (json.loads(forge.sign(statement(data=d)).to_json()) for d in (b"1", b"2"))
    one["verificationMaterial"]["tlogEntries"] = two["verificationMaterial"]["tlogEntries"]
    with pytest.raises(VerificationError):
        forge.verifier().verify_dsse(Bundle.from_json(json.dumps(one)), policy.UnsafeNoOp())


# ---------------------------------------------------------------------- what Fulcio refuses


def request_for(key: ec.EllipticCurvePrivateKey) -> x509.CertificateSigningRequest:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256())


def body(der: bytes) -> dict[str, str]:
    pem = b"-----BEGIN CERTIFICATE REQUEST-----\n" + base64.encodebytes(der)
    pem += b"-----END CERTIFICATE REQUEST-----\n"
    return {"certificateSigningRequest": base64.b64encode(pem).decode()}


def good_csr() -> bytes:
    return request_for(ec.generate_private_key(ec.SECP256R1())).public_bytes(Encoding.DER)


def ask(forge: Forge, token: str | None, der: bytes | None = None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return forge.post(
        "fulcio.sigstore.dev", "/api/v2/signingCert", headers=headers, json=body(der or good_csr())
    )


def expired_token(forge: Forge) -> str:
    past = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp())
    return forge.issuer.token("sigstore", {**JOB.claims(), "iat": past - 300, "exp": past})


def token_not_valid_yet(forge: Forge) -> str:
    later = int((datetime.now(UTC) + timedelta(minutes=1)).timestamp())
    return forge.issuer.token("sigstore", {**JOB.claims(), "nbf": later})


def wrong_audience(forge: Forge) -> str:
    return forge.issuer.token("pypi", JOB.claims())


def wrong_issuer(forge: Forge) -> str:
    return forge.issuer.token("sigstore", {**JOB.claims(), "iss": "https://example.invalid"})


def wrong_issuer_key(forge: Forge) -> str:
    other = Issuer()
    other._key_id = forge.issuer._key_id
    return other.token("sigstore", JOB.claims())


def unknown_key_id(forge: Forge) -> str:
    return Issuer().token("sigstore", JOB.claims())


def unsigned_token(forge: Forge) -> str:
    import jwt

    good = jwt.decode(
        forge.issuer.token("sigstore", JOB.claims()), options={"verify_signature": False}
    )
    return jwt.encode(good, None, algorithm="none", headers={"kid": forge.issuer._key_id})


def hmac_with_the_public_key(forge: Forge) -> str:
    """The key confusion attack: the public modulus as an HMAC secret."""
    import jwt

    good = jwt.decode(
        forge.issuer.token("sigstore", JOB.claims()), options={"verify_signature": False}
    )
    secret = forge.issuer.jwks()["keys"][0]["n"]
    return jwt.encode(good, secret, algorithm="HS256", headers={"kid": forge.issuer._key_id})


def missing_workflow_claim(forge: Forge) -> str:
    claims = JOB.claims()
    del claims["job_workflow_ref"]
    return forge.issuer.token("sigstore", claims)


def not_a_token(forge: Forge) -> str:
    return "not.a.token"


@pytest.mark.parametrize(
    "defect",
    [
        expired_token,
        token_not_valid_yet,
        wrong_audience,
        wrong_issuer,
        wrong_issuer_key,
        unknown_key_id,
        unsigned_token,
        hmac_with_the_public_key,
        missing_workflow_claim,
        not_a_token,
    ],
    ids=lambda defect: defect.__name__,
)
def test_fulcio_refuses_the_token(forge: Forge, defect: Callable[[Forge], str]) -> None:
    before = len(forge.sigstore.fulcio.issued)
    answer = ask(forge, defect(forge))
    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == 16
    assert len(forge.sigstore.fulcio.issued) == before


def test_fulcio_refuses_no_token(forge: Forge) -> None:
    assert ask(forge, None).status_code == 401


def stolen_public_key() -> bytes:
    """A request for somebody else's key, signed with one's own: no proof of possession."""
    mine, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    wanted = request_for(theirs)
    der = wanted.public_bytes(Encoding.DER)
    forged = mine.sign(wanted.tbs_certrequest_bytes, ec.ECDSA(hashes.SHA256()))
    while len(forged) != len(wanted.signature):
        forged = mine.sign(wanted.tbs_certrequest_bytes, ec.ECDSA(hashes.SHA256()))
    return der.replace(wanted.signature, forged)


def not_a_request() -> bytes:
    return b"nonsense"


@pytest.mark.parametrize("defect", [stolen_public_key, not_a_request], ids=lambda d: d.__name__)
def test_fulcio_refuses_the_request(forge: Forge, defect: Callable[[], bytes]) -> None:
    token = forge.issuer.token("sigstore", JOB.claims())
    answer = ask(forge, token, defect())
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == 3


def test_the_same_token_with_a_good_request_is_accepted(forge: Forge) -> None:
    assert ask(forge, forge.issuer.token("sigstore", JOB.claims())).status_code == 201


# ---------------------------------------------------------------------- Rekor


def entry_of(bundle: Bundle) -> dict[str, Any]:
    """The proposal that led to this bundle's log entry."""
    parts = json.loads(bundle.to_json())
    certificate = bundle.signing_certificate.public_bytes(Encoding.PEM)
    envelope = json.dumps(parts["dsseEnvelope"])
    verifiers = [base64.b64encode(certificate).decode()]
    content = {"envelope": envelope, "verifiers": verifiers}
    return {"apiVersion": "0.0.1", "kind": "dsse", "spec": {"proposedContent": content}}


def log(forge: Forge, entry: object) -> httpx.Response:
    return forge.post("rekor.sigstore.dev", "/api/v1/log/entries", json=entry)


def test_rekor_refuses_a_signature_over_something_else(forge: Forge) -> None:
    entry = entry_of(forge.sign(statement()))
    content = entry["spec"]["proposedContent"]
    envelope = json.loads(content["envelope"])
    envelope["payload"] = base64.b64encode(b'{"forged": true}').decode()
    content["envelope"] = json.dumps(envelope)
    assert log(forge, entry).status_code == 400


def test_rekor_refuses_an_unknown_kind(forge: Forge) -> None:
    assert log(forge, {"apiVersion": "0.0.1", "kind": "jar", "spec": {}}).status_code == 400


@pytest.mark.parametrize("entry", [{}, [], {"kind": "dsse", "apiVersion": "0.0.1", "spec": {}}])
def test_rekor_refuses_a_malformed_entry(forge: Forge, entry: object) -> None:
    assert log(forge, entry).status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/log/entries/retrieve", "/api/v1/index/retrieve"])
@pytest.mark.parametrize("content", [b"{", b"[]"], ids=["text", "list"])
def test_rekor_refuses_a_search_that_is_no_object(forge: Forge, path: str, content: bytes) -> None:
    assert forge.post("rekor.sigstore.dev", path, content=content).status_code == 400


def test_an_entry_is_logged_once(forge: Forge) -> None:
    entry = entry_of(forge.sign(statement()))
    content = entry["spec"]["proposedContent"]
    content["envelope"] += " "  # the same envelope, written otherwise: another entry
    first, second = log(forge, entry), log(forge, entry)
    assert (first.status_code, second.status_code) == (201, 409)
    assert second.headers["location"] == first.headers["location"]


def test_an_entry_is_found_by_index_uuid_digest_and_proposal(forge: Forge) -> None:
    bundle = forge.sign(statement(data=b"findable"))
    index = bundle.log_entry._inner.log_index
    digest = sha256(b"findable").hexdigest()
    with httpx.Client(
        proxy=forge.world.proxy_url, verify=_trust(forge), base_url="https://rekor.sigstore.dev"
    ) as client:
        (uuid,) = client.post("/api/v1/index/retrieve", json={"hash": f"sha256:{digest}"}).json()
        for found in (
            client.get("/api/v1/log/entries", params={"logIndex": index}).json(),
            client.get(f"/api/v1/log/entries/{uuid}").json(),
            client.post("/api/v1/log/entries/retrieve", json={"entryUUIDs": [uuid]}).json()[0],
            client.post(
                "/api/v1/log/entries/retrieve", json={"entries": [entry_of(bundle)]}
            ).json()[0],
        ):
            assert list(found) == [uuid]
        assert client.get("/api/v1/log/entries/" + "0" * 80).status_code == 404
        assert client.get("/api/v1/log").json()["treeSize"] == len(forge.sigstore.rekor.entries)


def _trust(forge: Forge) -> Any:
    import ssl

    return ssl.create_default_context(cafile=str(forge.world.ca_file))


# ---------------------------------------------------------------------- the issuer


def test_a_job_without_permission_cannot_sign(forge: Forge) -> None:
    env = {k: v for k, v in forge.environment().items() if not k.startswith("ACTIONS_")}
    with pytest.raises(signing.SigningFailed, match="id-token: write"):
        signing.sign_statement(statement(), env, forge.sigstore.client_trust_config())


def test_a_revoked_job_gets_no_token(forge: Forge) -> None:
    env = forge.environment()
    forge.issuer.revoke_job(env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
    with pytest.raises(signing.SigningFailed, match="401"):
        signing.identity_token(env, "sigstore")


def test_the_ledger_names_job_and_audience_but_holds_no_token(forge: Forge) -> None:
    token = signing.identity_token(forge.environment(), "crates.io")
    last = forge.issuer.ledger[-1]
    assert (last.job, last.audience) == ("attest", "crates.io")
    assert token not in repr(forge.issuer.ledger)


def test_discovery_leads_to_the_keys(forge: Forge) -> None:
    with httpx.Client(proxy=forge.world.proxy_url, verify=_trust(forge)) as client:
        found = client.get(f"{ISSUER}/.well-known/openid-configuration").json()
        assert client.get(found["jwks_uri"]).json() == forge.issuer.jwks()
