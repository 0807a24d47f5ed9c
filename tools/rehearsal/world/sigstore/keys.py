"""The throwaway keys of a stand-in Sigstore and its certificate authority.

A root, an intermediate that issues the leaves (as Fulcio's does), the CT log's key and Rekor's.
All are ECDSA: P-384 for the authority, P-256 for the logs, as in the real instance.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Long past: a trust root must already be valid at any time a rehearsal pretends.
VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
VALID_FOR = timedelta(days=365 * 30)


def public_der(key: ec.EllipticCurvePublicKey) -> bytes:
    """The key's SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def log_id(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A log's identity: the SHA-256 of its SubjectPublicKeyInfo (RFC 6962, 3.2)."""
    return hashlib.sha256(public_der(key.public_key())).digest()


@dataclass(frozen=True)
class Keys:
    """Private keys and the two CA certificates."""

    root: x509.Certificate
    intermediate: x509.Certificate
    issuer: ec.EllipticCurvePrivateKey
    ct_log: ec.EllipticCurvePrivateKey
    rekor: ec.EllipticCurvePrivateKey

    @classmethod
    def generate(cls) -> Keys:
        root_key = ec.generate_private_key(ec.SECP384R1())
        issuer_key = ec.generate_private_key(ec.SECP384R1())
        root = _authority("sigstore", root_key, None, None)
        intermediate = _authority("sigstore-intermediate", issuer_key, root, root_key)
        p256 = ec.SECP256R1()
        return cls(
            root,
            intermediate,
            issuer_key,
            ct_log=ec.generate_private_key(p256),
            rekor=ec.generate_private_key(p256),
        )


def _authority(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
) -> x509.Certificate:
    """A CA certificate: self-signed without *issuer*, else an issuing intermediate."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "sigstore.dev (rehearsal)"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    usage = x509.KeyUsage(
        **dict.fromkeys(_USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
    )
    signing_key = issuer_key or key
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_FROM + VALID_FOR)
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(True, 0 if issuer else 1), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(identifier, critical=False)
    )
    if issuer:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(signing_key, hashes.SHA384())


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
