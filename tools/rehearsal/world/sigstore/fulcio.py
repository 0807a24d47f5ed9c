"""Stand-in for Fulcio, ``https://fulcio.sigstore.dev``, REST API v2.

``POST /api/v2/signingCert`` with a bearer token and a PKCS #10 request answers 201 and the
chain (leaf, intermediate, root). It refuses as Fulcio does:

====  =============================================================================
401   no token; a token of an unknown issuer, of another key, for another audience,
      expired, not yet valid, or without a claim that the certificate must carry
400   no certificate request, one that does not parse, one whose signature does not
      verify with the key it asks for (no proof of possession), an unsupported key
====  =============================================================================
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.hosts import Host, context_of
from tools.rehearsal.world.oidc import Clock
from tools.rehearsal.world.sigstore.certificate import identity, issue
from tools.rehearsal.world.sigstore.keys import Keys

HOST = "fulcio.sigstore.dev"
AUDIENCE = "sigstore"
_KEYS = (ec.EllipticCurvePublicKey, rsa.RSAPublicKey, ed25519.Ed25519PublicKey)


class Refused(Exception):
    """A request that Fulcio turns down: HTTP status, gRPC code, message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate that left the authority: to whom, when, through which job's connection."""

    identity: str
    serial: int
    time: datetime
    label: str


class Fulcio:
    """The certificate authority.

    Args:
        keys: the authority's keys.
        issuers: the trusted OIDC issuers, each with a callable that yields its JWK set.
        clock: the time.
    """

    def __init__(
        self, keys: Keys, issuers: Mapping[str, Callable[[], dict[str, Any]]], clock: Clock
    ) -> None:
        self.issued: list[Issued] = []
        self._keys = keys
        self._issuers = issuers
        self._clock = clock
        self._lock = threading.Lock()

    def hosts(self) -> tuple[Host, ...]:
        routes = [
            Route("/api/v2/signingCert", self._signing_cert, methods=["POST"]),
            Route("/api/v2/trustBundle", self._trust_bundle),
        ]
        return (Host((HOST,), Starlette(routes=routes)),)

    async def _signing_cert(self, request: Request) -> Response:
        try:
            claims = self.verified_claims(request.headers.get("authorization", ""))
            wanted = _certificate_request(await request.body())
            leaf = self._issue(wanted, claims, context_of(request.scope).label)
        except Refused as refused:
            body = {"code": refused.code, "message": refused.message, "details": []}
            return JSONResponse(body, refused.status)
        chain = [_pem(leaf), _pem(self._keys.intermediate), _pem(self._keys.root)]
        answer = {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}
        return JSONResponse(answer, 201)

    async def _trust_bundle(self, request: Request) -> Response:
        chain = [_pem(self._keys.intermediate), _pem(self._keys.root)]
        return JSONResponse({"chains": [{"certificates": chain}]})

    def _issue(
        self, wanted: x509.CertificateSigningRequest, claims: Mapping[str, str], label: str
    ) -> x509.Certificate:
        now = self._clock()
        try:
            leaf = issue(self._keys, wanted.public_key(), claims, now)
        except KeyError as missing:
            raise Refused(401, 16, f"the token has no claim {missing}") from missing
        with self._lock:
            self.issued.append(Issued(identity(claims), leaf.serial_number, now, label))
        return leaf

    def verified_claims(self, authorization: str) -> dict[str, str]:
        """The claims of a bearer token, once everything about it has been checked.

        Raises:
            Refused: 401, with the reason.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(401, 16, "no identity token was supplied")
        try:
            return self._decode(token)
        except (jwt.PyJWTError, ValueError) as error:
            message = f"There was an error processing the identity token: {error}"
            raise Refused(401, 16, message) from error

    def _decode(self, token: str) -> dict[str, str]:
        unverified = jwt.decode(token, options={"verify_signature": False})
        issuer = str(unverified.get("iss"))
        if issuer not in self._issuers:
            raise jwt.InvalidIssuerError(f"{issuer!r} is not a trusted issuer")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key_for(token, self._issuers[issuer]()),
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=issuer,
            # Times are compared with this world's clock below, not with the machine's.
            options={
                "require": ["aud", "sub", "iat", "exp", "iss"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        now = self._clock().timestamp()
        if now >= float(claims["exp"]):
            raise jwt.ExpiredSignatureError("the token has expired")
        if now < float(claims.get("nbf", claims["iat"])) - 1:
            raise jwt.ImmatureSignatureError("the token is not valid yet")
        return {name: str(value) for name, value in claims.items()}


def _key_for(token: str, jwks: dict[str, Any]) -> jwt.PyJWK:
    key_id = jwt.get_unverified_header(token).get("kid")
    for key in jwt.PyJWKSet.from_dict(jwks).keys:
        if key.key_id == key_id:
            return key
    raise jwt.InvalidKeyError(f"the issuer has no key {key_id!r}")


def _certificate_request(body: bytes) -> x509.CertificateSigningRequest:
    """The CSR of a request, its self-signature verified: the proof of possession.

    Raises:
        Refused: 400, with the reason.
    """
    try:
        encoded = json.loads(body)["certificateSigningRequest"]
        wanted = x509.load_pem_x509_csr(base64.b64decode(encoded, validate=True))
        proven = wanted.is_signature_valid
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise Refused(400, 3, f"The certificate request is not readable: {error}") from error
    except (InvalidSignature, UnsupportedAlgorithm) as error:
        raise Refused(400, 3, f"The certificate request's signature: {error}") from error
    if not proven:
        raise Refused(400, 3, "The signature supplied in the request could not be verified")
    if not isinstance(wanted.public_key(), _KEYS):
        raise Refused(400, 3, "The public key supplied in the request is not supported")
    return wanted


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
