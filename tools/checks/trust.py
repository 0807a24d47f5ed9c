"""The pinned Sigstore trust: usable on the day of a release, and the one that Sigstore uses.

The pin is committed, so a release verifies against what was reviewed. It also ages: Sigstore
rotates keys and logs. A stale pin stops a release when it attests, or worse: the publish
attestations for PyPI are signed with it when the crates are public already.

Field names are those of sigstore/protobuf-specs (``ClientTrustConfig`` v0.1).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tools.model import Problem

# A release may be resumed for this long, which is also PyPI's window for new files.
MARGIN = timedelta(days=14)
RENEW = 'renew trust/sigstore.json: see RELEASING.md, "The pinned trust"'
_Entry = Mapping[str, Any]


def expiring(pinned: Mapping[str, Any], now: datetime) -> Iterator[Problem]:
    """Each kind of key or service without one that is valid from *now* to the end of the margin."""
    root, signing = pinned["trustedRoot"], pinned["signingConfig"]
    kinds: dict[str, Iterable[_Entry]] = {
        "trustedRoot.tlogs": [log["publicKey"] for log in root["tlogs"]],
        "trustedRoot.ctlogs": [log["publicKey"] for log in root["ctlogs"]],
        "trustedRoot.certificateAuthorities": root["certificateAuthorities"],
        "signingConfig.caUrls": signing["caUrls"],
        "signingConfig.rekorTlogUrls": signing["rekorTlogUrls"],
    }
    until = now + MARGIN
    for kind, entries in kinds.items():
        if not any(_covers(entry, now, until) for entry in entries):
            yield Problem(kind, f"one that is valid until {until:%Y-%m-%d}", "none", RENEW)


def services(pinned: Mapping[str, Any], kind: str, now: datetime) -> list[str]:
    """The base URLs under ``signingConfig.KIND`` that are valid now and speak the first API."""
    return [
        str(entry["url"])
        for entry in pinned["signingConfig"][kind]
        if entry["majorApiVersion"] == 1 and _covers(entry, now, now)
    ]


def certificates(pinned: Mapping[str, Any]) -> frozenset[bytes]:
    """Every certificate of the pinned authorities, as DER."""
    return frozenset(
        base64.b64decode(certificate["rawBytes"])
        for authority in pinned["trustedRoot"]["certificateAuthorities"]
        for certificate in authority["certChain"]["certificates"]
    )


def log_keys(pinned: Mapping[str, Any]) -> frozenset[bytes]:
    """The public key of every pinned transparency log, as DER."""
    return frozenset(
        base64.b64decode(log["publicKey"]["rawBytes"]) for log in pinned["trustedRoot"]["tlogs"]
    )


def unknown(served: Iterable[x509.Certificate], pinned: Mapping[str, Any]) -> list[str]:
    """The served certificates that are not pinned: subject and end of each."""
    known = certificates(pinned)
    return [
        f"{found.subject.rfc4514_string()} until {found.not_valid_after_utc:%Y-%m-%d}"
        for found in served
        if found.public_bytes(Encoding.DER) not in known
    ]


def _covers(entry: _Entry, start: datetime, end: datetime) -> bool:
    valid = entry.get("validFor", {})
    begun = "start" not in valid or datetime.fromisoformat(valid["start"]) <= start
    return begun and ("end" not in valid or end <= datetime.fromisoformat(valid["end"]))
