"""What the action stand-ins sign with: build provenance and SLSA generic provenance.

Both run in the calling process, through unmodified sigstore-python, and take the job's
environment as a mapping: the OIDC request variables, the proxy (``HTTPS_PROXY``) and the CA
(``SSL_CERT_FILE``). Nothing is read from the process's own environment, so jobs can sign in
parallel threads. Identity comes from the token alone: the certificate's SAN is
``https://github.com/`` + the token's ``job_workflow_ref``.

What the files are
------------------
``attest_build_provenance`` stands in for ``actions/attest-build-provenance`` v2.4.0:

* the bundle is a Sigstore bundle v0.3 (``application/vnd.dev.sigstore.bundle.v0.3+json``), one
  JSON object; the action appends one per line to the file that its ``bundle-path`` output
  names (``attestation.json``; one attestation for all subjects, hence one line);
* payload: in-toto ``https://in-toto.io/Statement/v1``, predicate type
  ``https://slsa.dev/provenance/v1``, buildType ``https://actions.github.io/buildtypes/workflow/v1``;
* signer: ``OWNER/REPO/.github/workflows/release.yml@refs/tags/vX.Y.Z`` of the release itself;
* the same bundle goes to ``POST /repos/OWNER/REPO/attestations`` with the job's token.

``slsa_generic_provenance`` stands in for ``generator_generic_slsa3.yml@v2.1.0``:

* since v2.1.0 the ``.intoto.jsonl`` file **is a Sigstore bundle v0.3** on a single line, with
  certificate, Rekor entry, inclusion proof and signed entry timestamp. (v2.0.0 and before wrote
  a bare DSSE envelope with the certificate inside the signature, and its Rekor entry had to be
  looked up online: slsa-github-generator issue 3750, changed by pull requests 3777 and 4088;
  slsa-verifier before 2.7.0 cannot read the new form.) So it verifies offline with
  ``Verifier.verify_dsse(Bundle.from_json(line), policy)``; nothing needs a look-up in Rekor;
* payload: in-toto ``https://in-toto.io/Statement/v0.1`` (**not** v1: parse the payload as JSON,
  ``sigstore.dsse.Statement`` refuses it), predicate type ``https://slsa.dev/provenance/v0.2``,
  buildType ``https://github.com/slsa-framework/slsa-github-generator/generic@v1``,
  ``predicate.builder.id`` = the certificate's SAN;
* signer (SAN, build signer URI .1.9): ``https://github.com/slsa-framework/slsa-github-generator/
  .github/workflows/generator_generic_slsa3.yml@refs/tags/v2.1.0``. The *calling* repository is
  in the source extensions: .1.12 repository URI, .1.13 commit, .1.14 ref; the calling workflow in
  .1.18 build config URI (``…/release.yml@refs/tags/vX.Y.Z``). ``sigstore.verify.policy``:
  ``Identity(identity=<generator>, issuer=…)`` with ``OIDCSourceRepositoryURI``,
  ``OIDCSourceRepositoryRef``, ``OIDCSourceRepositoryDigest``, ``OIDCBuildConfigURI``.
* not uploaded to the attestation store (the generator does not).

The runner registers the reusable workflow's job with a ``job_workflow_ref`` of the generator
(:class:`tools.rehearsal.world.oidc.JobIdentity`); this module takes the identity it is given.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
from sigstore.dsse import Statement
from sigstore.models import ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import Signer, SigningContext

from tools.rehearsal.predicates import build_provenance, generic_provenance

API = "https://api.github.com"
STATEMENT_V1 = "https://in-toto.io/Statement/v1"
STATEMENT_V01 = "https://in-toto.io/Statement/v0.1"
PROVENANCE_V1 = "https://slsa.dev/provenance/v1"
PROVENANCE_V02 = "https://slsa.dev/provenance/v0.2"

_CHECKSUM = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")


class SigningFailed(RuntimeError):
    """The stand-in action could not sign; its step fails with this message."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A file that a statement is about: its name and lower-case hex sha256."""

    name: str
    sha256: str

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "digest": {"sha256": self.sha256}}


@dataclass(frozen=True, slots=True)
class Attested:
    """A signed attestation: the bundle as one line of JSON, and its id in GitHub's store."""

    bundle: str
    attestation_id: str


def read_checksums(text: str) -> tuple[Subject, ...]:
    """The subjects of a ``sha256sum`` listing (``DIGEST  NAME`` a line), in its order.

    Raises:
        SigningFailed: for a line of another form, an empty listing or a name listed twice.
    """
    subjects = []
    for line in filter(None, text.splitlines()):
        match = _CHECKSUM.fullmatch(line)
        if match is None:
            raise SigningFailed(f"not a line of sha256sum: {line!r}")
        subjects.append(Subject(match[2], match[1]))
    if not subjects:
        raise SigningFailed("expected at least one subject, found none")
    if len({subject.name for subject in subjects}) != len(subjects):
        raise SigningFailed("a subject name is listed twice")
    return tuple(subjects)


