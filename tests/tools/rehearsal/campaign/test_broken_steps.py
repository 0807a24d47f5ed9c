"""The campaign can fail: for each invariant a broken step, and the scenario that catches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.rehearsal.campaign import broken
from tools.rehearsal.campaign.campaign import Campaign
from tools.rehearsal.campaign.performance import Result, perform
from tools.rehearsal.campaign.scenario import parse

LISTING = "GET api.github.com/repos/Fieldnote-Echo/ordvec/releases #1 status-503"
UNDRAFT = f"publish-github-release {LISTING}"
STAGE = f"release-assets-draft {LISTING}"
CRATE = "publish-crate GET crates.io/api/v1/crates/ordvec/0.7.0 #1 status-503"
STORED = "publish-pypi POST upload.pypi.org/legacy/ #2 kill-after"
MINT_REFUSED = "publish-pypi POST pypi.org/_/oidc/mint-token #1 status-403"
ASSETS = "/repos/Fieldnote-Echo/ordvec/releases/*/assets"
HALF_STAGED = f"release-assets-draft POST uploads.github.com{ASSETS} #5 kill-after"

NEW_RUN = f"{STORED} ++ fresh-run"


def play(
    campaign: Campaign, name: str, tmp_path: Path, tamper: Callable[[], None] | None, whole: bool
) -> Result:
    stage = replace(campaign.stage, tamper=tamper, every=1 if whole else 10**9)
    return perform(stage, parse(name), tmp_path)


@pytest.mark.parametrize(
    ("invariant", "tamper", "scenario", "whole"),
    [
        ("I1", broken.believe_the_upload, CRATE, True),
        ("I1", broken.publish_what_was_never_staged, STAGE, True),
        ("I2", broken.mint_before_byte_identity, CRATE, False),
        ("I2", broken.keep_the_token, CRATE, False),
        ("I2", broken.print_the_token, CRATE, False),
        ("I3", broken.upload_without_asking, STORED, False),
        ("I4", broken.call_it_refused_after_publication, MINT_REFUSED, False),
        ("I4", broken.fall_over_an_asset_that_is_there, HALF_STAGED, False),
        ("I6", broken.claim_every_file, NEW_RUN, False),
        ("I7", broken.read_an_earlier_jobs_checkout, STAGE, True),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_broken_step_is_caught(
    campaign: Campaign,
    tmp_path: Path,
    invariant: str,
    tamper: Callable[[], None],
    scenario: str,
    whole: bool,
) -> None:
    found = play(campaign, scenario, tmp_path, tamper, whole)
    assert invariant in {name for name, _ in found.problems}, found.problems
    assert found.folder, "the folder of a violation is kept"


def test_bytes_that_were_not_attested_are_caught(campaign: Campaign, tmp_path: Path) -> None:
    """I5: packaging gives other bytes on the publishing runner, and nobody compares."""
    seed = campaign.stage.seed
    other = {name: content[:-8] + bytes(8) for name, content in seed.packaged.items()}
    stage = replace(
        campaign.stage,
        seed=replace(seed, packaged=other),
        tamper=broken.publish_without_comparing,
        every=1,
    )
    found = perform(stage, parse(CRATE), tmp_path)
    assert "I5" in {name for name, _ in found.problems}, found.problems


@pytest.mark.parametrize(
    "scenario", [UNDRAFT, STAGE, CRATE, STORED, MINT_REFUSED, HALF_STAGED, NEW_RUN]
)
def test_the_unbroken_step_passes_the_same_scenario(
    campaign: Campaign, tmp_path: Path, scenario: str
) -> None:
    assert play(campaign, scenario, tmp_path, None, False).problems == ()
