"""The pinned Sigstore trust: usable on the day of a release, and the one that Sigstore uses.

The pin is committed, so a release verifies against what was reviewed. It also ages: Sigstore
rotates keys and logs. A stale pin stops a release when it attests, or worse: the publish
attestations for PyPI are signed with it when the crates are public already.

Field names are those of sigstore/protobuf-specs (``ClientTrustConfig`` v0.1).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tools.errors import GateRefused
from tools.model import Problem

# A release may be resumed for this long, which is also PyPI's window for new files.
MARGIN = timedelta(days=14)
RENEW = 'renew trust/sigstore.json: see RELEASING.md, "The pinned trust"'
# The only version of the services' interfaces that is asked here.
API = 1
LOGS, AUTHORITIES = "trustedRoot.tlogs", "trustedRoot.certificateAuthorities"
CT_LOGS, TIMESTAMPERS = "trustedRoot.ctlogs", "trustedRoot.timestampAuthorities"
CA_URLS, REKOR_URLS = "signingConfig.caUrls", "signingConfig.rekorTlogUrls"
TSA_URLS = "signingConfig.tsaUrls"
REQUIRED = (LOGS, CT_LOGS, AUTHORITIES, CA_URLS, REKOR_URLS)
# With Rekor v1 a pin can do without them; the client uses those that it names.
TIMESTAMPS = (TIMESTAMPERS, TSA_URLS)


@dataclass(frozen=True, slots=True)
class Entry:
    """A pinned key, authority or service.

    Attributes:
        start: from when it is valid; None: always has been. ``end``: until when.
        url: of a service, its base.
        version: of a service, that of its interface; a key has none and counts as :data:`API`.
        keys: the DER of its public key, or of each certificate of its chain.
    """

    start: datetime | None
    end: datetime | None
    url: str
    version: int
    keys: frozenset[bytes]

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether it can be used during the whole of this time."""
        begun = self.start is None or self.start <= start
        return self.version == API and begun and (self.end is None or end <= self.end)


@dataclass(frozen=True, slots=True)
class Pin:
    """The entries of the pinned file under each kind, ``trustedRoot.tlogs`` for example."""

    kinds: Mapping[str, tuple[Entry, ...]]

    def keys(self, kind: str) -> frozenset[bytes]:
        """Every pinned key or certificate of *kind*, as DER."""
        return frozenset(key for entry in self.kinds[kind] for key in entry.keys)

    @property
    def timestamped(self) -> bool:
        """Whether it names a timestamp authority: to be asked, or to be believed."""
        return any(self.kinds[kind] for kind in TIMESTAMPS)


def read(path: Path) -> Pin:
    """The pin in the file *path*.

    Raises:
        GateRefused: it is missing, or not readable as a client trust configuration.
    """
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GateRefused(
            f"{path} is no Sigstore trust that can be read",
            expected="a ClientTrustConfig v0.1 as JSON",
            found=f"{type(error).__name__}: {error}",
            remedy=RENEW,
        ) from error


def parse(pinned: Mapping[str, Any]) -> Pin:
    """The pin of a ``ClientTrustConfig``; only the two timestamp kinds may be left out.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: for anything else.
    """
    kinds = {}
    for kind in (*REQUIRED, *TIMESTAMPS):
        part, name = kind.split(".")
        listed = pinned[part].get(name, []) if kind in TIMESTAMPS else pinned[part][name]
        kinds[kind] = tuple(_entry(kind, raw) for raw in listed)
    return Pin(kinds)


def expiring(pin: Pin, now: datetime) -> Iterator[Problem]:
    """Each kind of key or service without one that is usable from *now* to the margin's end."""
    until = now + MARGIN
    for kind in (*REQUIRED, *(TIMESTAMPS if pin.timestamped else ())):
        if not any(entry.covers(now, until) for entry in pin.kinds[kind]):
            yield Problem(kind, f"one that is valid until {until:%Y-%m-%d}", "none", RENEW)


def services(pin: Pin, kind: str, now: datetime) -> list[str]:
    """The URLs of *kind* that are valid now and speak the first API."""
    return [entry.url for entry in pin.kinds[kind] if entry.covers(now, now)]


def unknown(served: Iterable[x509.Certificate], known: frozenset[bytes]) -> list[str]:
    """The served certificates that are not among *known*: subject and end of each."""
    return [
        f"{found.subject.rfc4514_string()} until {found.not_valid_after_utc:%Y-%m-%d}"
        for found in served
        if found.public_bytes(Encoding.DER) not in known
    ]


def _entry(kind: str, raw: Mapping[str, Any]) -> Entry:
    if kind.startswith("signingConfig."):
        return _valid(raw, url=str(raw["url"]), version=int(raw["majorApiVersion"]))
    if kind in (AUTHORITIES, TIMESTAMPERS):
        return _valid(raw, keys=[c["rawBytes"] for c in raw["certChain"]["certificates"]])
    return _valid(raw["publicKey"], keys=[raw["publicKey"]["rawBytes"]])


def _valid(
    raw: Mapping[str, Any], *, url: str = "", version: int = API, keys: Iterable[str] = ()
) -> Entry:
    valid = raw.get("validFor", {})
    start, end = (_time(valid[name]) if name in valid else None for name in ("start", "end"))
    return Entry(start, end, url, version, frozenset(base64.b64decode(key) for key in keys))


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return found
