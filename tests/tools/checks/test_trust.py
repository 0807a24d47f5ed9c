"""The pinned trust ages: each kind of key that runs out is found before a tag."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tools.checks import trust
from tools.declaration import ROOT, Declaration
from tools.errors import GateRefused

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def pinned(declaration: Declaration) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / declaration.provenance.trust).read_text())
    return found


def expiring(pinned: dict[str, Any]) -> list[str]:
    """The kinds that lack a valid entry; each problem says how to renew the pin."""
    problems = list(trust.expiring(trust.parse(pinned), NOW))
    assert all(p.found == "none" and "RELEASING.md" in p.remedy for p in problems)
    return [problem.where for problem in problems]


def test_this_repository_pins_a_usable_trust(declaration: Declaration) -> None:
    pin = trust.read(ROOT / declaration.provenance.trust)
    assert list(trust.expiring(pin, NOW)) == []
    assert trust.services(pin, trust.CA_URLS, NOW) == ["https://fulcio.sigstore.dev"]
    assert pin.timestamped
    assert all(pin.keys(kind) for kind in (trust.LOGS, trust.AUTHORITIES, trust.TIMESTAMPERS))


@pytest.mark.parametrize("end", ["2026-11-28T00:00:00Z", "2026-12-12T00:00:00Z"])
@pytest.mark.parametrize(
    ("part", "kind", "inner"),
    [
        ("trustedRoot", "tlogs", "publicKey"),
        ("trustedRoot", "ctlogs", "publicKey"),
        ("trustedRoot", "certificateAuthorities", ""),
        ("trustedRoot", "timestampAuthorities", ""),
        ("signingConfig", "caUrls", ""),
        ("signingConfig", "rekorTlogUrls", ""),
        ("signingConfig", "tsaUrls", ""),
    ],
)
def test_a_kind_that_runs_out_within_the_margin(
    pinned: dict[str, Any], part: str, kind: str, inner: str, end: str
) -> None:
    for entry in pinned[part][kind]:
        (entry[inner] if inner else entry)["validFor"]["end"] = end
    assert expiring(pinned) == [f"{part}.{kind}"]


@pytest.mark.parametrize("kind", ["caUrls", "rekorTlogUrls", "tsaUrls"])
def test_a_service_of_the_second_api_alone_is_none(pinned: dict[str, Any], kind: str) -> None:
    """It passed as valid, and then nothing was asked, since the question is the first API's."""
    for entry in pinned["signingConfig"][kind]:
        entry["majorApiVersion"] = 2
    assert expiring(pinned) == [f"signingConfig.{kind}"]
    assert trust.services(trust.parse(pinned), f"signingConfig.{kind}", NOW) == []


@pytest.mark.parametrize(
    ("part", "kind"), [("signingConfig", "tsaUrls"), ("trustedRoot", "timestampAuthorities")]
)
def test_a_timestamp_authority_needs_its_address_and_its_certificates(
    pinned: dict[str, Any], part: str, kind: str
) -> None:
    del pinned[part][kind]
    assert expiring(pinned) == [f"{part}.{kind}"]


def test_a_pin_without_timestamps_is_whole(pinned: dict[str, Any]) -> None:
    pinned["signingConfig"]["tsaUrls"] = pinned["trustedRoot"]["timestampAuthorities"] = []
    assert expiring(pinned) == []


def test_a_service_that_has_not_begun_is_not_asked(pinned: dict[str, Any]) -> None:
    for entry in pinned["signingConfig"]["caUrls"]:
        entry["validFor"]["start"] = "2027-01-01T00:00:00Z"
    assert trust.services(trust.parse(pinned), trust.CA_URLS, NOW) == []


UNREADABLE: dict[str, tuple[str, str]] = {
    "no JSON": ('"mediaType"', "mediaType"),
    "no trust root": ('"trustedRoot"', '"trusted_root"'),
    "a missing kind": ('"ctlogs"', '"ct_logs"'),
    "a time that is none": ('"2021-01-12T11:53:27Z"', '"last year"'),
    "a time without a zone": ('"2021-01-12T11:53:27Z"', '"2021-01-12T11:53:27"'),
    "a key that is no Base64": ('"MFkwEwYHKoZI', '"MFkwEwYHKoZ'),
    "a list of nothing": ('"rekorTlogUrls": [', '"rekorTlogUrls": [null,'),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_pin_that_cannot_be_read_is_refused_with_its_remedy(
    declaration: Declaration, tmp_path: Path, name: str
) -> None:
    text = (ROOT / declaration.provenance.trust).read_text()
    old, new = UNREADABLE[name]
    assert old in text
    path = tmp_path / "pin.json"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(GateRefused) as caught:
        trust.read(path)
    assert caught.value.remedy == trust.RENEW


def test_a_pin_that_is_not_there_is_refused_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(GateRefused) as caught:
        trust.read(tmp_path / "pin.json")
    assert caught.value.remedy == trust.RENEW