def attest_build_provenance(
    subjects: Sequence[Subject],
    env: Mapping[str, str],
    *,
    trust_config: str,
    github_token: str,
) -> Attested:
    """Sign SLSA v1 provenance for *subjects* and put it into the attestation store.

    Args:
        subjects: what is attested; all in one statement.
        env: the job's environment (OIDC request variables, proxy, CA).
        trust_config: JSON of the ``ClientTrustConfig`` to sign with.
        github_token: the job's ``github.token``; needs ``attestations: write``.

    Raises:
        SigningFailed: when the job may not have a token, or a service refuses.
    """
    # The action reads its claims from a token that is good for nothing else.
    claims = token_claims(identity_token(env, "nobody"))
    bundle = sign_statement(
        {
            "_type": STATEMENT_V1,
            "subject": [subject.to_json() for subject in subjects],
            "predicateType": PROVENANCE_V1,
            "predicate": build_provenance(claims),
        },
        env,
        trust_config,
    )
    return Attested(bundle, _store(bundle, claims["repository"], env, github_token))


def slsa_generic_provenance(
    base64_subjects: str, env: Mapping[str, str], *, trust_config: str
) -> str:
    """The content of the ``.intoto.jsonl`` that the SLSA generic generator writes.

    Args:
        base64_subjects: the workflow input ``base64-subjects``: base64 of a sha256sum listing.
        env: the environment of the reusable workflow's job.
        trust_config: JSON of the ``ClientTrustConfig`` to sign with.

    Raises:
        SigningFailed: for unreadable subjects, or when a service refuses.
    """
    try:
        text = base64.b64decode(base64_subjects, validate=True).decode()
    except ValueError as error:
        raise SigningFailed(f"base64-subjects is not base64 text: {error}") from error
    subjects = read_checksums(text)
    claims = token_claims(identity_token(env, "sigstore"))
    statement = {
        "_type": STATEMENT_V01,
        "predicateType": PROVENANCE_V02,
        "subject": [subject.to_json() for subject in subjects],
        "predicate": generic_provenance(claims),
    }
    return sign_statement(statement, env, trust_config)


# ---------------------------------------------------------------------- mechanism


def identity_token(env: Mapping[str, str], audience: str) -> str:
    """A token of the job's identity, as the toolkit requests it.

    Raises:
        SigningFailed: when the job has no ``id-token: write``, or the issuer refuses.
    """
    try:
        url, bearer = (env[f"ACTIONS_ID_TOKEN_REQUEST_{part}"] for part in ("URL", "TOKEN"))
    except KeyError as missing:
        raise SigningFailed(
            f"{missing} is not set: the job needs `permissions: id-token: write`"
        ) from missing
    asked = httpx.URL(url).copy_merge_params({"audience": audience})
    with httpx.Client(trust_env=False, timeout=30) as client:
        answer = client.get(asked, headers={"Authorization": f"bearer {bearer}"})
    if answer.status_code != 200:
        raise SigningFailed(f"the OIDC issuer answered {answer.status_code}")
    return str(answer.json()["value"])


def token_claims(token: str) -> dict[str, str]:
    """The claims of a token, unverified: its consumers verify it."""
    return {
        name: str(value)
        for name, value in jwt.decode(token, options={"verify_signature": False}).items()
    }


def sign_statement(statement: Mapping[str, Any], env: Mapping[str, str], trust_config: str) -> str:
    """Sign any in-toto statement with the job's identity; the bundle as one line of JSON.

    Raises:
        SigningFailed: when Fulcio or Rekor refuses.
    """
    payload = json.dumps(statement, separators=(",", ":")).encode()
    token = identity_token(env, "sigstore")
    try:
        with _context(env, trust_config).signer(IdentityToken(token)) as signer:
            bundle = _sign(signer, payload)
    except Exception as error:  # sigstore-python leaks many types: any of them is a refusal
        raise SigningFailed(f"signing failed: {error!r}") from error
    return json.dumps(json.loads(bundle), separators=(",", ":"))


class _Payload(Statement):
    """A statement of any version: sigstore-python itself only makes v1."""

    def __init__(self, contents: bytes) -> None:
        self._contents = contents


def _sign(signer: Signer, payload: bytes) -> str:
    return signer.sign_dsse(_Payload(payload)).to_json()


def _context(env: Mapping[str, str], trust_config: str) -> SigningContext:
    """A signing context whose sessions use the job's proxy and CA, not the process's."""
    config = ClientTrustConfig.from_json(trust_config)
    fulcio = config.signing_config.get_fulcio()
    rekor = config.signing_config.get_tlogs()[0]
    for session in (fulcio.session, rekor._session):  # type: ignore[attr-defined]
        session.trust_env = False
        session.proxies = {"https": env["HTTPS_PROXY"]}
        session.verify = env["SSL_CERT_FILE"]
    return SigningContext(fulcio=fulcio, rekor=rekor, trusted_root=config.trusted_root)


def _store(bundle: str, repository: str, env: Mapping[str, str], token: str) -> str:
    trust = ssl.create_default_context(cafile=env["SSL_CERT_FILE"])
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    with httpx.Client(proxy=env["HTTPS_PROXY"], verify=trust, trust_env=False) as client:
        answer = client.post(
            f"{API}/repos/{repository}/attestations",
            headers=headers,
            json={"bundle": json.loads(bundle)},
        )
    if answer.status_code != 201:
        raise SigningFailed(
            f"the attestation store answered {answer.status_code}: {answer.text[:200]}"
        )
    return str(answer.json()["id"])
