"""Sigstore: verifying DSSE bundles against a pinned trust root, and signing with a CI identity.

The trust root comes from a file and is never refreshed over the network. A verification that
raises anything at all has failed: malformed input makes the libraries raise errors of many kinds.
What is verified here is who signed, where it was logged, and what was signed; comparing subjects
with files is :mod:`tools.checks.attestations`.

Extension numbers: Fulcio's oid-info document (1.3.6.1.4.1.57264.1.*).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypi_attestations import Attestation, Distribution
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext
from sigstore.verify import Verifier, policy

from tools.errors import Mismatch, ReleaseError, Transient, UsageError
from tools.model import Digest

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPES = ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")
PUBLISH_PREDICATE = "https://docs.pypi.org/attestations/publish/v1"
AUDIENCE = "sigstore"
REATTEST = "trust nothing that it attests; re-run the job that attests, or find out who signed it"


class NotVerified(Mismatch):
    """A signature, a certificate or a log entry that does not verify."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose signature counts.

    Attributes:
        identity: the certificate's SAN: the URL of the workflow file that signed, at its ref.
        issuer: the OIDC issuer.
        repository: URL of the repository whose run signed.
        ref: the git ref of that run, ``refs/tags/vX.Y.Z``.
        commit: the commit of that run.
        config: URL of the triggered workflow at its ref; it differs from *identity* when a
            reusable workflow signs, and says who called it.
    """

    identity: str
    issuer: str
    repository: str
    ref: str
    commit: str
    config: str

    def policy(self) -> policy.VerificationPolicy:
        return policy.AllOf(
            [
                policy.Identity(identity=self.identity),
                policy.OIDCIssuerV2(self.issuer),
                policy.OIDCSourceRepositoryURI(self.repository),
                policy.OIDCSourceRepositoryRef(self.ref),
                policy.OIDCSourceRepositoryDigest(self.commit),
                policy.OIDCBuildConfigURI(self.config),
            ]
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """A verified in-toto statement: its predicate type, and its subjects by name."""

    predicate_type: str
    subjects: dict[str, Digest]


@dataclass(frozen=True, slots=True)
class Trust:
    """The pinned client trust configuration: trust root and signing services."""

    config: ClientTrustConfig

    @classmethod
    def load(cls, path: Path) -> Trust:
        """Read the pinned file.

        Raises:
            UsageError: when it is missing or not a client trust configuration.
        """
        try:
            return cls(ClientTrustConfig.from_json(path.read_text(encoding="utf-8")))
        except Exception as error:
            raise UsageError(
                f"{path} is not a Sigstore client trust configuration",
                found=_brief(error),
                remedy="restore the file from the tagged commit",
            ) from error

    def verify(self, bundle: bytes | str | dict[str, Any], signer: Signer) -> Statement:
        """The statement of a bundle that *signer* signed and the log recorded.

        Raises:
            NotVerified: for every other bundle, malformed ones included.
        """
        try:
            raw = json.dumps(bundle) if isinstance(bundle, dict) else bundle
            return self._statement(Bundle.from_json(raw), signer)
        except Exception as error:
            raise _refusal(error, signer) from error

    def verify_publish(self, attestation: dict[str, Any], signer: Signer) -> Statement:
        """The statement of a PEP 740 attestation object.

        Raises:
            NotVerified: when it does not verify.
        """
        try:
            parsed = Attestation.model_validate(attestation)
            return self._statement(parsed.to_bundle(), signer)
        except Exception as error:
            raise _refusal(error, signer) from error

    def _statement(self, bundle: Bundle, signer: Signer) -> Statement:
        verifier = Verifier(trusted_root=self.config.trusted_root)
        payload_type, payload = verifier.verify_dsse(bundle, signer.policy())
        if payload_type != PAYLOAD_TYPE:
            raise ValueError(f"payload type {payload_type!r}, expected {PAYLOAD_TYPE!r}")
        return parse_statement(json.loads(payload))

    def sign_publish(self, files: Iterable[Path], jwt: str) -> dict[str, str]:
        """A PEP 740 publish attestation, as JSON text, for each file by name.

        Args:
            jwt: an OIDC credential for the audience ``sigstore``.

        Raises:
            Transient: when Fulcio or Rekor do not answer; nothing was published by that.
        """
        try:
            context = SigningContext.from_trust_config(self.config)
            with context.signer(IdentityToken(jwt)) as signer:
                return {
                    path.name: Attestation.sign(
                        signer, Distribution.from_file(path)
                    ).model_dump_json()
                    for path in files
                }
        except Exception as error:
            raise Transient(
                "the publish attestations could not be signed",
                found=_brief(error),
                remedy="re-run the job; nothing was uploaded",
            ) from error


def parse_statement(value: Any) -> Statement:
    """Read an in-toto statement strictly: each subject once, each with a sha256.

    Raises:
        ValueError, KeyError, TypeError: for anything else.
    """
    if value["_type"] not in STATEMENT_TYPES:
        raise ValueError(f"statement type {value['_type']!r}")
    subjects: dict[str, Digest] = {}
    for item in value["subject"]:
        name = item["name"]
        if not isinstance(name, str) or name in subjects:
            raise ValueError(f"subject {name!r} is no name or stands twice")
        subjects[name] = Digest("sha256", item["digest"]["sha256"])
    return Statement(str(value["predicateType"]), subjects)


def one_bundle(content: bytes) -> dict[str, Any]:
    """The single bundle of a ``.sigstore.json`` or ``.intoto.jsonl`` file.

    Raises:
        NotVerified: when the file holds none, several, or something else.
    """
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    for text in ("\n".join(lines), lines[0] if len(lines) == 1 else ""):
        try:
            value = json.loads(text)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    raise NotVerified(
        "not one Sigstore bundle",
        found=f"{len(lines)} lines, not one JSON object",
        remedy=REATTEST,
    )


def _refusal(error: Exception, signer: Signer) -> NotVerified:
    return NotVerified(
        "the attestation does not verify",
        expected=f"signed by {signer.identity} for {signer.ref} at {signer.commit[:12]}",
        found=_brief(error),
        remedy=REATTEST,
    )


def _brief(error: Exception) -> str:
    if isinstance(error, ReleaseError):
        return error.found or error.message
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
