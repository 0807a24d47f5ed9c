"""What Sigstore can tell before a tag: its services sign with the keys that are pinned."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tools.checks import trust
from tools.findings import Finding, compare, failed
from tools.ops import sigstore_services as sigstore
from tools.ops.http import Http
from tools.steps.context import Context

PINNED = "pinned"


def services(context: Context) -> Iterator[Finding]:
    """Each service that will sign the publish attestations, and whether its keys are pinned.

    A kind of service that the pin holds none of is a finding: nothing was compared.

    Raises:
        GateRefused: the pin cannot be read.
        Transient: a service did not answer, or not readably.
    """
    pin = trust.read(context.root / context.declaration.provenance.trust)
    yield from _each(context, pin, trust.CA_URLS, _authorities)
    yield from _each(context, pin, trust.REKOR_URLS, _log)
    if pin.timestamped:
        yield from _each(context, pin, trust.TSA_URLS, _timestamps)


def _each(
    context: Context, pin: trust.Pin, kind: str, look: Callable[[Http, str, trust.Pin], str]
) -> Iterator[Finding]:
    """One finding for each valid service of *kind*; *look* says ``pinned``, or what it met."""
    urls = trust.services(pin, kind, context.clock.now())
    if not urls:
        expected = f"a service of API v{trust.API} that is valid now"
        yield failed(f"Sigstore: {kind}", expected, "none", trust.RENEW)
    for url in urls:
        yield compare(f"Sigstore: {url}", PINNED, look(context.http, url, pin), trust.RENEW)


def _authorities(http: Http, url: str, pin: trust.Pin) -> str:
    strangers = trust.unknown(sigstore.authorities(http, url), pin.keys(trust.AUTHORITIES))
    return ", ".join(strangers) or PINNED


def _log(http: Http, url: str, pin: trust.Pin) -> str:
    return PINNED if sigstore.log_key(http, url) in pin.keys(trust.LOGS) else "another key"


def _timestamps(http: Http, url: str, pin: trust.Pin) -> str:
    strangers = trust.unknown(sigstore.timestampers(http, url), pin.keys(trust.TIMESTAMPERS))
    return ", ".join(strangers) or PINNED
