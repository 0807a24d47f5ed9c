"""PEP 740 attestations at the door of the stand-in PyPI: what is refused, what is served.

The structure is always checked: model, number, predicate type, and a statement whose subject
is the uploaded file. Signatures are checked by an injected :data:`Verifier`, because the
rehearsed Sigstore has its own trust root; :func:`sigstore_verifier` makes one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pypi_attestations import (
    Attestation,
    AttestationBundle,
    AttestationType,
    Distribution,
    GitHubPublisher,
    Provenance,
)
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier as SigstoreVerifier
from sigstore.verify import policy

from tools.rehearsal.world.trusted import ISSUER, Refused

# Raises on anything that does not verify; the structure has been checked before.
Verifier = Callable[[Attestation, GitHubPublisher], None]

_PAYLOAD_TYPE = "application/vnd.in-toto+json"
_BUILD_CONFIG_URI = "1.3.6.1.4.1.57264.1.18"
_SUPPORTED = tuple(kind.value for kind in AttestationType)
_LIST = TypeAdapter(list[Attestation])


def provenance_of(
    field: str, dist: Distribution, publisher: GitHubPublisher | None, verify: Verifier | None
) -> dict[str, Any]:
    """The provenance object for an upload's ``attestations`` field.

    Raises:
        Refused: 400, with what is wrong with them.
    """
    if publisher is None:
        raise Refused(400, "Attestations are only supported when using Trusted Publishing")
    try:
        attestations = _LIST.validate_json(field)
    except ValidationError as error:
        raise Refused(400, f"Malformed attestations: {error}") from error
    if not 0 < len(attestations) <= len(_SUPPORTED):
        raise Refused(400, f"Malformed attestations: expected 1 or 2, found {len(attestations)}")
    kinds = [_checked(attestation, dist) for attestation in attestations]
    if len(set(kinds)) != len(kinds):
        raise Refused(400, f"Multiple attestations with the same predicate type {kinds[0]}")
    for attestation in attestations:
        if verify is not None:
            _verified(attestation, publisher, verify)
    bundle = AttestationBundle(publisher=publisher, attestations=attestations)
    return Provenance(attestation_bundles=[bundle]).model_dump(mode="json")


def _checked(attestation: Attestation, dist: Distribution) -> str:
    """The predicate type of a statement about exactly this file."""
    try:
        statement = json.loads(attestation.envelope.statement)
        kind = str(statement["predicateType"])
        (subject,) = statement["subject"]
        name, digest = subject["name"], subject["digest"]["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(400, f"Malformed attestations: {error!r} in the statement") from error
    if kind not in _SUPPORTED:
        raise Refused(400, f"Attestation with unsupported predicate type: {kind}")
    if (name, digest) != (dist.name, dist.digest):
        raise Refused(400, f"subject does not match distribution: {name} sha256:{digest}")
    return kind


def _verified(attestation: Attestation, publisher: GitHubPublisher, verify: Verifier) -> None:
    try:
        verify(attestation, publisher)
    # Whatever leaks out of a verifier on bad input is a failed verification.
    except Exception as error:
        raise Refused(
            400, f"Could not verify the uploaded artifact using the included attestation: {error}"
        ) from error


def sigstore_verifier(trusted_root: TrustedRoot) -> Verifier:
    """Signature, log, certificate, and the publisher's identity, against *trusted_root*."""
    verifier = SigstoreVerifier(trusted_root=trusted_root)

    def verify(attestation: Attestation, publisher: GitHubPublisher) -> None:
        repository = f"https://github.com/{publisher.repository}"
        identity = policy.AllOf(
            [policy.OIDCIssuerV2(ISSUER), policy.OIDCSourceRepositoryURI(repository)]
        )
        kind, _ = verifier.verify_dsse(attestation.to_bundle(), identity)
        if kind != _PAYLOAD_TYPE:
            raise ValueError(f"expected payload type {_PAYLOAD_TYPE}, found {kind}")
        wanted = f"{repository}/.github/workflows/{publisher.workflow}@"
        found = attestation.certificate_claims.get(_BUILD_CONFIG_URI, "")
        if not found.startswith(wanted):
            raise ValueError(f"expected the workflow {wanted}…, found {found!r}")

    return verify
