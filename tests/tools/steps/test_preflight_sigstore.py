"""Sigstore's services before a tag: each is compared with the pin, and none is passed over."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tools.declaration import Declaration
from tools.errors import GateRefused, Transient
from tools.model import CellState, Version
from tools.ops.http import Http
from tools.rehearsal.campaign.stepped import SteppedClock
from tools.rehearsal.world.sigstore.keys import Keys
from tools.rehearsal.world.sigstore.trust import client_trust_config
from tools.steps import preflight_sigstore
from tools.steps.context import Context

FULCIO, REKOR = "https://fulcio.sigstore.dev", "https://rekor.sigstore.dev"
TSA = "https://timestamp.sigstore.dev/api/v1/timestamp"
VALID = {"start": "2020-01-01T00:00:00Z"}


def pem(*certificates: x509.Certificate) -> str:
    return "".join(c.public_bytes(Encoding.PEM).decode() for c in certificates)


@dataclass
class Services:
    """The three services as their public interfaces answer, and a pin of their keys."""

    keys: Keys
    tsa: Keys
    pinned: dict[str, Any]
    context: Context
    answers: dict[str, httpx.Response]

    def check(self) -> dict[str, tuple[CellState, str]]:
        path = self.context.root / self.context.declaration.provenance.trust
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(self.pinned))
        return {f.what: (f.state, f.found) for f in preflight_sigstore.services(self.context)}

    def serve(self) -> None:
        key = self.keys.rekor.public_key()
        chain = [pem(self.keys.intermediate), pem(self.keys.root)]
        encoded = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        bundle = {"chains": [{"certificates": chain}]}
        self.answers[f"{FULCIO}/api/v2/trustBundle"] = httpx.Response(200, json=bundle)
        self.answers[f"{REKOR}/api/v1/log/publicKey"] = httpx.Response(200, content=encoded)
        self.serve_timestamps(self.tsa)

    def serve_timestamps(self, tsa: Keys) -> None:
        text = pem(tsa.intermediate, tsa.root)
        self.answers[f"{TSA}/certchain"] = httpx.Response(200, text=text)


def pin_of(keys: Keys, tsa: Keys) -> dict[str, Any]:
    pinned: dict[str, Any] = json.loads(client_trust_config(keys))
    ders = [c.public_bytes(Encoding.DER) for c in (tsa.intermediate, tsa.root)]
    chain = {"certificates": [{"rawBytes": base64.b64encode(der).decode()} for der in ders]}
    authority = {"uri": TSA, "certChain": chain, "validFor": VALID}
    pinned["trustedRoot"]["timestampAuthorities"] = [authority]
    service = {"url": TSA, "majorApiVersion": 1, "validFor": VALID, "operator": "sigstore.dev"}
    pinned["signingConfig"]["tsaUrls"] = [service]
    return pinned


@pytest.fixture
def services(declaration: Declaration, tmp_path: Path) -> Iterator[Services]:
    answers: dict[str, httpx.Response] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(str(request.url))
        return found if request.method == "GET" and found else httpx.Response(404)

    clock = SteppedClock().clock()
    http = Http("test (nobody@example.org)", clock=clock, transport=httpx.MockTransport(answer))
    context = Context(tmp_path, declaration, Version.parse("0.6.0"), "c" * 40, http, clock, env={})
    keys, tsa = Keys.generate(), Keys.generate()
    made = Services(keys, tsa, pin_of(keys, tsa), context, answers)
    made.serve()
    yield made
    http.close()


def test_services_that_sign_with_the_pinned_keys_pass(services: Services) -> None:
    passed = (CellState.PASSED, "pinned")
    assert services.check() == {f"Sigstore: {url}": passed for url in (FULCIO, REKOR, TSA)}


def test_a_timestamp_authority_with_another_certificate_is_found(services: Services) -> None:
    services.serve_timestamps(Keys.generate())
    state, found = services.check()[f"Sigstore: {TSA}"]
    assert state is CellState.FAILED
    assert found.count(" until 20") == 2


def test_a_timestamp_authority_is_not_trusted_for_a_certificate_of_the_ca(
    services: Services,
) -> None:
    services.serve_timestamps(services.keys)
    assert services.check()[f"Sigstore: {TSA}"][0] is CellState.FAILED


@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.Response(200, text="no chain")])
def test_a_timestamp_authority_that_cannot_be_read_is_not_passed(
    services: Services, answer: httpx.Response
) -> None:
    services.answers[f"{TSA}/certchain"] = answer
    with pytest.raises(Transient):
        services.check()


def test_a_pin_without_timestamps_asks_for_none(services: Services) -> None:
    services.pinned["signingConfig"]["tsaUrls"] = []
    services.pinned["trustedRoot"]["timestampAuthorities"] = []
    assert services.check().keys() == {f"Sigstore: {FULCIO}", f"Sigstore: {REKOR}"}


def second_api(entry: dict[str, Any]) -> None:
    entry["majorApiVersion"] = 2


def ended(entry: dict[str, Any]) -> None:
    entry["validFor"] = {"end": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize("change", [second_api, ended])
@pytest.mark.parametrize("kind", ["caUrls", "rekorTlogUrls", "tsaUrls"])
def test_a_kind_without_a_service_to_ask_is_a_finding(
    services: Services, kind: str, change: Callable[[dict[str, Any]], None]
) -> None:
    """A pin with only a Rekor of the second API was compared with nothing, and nothing was said."""
    for entry in services.pinned["signingConfig"][kind]:
        change(entry)
    assert services.check()[f"Sigstore: signingConfig.{kind}"] == (CellState.FAILED, "none")


def test_a_pin_that_cannot_be_read_is_refused(services: Services) -> None:
    del services.pinned["signingConfig"]["caUrls"]
    with pytest.raises(GateRefused, match="no Sigstore trust that can be read"):
        services.check()
