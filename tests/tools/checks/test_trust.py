"""The pinned trust ages: each kind of key that runs out is found before a tag."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tools.checks import trust
from tools.declaration import ROOT, Declaration

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def pinned(declaration: Declaration) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / declaration.provenance.trust).read_text())
    return found


def test_this_repository_pins_a_usable_trust(pinned: dict[str, Any]) -> None:
    assert list(trust.expiring(pinned, NOW)) == []
    assert trust.services(pinned, "caUrls", NOW) == ["https://fulcio.sigstore.dev"]
    assert trust.log_keys(pinned)
    assert trust.certificates(pinned)


@pytest.mark.parametrize("end", ["2026-11-28T00:00:00Z", "2026-12-12T00:00:00Z"])
@pytest.mark.parametrize(
    ("part", "kind", "inner"),
    [
        ("trustedRoot", "tlogs", "publicKey"),
        ("trustedRoot", "ctlogs", "publicKey"),
        ("trustedRoot", "certificateAuthorities", ""),
        ("signingConfig", "caUrls", ""),
        ("signingConfig", "rekorTlogUrls", ""),
    ],
)
def test_a_kind_that_runs_out_within_the_margin(
    pinned: dict[str, Any], part: str, kind: str, inner: str, end: str
) -> None:
    for entry in pinned[part][kind]:
        (entry[inner] if inner else entry)["validFor"]["end"] = end
    (problem,) = trust.expiring(pinned, NOW)
    assert (problem.where, problem.found) == (f"{part}.{kind}", "none")
    assert "RELEASING.md" in problem.remedy


def test_a_service_that_has_not_begun_is_not_asked(pinned: dict[str, Any]) -> None:
    for entry in pinned["signingConfig"]["caUrls"]:
        entry["validFor"]["start"] = "2027-01-01T00:00:00Z"
    assert trust.services(pinned, "caUrls", NOW) == []
