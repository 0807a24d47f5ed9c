"""Stand-in for GitHub's OIDC issuer, ``https://token.actions.githubusercontent.com``.

Two faces, as on GitHub:

* :meth:`Issuer.hosts`: discovery document and JWKS on the issuer's own name, for anyone who
  verifies a token (the stand-in Fulcio, crates.io and PyPI ask :meth:`Issuer.jwks` directly).
* :attr:`Issuer.request_app`: the endpoint that a job's ``ACTIONS_ID_TOKEN_REQUEST_URL`` points
  to. A job with ``id-token: write`` has a bearer (:meth:`Issuer.register_job`); anyone else
  gets 401. The ambient-credential client honours no proxy, so this face is plain HTTP on loopback.

Tokens are RS256, live five minutes as GitHub's do, and carry the claims that the job was
registered with plus ``iss``, ``aud``, ``jti``, ``iat``, ``nbf`` and ``exp``. Every minted
token is in :attr:`Issuer.ledger` (who, for whom, when; never the token itself).

Claims: https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.hosts import Host

ISSUER = "https://token.actions.githubusercontent.com"
HOST = "token.actions.githubusercontent.com"
LIFETIME = timedelta(minutes=5)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The default clock of every stand-in."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Minted:
    """One token that left the issuer: the job's label, the audience, the time, the token's id."""

    job: str
    audience: str
    time: datetime
    token_id: str


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """What GitHub knows of a running job; :meth:`claims` is how it says so in a token.

    ``workflow_ref`` is the workflow of the repository that was triggered. ``job_workflow_ref``
    differs from it only in a job of a reusable workflow, where it names that workflow at its
    own ref: the identity that Fulcio puts into the certificate.
    """

    repository: str
    ref: str
    sha: str
    workflow_path: str
    run_id: str = "1"
    run_attempt: str = "1"
    workflow: str = "release"
    event_name: str = "push"
    environment: str | None = None
    job_workflow_ref: str | None = None
    job_workflow_sha: str | None = None
    actor: str = "Fieldnote-Echo"
    repository_id: str = "1000001"
    repository_owner_id: str = "2000002"
    actor_id: str = "2000002"

    @property
    def workflow_ref(self) -> str:
        return f"{self.repository}/{self.workflow_path}@{self.ref}"

    def claims(self) -> dict[str, str]:
        """The claims of GitHub's token for this job, but for the registered JWT claims."""
        context = f"environment:{self.environment}" if self.environment else f"ref:{self.ref}"
        claims = {
            "sub": f"repo:{self.repository}:{context}",
            "repository": self.repository,
            "repository_owner": self.repository.partition("/")[0],
            "repository_id": self.repository_id,
            "repository_owner_id": self.repository_owner_id,
            "repository_visibility": "public",
            "ref": self.ref,
            "ref_type": "tag" if self.ref.startswith("refs/tags/") else "branch",
            "ref_protected": "false",
            "sha": self.sha,
            "base_ref": "",
            "head_ref": "",
            "workflow": self.workflow,
            "workflow_ref": self.workflow_ref,
            "workflow_sha": self.sha,
            "job_workflow_ref": self.job_workflow_ref or self.workflow_ref,
            "job_workflow_sha": self.job_workflow_sha or self.sha,
            "event_name": self.event_name,
            "run_id": self.run_id,
            "run_number": self.run_id,
            "run_attempt": self.run_attempt,
            "runner_environment": "github-hosted",
            "actor": self.actor,
            "actor_id": self.actor_id,
        }
        return claims | ({"environment": self.environment} if self.environment else {})


@dataclass(frozen=True, slots=True)
class _Job:
    label: str
    claims: Mapping[str, str]


class Issuer:
    """The issuer: one RSA key, the registered jobs, the ledger.

    Args:
        clock: the time that tokens are stamped with.
        key: the signing key; a fresh 2048-bit key by default (a campaign passes one key to
            many worlds, because making it is the slowest part of a start).
    """

    def __init__(self, clock: Clock = utc_now, key: rsa.RSAPrivateKey | None = None) -> None:
        self.clock = clock
        self.ledger: list[Minted] = []
        self._key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._key_id = secrets.token_hex(16)
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self.request_app = Starlette(routes=[Route("/oidc/token", self._request_token)])

    # ------------------------------------------------------------------ for the stand-ins

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JWK set (RFC 7517)."""
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**jwk, "kid": self._key_id, "alg": "RS256", "use": "sig"}]}

    def token(self, audience: str, claims: Mapping[str, Any], *, job: str = "") -> str:
        """Mint a token now; *claims* override the registered ones, to make defective fixtures."""
        now = self.clock()
        registered = {
            "iss": ISSUER,
            "aud": audience,
            "jti": str(uuid.uuid4()),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
        }
        payload = {**registered, **claims}
        with self._lock:
            self.ledger.append(Minted(job, audience, now, str(payload["jti"])))
        return jwt.encode(payload, self._key, algorithm="RS256", headers={"kid": self._key_id})

    # ------------------------------------------------------------------ for the runner

    def register_job(self, claims: Mapping[str, str], label: str = "") -> str:
        """Start of a job with ``id-token: write``: its ``ACTIONS_ID_TOKEN_REQUEST_TOKEN``."""
        bearer = secrets.token_urlsafe(32)
        with self._lock:
            self._jobs[bearer] = _Job(label, dict(claims))
        return bearer

    def revoke_job(self, bearer: str) -> None:
        """End of a job: its bearer is worth nothing from now on."""
        with self._lock:
            self._jobs.pop(bearer, None)

    def job_environment(self, plain_url: str, bearer: str) -> dict[str, str]:
        """The variables that such a job sees; *plain_url* is where :attr:`request_app` listens."""
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{plain_url.rstrip('/')}/oidc/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": bearer,
        }

    def hosts(self) -> tuple[Host, ...]:
        """The issuer's own name: discovery and keys."""
        routes = [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/.well-known/jwks", self._keys),
        ]
        return (Host((HOST,), Starlette(routes=routes)),)

    # ------------------------------------------------------------------ answers

    def _discovery(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": ISSUER,
                "jwks_uri": f"{ISSUER}/.well-known/jwks",
                "subject_types_supported": ["public", "pairwise"],
                "response_types_supported": ["id_token"],
                "claims_supported": ["sub", "aud", "exp", "iat", "iss", "jti", "nbf"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid"],
            }
        )

    def _keys(self, request: Request) -> Response:
        return JSONResponse(self.jwks())

    def _request_token(self, request: Request) -> Response:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        with self._lock:
            job = self._jobs.get(bearer)
        if scheme.lower() != "bearer" or job is None:
            return JSONResponse({"message": "Unauthorized"}, 401)
        default = f"https://github.com/{job.claims.get('repository_owner', '')}"
        audience = request.query_params.get("audience") or default
        value = self.token(audience, job.claims, job=job.label)
        return JSONResponse({"count": len(value), "value": value})
