"""What Rekor logs: proposed entries, checked and brought into the form that is logged.

``hashedrekord`` 0.0.1 is logged as proposed. ``dsse`` 0.0.1 arrives as an envelope with its
verifiers and is logged as hashes and signatures, so the log holds no payload. Either way the
signature is verified first, as the real log does: nothing unverifiable is ever logged.

Canonical JSON is RFC 8785; for the strings and objects of these entries that is sorted keys
without spaces.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import load_pem_public_key


class BadEntry(ValueError):
    """The proposed entry is not one, or its signature does not verify."""


@dataclass(frozen=True, slots=True)
class Body:
    """An entry as it is logged, and the digests (``sha256:…``) it can be found by."""

    canonical: bytes
    keys: frozenset[str]


def canonical_json(value: Any) -> bytes:
    """RFC 8785, for values whose only numbers are integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def proposed(entry: Any) -> Body:
    """The body that a proposed entry is logged as.

    Raises:
        BadEntry: for another kind or version, a malformed entry or a bad signature.
    """
    try:
        kind = (entry["kind"], entry["apiVersion"])
        spec = entry["spec"]
        if kind == ("hashedrekord", "0.0.1"):
            return _hashedrekord(spec)
        if kind == ("dsse", "0.0.1"):
            return _dsse(spec["proposedContent"])
    except BadEntry:
        raise
    except InvalidSignature as error:
        raise BadEntry("the signature does not verify with the supplied key") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadEntry(f"the entry is malformed: {error!r}") from error
    raise BadEntry(f"entries of kind {kind[0]} {kind[1]} are not supported")


def _hashedrekord(spec: dict[str, Any]) -> Body:
    algorithm, value = spec["data"]["hash"]["algorithm"], spec["data"]["hash"]["value"]
    if algorithm != "sha256":
        raise BadEntry(f"hashes by {algorithm} are not supported")
    content, pem = spec["signature"]["content"], spec["signature"]["publicKey"]["content"]
    digest = utils.Prehashed(hashes.SHA256())
    _key(pem).verify(_decode(content), bytes.fromhex(value), ec.ECDSA(digest))
    logged = {
        "data": {"hash": {"algorithm": algorithm, "value": value}},
        "signature": {"content": content, "publicKey": {"content": pem}},
    }
    return _body("hashedrekord", logged, {f"sha256:{value}"})


def _dsse(content: dict[str, Any]) -> Body:
    text: str = content["envelope"]
    envelope = json.loads(text)
    payload = _decode(envelope["payload"])
    message = pae(envelope["payloadType"], payload)
    signatures = [
        {"signature": signature["sig"], "verifier": _verifier(content, signature["sig"], message)}
        for signature in envelope["signatures"]
    ]
    if not signatures:
        raise BadEntry("the envelope has no signature")
    envelope_hash, payload_hash = sha256(text.encode()).hexdigest(), sha256(payload).hexdigest()
    logged = {
        "envelopeHash": {"algorithm": "sha256", "value": envelope_hash},
        "payloadHash": {"algorithm": "sha256", "value": payload_hash},
        "signatures": signatures,
    }
    keys = {f"sha256:{envelope_hash}", f"sha256:{payload_hash}", *_subjects(payload)}
    return _body("dsse", logged, keys)


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding that a DSSE signature covers."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _verifier(content: dict[str, Any], signature: str, message: bytes) -> str:
    """The one of the supplied verifiers that this signature verifies with."""
    for pem in content["verifiers"]:
        try:
            _key(pem).verify(_decode(signature), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return str(pem)
    raise BadEntry("no supplied verifier verifies the envelope's signature")


def _subjects(payload: bytes) -> set[str]:
    """The digests of an in-toto statement's subjects; the log can be searched by them."""
    try:
        subjects = json.loads(payload)["subject"]
        return {f"sha256:{subject['digest']['sha256']}" for subject in subjects}
    except (ValueError, KeyError, TypeError):
        return set()


def _body(kind: str, spec: dict[str, Any], keys: set[str]) -> Body:
    logged = {"apiVersion": "0.0.1", "kind": kind, "spec": spec}
    return Body(canonical_json(logged), frozenset(keys))


def _key(encoded_pem: str) -> ec.EllipticCurvePublicKey:
    """The key of a base64 PEM that holds a certificate or a public key."""
    pem = _decode(encoded_pem)
    if b"BEGIN CERTIFICATE" in pem:
        key: object = x509.load_pem_x509_certificate(pem).public_key()
    else:
        key = load_pem_public_key(pem)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise BadEntry("only ECDSA keys are supported")
    return key


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
