"""The client trust config of a stand-in Sigstore: its public keys under the real URLs.

Media types and field names are those of sigstore/protobuf-specs (``ClientTrustConfig`` v0.1,
``TrustedRoot`` v0.1, ``SigningConfig`` v0.2). Clients refuse unknown keys, and a ``validFor``
that has not begun.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tools.rehearsal.world.sigstore.keys import VALID_FROM, Keys, log_id, public_der

FULCIO_URL = "https://fulcio.sigstore.dev"
REKOR_URL = "https://rekor.sigstore.dev"
CT_LOG_URL = "https://ctfe.sigstore.dev/rehearsal"
OPERATOR = "sigstore.dev"
_START = {"start": VALID_FROM.strftime("%Y-%m-%dT%H:%M:%SZ")}


def client_trust_config(keys: Keys) -> str:
    """What to trust and where to sign, as JSON."""
    return json.dumps(
        {
            "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
            "trustedRoot": _trusted_root(keys),
            "signingConfig": _signing_config(),
        },
        indent=1,
    )


def trusted_root(keys: Keys) -> str:
    """What to trust, as JSON."""
    return json.dumps(_trusted_root(keys), indent=1)


def _trusted_root(keys: Keys) -> dict[str, Any]:
    chain = [keys.intermediate, keys.root]
    return {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [_log(REKOR_URL, keys.rekor)],
        "ctlogs": [_log(CT_LOG_URL, keys.ct_log)],
        "certificateAuthorities": [
            {
                "subject": {"organization": OPERATOR, "commonName": "sigstore"},
                "uri": FULCIO_URL,
                "certChain": {"certificates": [{"rawBytes": _der(c)} for c in chain]},
                "validFor": _START,
            }
        ],
        "timestampAuthorities": [],
    }


def _signing_config() -> dict[str, Any]:
    service = {"majorApiVersion": 1, "validFor": _START, "operator": OPERATOR}
    return {
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "caUrls": [{"url": FULCIO_URL, **service}],
        "oidcUrls": [],
        "rekorTlogUrls": [{"url": REKOR_URL, **service}],
        "rekorTlogConfig": {"selector": "ANY"},
        "tsaUrls": [],
        "tsaConfig": {"selector": "ANY"},
    }


def _log(url: str, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": _b64(public_der(key.public_key())),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": _START,
        },
        "logId": {"keyId": _b64(log_id(key))},
    }


def _der(certificate: x509.Certificate) -> str:
    return _b64(certificate.public_bytes(Encoding.DER))


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
