"""Trusted publishing, the part that both registry stand-ins share.

A GitHub OIDC credential is checked in full (signature, issuer, audience, expiry, single use)
and compared with publisher records; a short-lived token for exactly the matching projects is
minted, and every use of it is entered in a ledger without the token itself.
Rules: https://crates.io/docs/trusted-publishing and https://docs.pypi.org/trusted-publishers/.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

ISSUER = "https://token.actions.githubusercontent.com"

Clock = Callable[[], datetime]
Jwks = Callable[[], Mapping[str, Any]]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Refused(Exception):
    """The registry says no: the status it answers with, a code word, and why."""

    def __init__(self, status: int, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.code = code


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher record: which workflow of which repository may publish *project*.

    Attributes:
        repository: ``owner/name``; compared without regard to case.
        workflow: the file name in ``.github/workflows``; compared exactly.
        environment: the deployment environment, without regard to case; None for any.
        owner_id: the numeric id of the repository's owner, when the record pins it.
    """

    project: str
    repository: str
    workflow: str
    environment: str | None = None
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """One request that spent a token: when, by which job, for what, and with which outcome."""

    at: datetime
    label: str
    what: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """The life of one token, without the token.

    Attributes:
        label: the job that had it minted.
        projects: what it may publish.
        claims: ``repository``, ``ref``, ``sha``, ``run_id`` … of the credential.
        uses: what it was spent on, in order; refused attempts included.
    """

    number: int
    label: str
    projects: tuple[str, ...]
    minted_at: datetime
    expires_at: datetime
    claims: Mapping[str, Any] = field(repr=False)
    revoked_at: datetime | None = None
    uses: tuple[Use, ...] = ()


class TokenDesk:
    """Mints, checks and revokes the tokens of one registry.

    Args:
        audience: what the credential must be made out to.
        jwks: the issuer's public keys, as a JWK set.
        prefix: how the registry's tokens begin (secret scanners know it).
        lifetime: crates.io gives 30 minutes, PyPI 15.
    """

    def __init__(
        self,
        audience: str,
        jwks: Jwks,
        publishers: Iterable[Publisher],
        *,
        prefix: str,
        lifetime: timedelta,
        clock: Clock = utc_now,
    ) -> None:
        self.audience = audience
        self._jwks = jwks
        self._publishers = list(publishers)
        self._prefix = prefix
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._spent: set[str] = set()
        self._records: list[TokenRecord] = []
        self._numbers: dict[str, int] = {}

    def mint(self, credential: str, label: str) -> str:
        """Exchange an OIDC credential for a token.

        Raises:
            Refused: for a credential that does not verify, was used before, or that no
                publisher record matches; with the field that did not match.
        """
        claims = self._claims(credential)
        with self._lock:
            if claims["jti"] in self._spent:
                raise Refused(400, "JWT has already been used", "invalid-reuse-token")
            self._spent.add(claims["jti"])
            projects = tuple(p.project for p in self._matching(claims))
            token = self._prefix + secrets.token_urlsafe(24)
            now = self._clock()
            number = len(self._records)
            self._records.append(
                TokenRecord(number, label, projects, now, now + self._lifetime, claims)
            )
            self._numbers[token] = number
            return token

    def revoke(self, token: str) -> None:
        """End a token's life; an unknown one is no error, as at crates.io."""
        with self._lock:
            number = self._numbers.get(token)
            if number is not None and self._records[number].revoked_at is None:
                self._records[number] = replace(self._records[number], revoked_at=self._clock())

    def authorize(self, token: str, project: str, label: str, what: str) -> TokenRecord:
        """The record of a token that may act on *project* now; the use is entered either way.

        Raises:
            Refused: 403 for an unknown, expired or revoked token, or another project's.
        """
        with self._lock:
            number = self._numbers.get(token)
            if number is None:
                raise Refused(403, "Invalid authentication token", "invalid-token")
            record, now = self._records[number], self._clock()
            alive = record.revoked_at is None and now < record.expires_at
            accepted = alive and project in record.projects
            use = Use(now, label, what, accepted)
            self._records[number] = replace(record, uses=(*record.uses, use))
            if not alive:
                raise Refused(403, "Invalid authentication token", "invalid-token")
            if not accepted:
                raise Refused(403, f"The provided access token is not valid for `{project}`")
            return self._records[number]

    def is_mine(self, token: str) -> bool:
        """Whether *token* looks like one of this desk's, alive or not."""
        return token.startswith(self._prefix)

    def ledger(self) -> tuple[TokenRecord, ...]:
        """Every token ever minted, in order."""
        with self._lock:
            return tuple(self._records)

    def secrets(self) -> frozenset[str]:
        """Every token ever minted, itself: to search outputs and files for leaks."""
        with self._lock:
            return frozenset(self._numbers)

    def _claims(self, credential: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(credential)
            keys = jwt.PyJWKSet.from_dict(dict(self._jwks()))
            claims: dict[str, Any] = jwt.decode(
                credential,
                keys[header["kid"]].key,
                algorithms=["RS256"],
                audience=self.audience,
                issuer=ISSUER,
                options={
                    "require": ["exp", "iat", "jti", "aud", "iss"],
                    # Against the world's clock below, not the machine's.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise Refused(400, f"Failed to decode JWT: {error}", "invalid-token") from error
        now = self._clock().timestamp()
        # Both registries allow the issuer's clock half a minute.
        if not int(claims.get("nbf", 0)) - 30 <= now < int(claims["exp"]) + 30:
            raise Refused(400, "Failed to decode JWT: it is not valid now", "invalid-token")
        return claims

    def _matching(self, claims: Mapping[str, Any]) -> list[Publisher]:
        """Narrow the records by one claim after another, so that the refusal names the culprit."""
        left = self._publishers
        for what, found, agrees in _COMPARISONS:
            kept = [publisher for publisher in left if agrees(publisher, claims)]
            if not kept:
                raise Refused(
                    400,
                    f"no Trusted Publishing config matches the {what} "
                    f"{claims.get(found)!r} of the credential",
                    "invalid-publisher",
                )
            left = kept
        return left


def _same(left: object, right: object) -> bool:
    return str(left).lower() == str(right).lower()


def workflow_file(claims: Mapping[str, Any]) -> str:
    """``release.yml`` from ``owner/name/.github/workflows/release.yml@refs/tags/v1``."""
    path = str(claims.get("workflow_ref", "")).partition("@")[0]
    return path.rpartition("/.github/workflows/")[2]


_COMPARISONS: tuple[tuple[str, str, Callable[[Publisher, Mapping[str, Any]], bool]], ...] = (
    ("repository", "repository", lambda p, c: _same(p.repository, c.get("repository"))),
    (
        "repository owner id",
        "repository_owner_id",
        lambda p, c: p.owner_id in (None, c.get("repository_owner_id")),
    ),
    ("workflow", "workflow_ref", lambda p, c: p.workflow == workflow_file(c)),
    (
        "environment",
        "environment",
        lambda p, c: p.environment is None or _same(p.environment, c.get("environment")),
    ),
)
