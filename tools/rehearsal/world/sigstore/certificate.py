"""The leaf certificate: Fulcio's profile, GitHub's extensions, the embedded SCT.

Sources: the profile in Fulcio's docs/certificate-specification.md, the extension numbers in
its docs/oid-info.md, the SCT in RFC 6962, section 3.2 and 3.3.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from tools.rehearsal.world.sigstore.keys import Keys, log_id, public_der

LIFETIME = timedelta(minutes=10)
SERVER = "https://github.com"
_ARC = "1.3.6.1.4.1.57264.1"
_SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")

# The first six are the claim's raw bytes, all later ones DER UTF8Strings.
_RAW = {1: "iss", 2: "event_name", 3: "sha", 4: "workflow", 5: "repository", 6: "ref"}
_DER = {
    8: "{iss}",
    9: SERVER + "/{job_workflow_ref}",
    10: "{job_workflow_sha}",
    11: "{runner_environment}",
    12: SERVER + "/{repository}",
    13: "{sha}",
    14: "{ref}",
    15: "{repository_id}",
    16: SERVER + "/{repository_owner}",
    17: "{repository_owner_id}",
    18: SERVER + "/{workflow_ref}",
    19: "{workflow_sha}",
    20: "{event_name}",
    21: SERVER + "/{repository}/actions/runs/{run_id}/attempts/{run_attempt}",
    22: "{repository_visibility}",
}


def identity(claims: Mapping[str, str]) -> str:
    """The subject alternative name: the workflow that runs the job, not the token's ``sub``."""
    return f"{SERVER}/{claims['job_workflow_ref']}"


def issue(
    keys: Keys, public_key: CertificatePublicKeyTypes, claims: Mapping[str, str], now: datetime
) -> x509.Certificate:
    """The signing certificate for a verified identity, with its SCT, valid ten minutes.

    Raises:
        KeyError: when the token lacks a claim that the certificate must carry.
    """
    builder = _profile(keys, public_key, claims, now)
    precertificate = builder.sign(keys.issuer, hashes.SHA384())
    # Unsigned parts are equal but for the SCT list, so this is the precertificate's TBS.
    timestamp = _signed_timestamp(keys, precertificate.tbs_certificate_bytes, now)
    scts = x509.UnrecognizedExtension(_SCT_LIST, _octet_string(timestamp))
    return builder.add_extension(scts, critical=False).sign(keys.issuer, hashes.SHA384())


def _profile(
    keys: Keys, public_key: CertificatePublicKeyTypes, claims: Mapping[str, str], now: datetime
) -> x509.CertificateBuilder:
    start = now.replace(microsecond=0)
    name = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity(claims))])
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(keys.issuer.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(keys.intermediate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + LIFETIME)
        .add_extension(usage, critical=True)
        .add_extension(purpose, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(authority, critical=False)
        .add_extension(name, critical=True)  # critical because the subject is empty
    )
    for number, value in _extensions(claims):
        oid = x509.ObjectIdentifier(f"{_ARC}.{number}")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, value), critical=False)
    return builder


def _extensions(claims: Mapping[str, str]) -> list[tuple[int, bytes]]:
    raw = [(number, claims[claim].encode()) for number, claim in _RAW.items()]
    return raw + [(number, _utf8(form.format_map(claims))) for number, form in _DER.items()]


def _signed_timestamp(keys: Keys, tbs: bytes, now: datetime) -> bytes:
    """A SignedCertificateTimestampList with one v1 SCT over a precertificate entry."""
    milliseconds = int(now.timestamp() * 1000)
    issuer_key = keys.issuer.public_key()
    head = struct.pack(">BBQH", 0, 0, milliseconds, 1)
    entry = sha256(public_der(issuer_key)).digest() + len(tbs).to_bytes(3, "big") + tbs
    no_extensions = b"\0\0"
    signature = keys.ct_log.sign(head + entry + no_extensions, ec.ECDSA(hashes.SHA256()))
    sct = struct.pack(">B32sQ", 0, log_id(keys.ct_log), milliseconds) + no_extensions
    sct += struct.pack(">BBH", 4, 3, len(signature)) + signature  # sha256, ecdsa
    one = struct.pack(">H", len(sct)) + sct
    return struct.pack(">H", len(one)) + one


def _octet_string(content: bytes) -> bytes:
    return b"\x04" + _length(len(content)) + content


def _utf8(text: str) -> bytes:
    content = text.encode()
    return b"\x0c" + _length(len(content)) + content


def _length(size: int) -> bytes:
    """A DER length."""
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets
