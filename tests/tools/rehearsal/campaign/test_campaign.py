"""The campaign in the normal tests: a seeded cut of 200 scenarios, and 40 pairs."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tools.rehearsal.campaign import campaign as campaigns
from tools.rehearsal.campaign import catalogue
from tools.rehearsal.campaign.actions import ACTIONS
from tools.rehearsal.campaign.campaign import Campaign
from tools.rehearsal.campaign.outcome import End
from tools.rehearsal.campaign.performance import perform
from tools.rehearsal.campaign.report import replay_line
from tools.rehearsal.campaign.scenario import parse
from tools.rehearsal.machine import cpu_count

SEED = 3


@pytest.mark.slow
def test_200_single_faults_violate_nothing(campaign: Campaign) -> None:
    scenarios = catalogue.cut(campaign.scenarios(), 200, SEED)
    results = campaigns.run(campaign, scenarios, cpu_count(), lambda *_: None)
    violated = [(replay_line(r.name), r.problems) for r in results if r.problems]
    assert violated == []
    ends = Counter(result.end for result in results)
    assert ends[End.COMPLETED] > 150
    assert sum(r.fired == 0 for r in results if r.kind == "single") == 0, "every fault met one"


@pytest.mark.slow
def test_40_pairs_violate_nothing(campaign: Campaign) -> None:
    results = campaigns.run(campaign, campaign.pairs(40, SEED), cpu_count(), lambda *_: None)
    assert [(r.name, r.problems) for r in results if r.problems] == []


def test_every_request_meets_every_action(campaign: Campaign) -> None:
    singles = catalogue.singles(campaign.positions)
    once = [s.disturbances[0] for s in singles if s.disturbances[0].span == "once"]
    for position in campaign.positions:
        met = {item.action for item in once if item.position == position}
        assert set(ACTIONS) - met <= {"stale"}, position
    assert len(singles) >= 1000


def test_the_jobs_are_those_from_the_draft_to_the_un_draft(campaign: Campaign) -> None:
    assert {p.job for p in campaign.positions} == {t.id for t in campaign.stage.flow.tasks}
    hosts = {p.host for p in campaign.positions}
    assert {
        *("api.github.com", "uploads.github.com", "crates.io", "index.crates.io", "oidc"),
        *("static.crates.io", "pypi.org", "upload.pypi.org", "files.pythonhosted.org"),
        *("fulcio.sigstore.dev", "rekor.sigstore.dev", "release-assets.githubusercontent.com"),
    } <= hosts


def test_a_killed_job_leaves_nothing_outside_the_scenarios_folder(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: copies of the dists stayed in the user's temporary folder, one for each kill."""
    outside = tmp_path / "outside"
    outside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(outside))
    killed = parse("publish-pypi POST upload.pypi.org/legacy/ #1 kill-after")
    found = perform(campaign.stage, killed, tmp_path / "scenario")
    assert (found.end, found.problems) == (End.COMPLETED, ())
    assert list(outside.iterdir()) == []


def test_the_catalogue_is_the_same_for_the_same_seed(campaign: Campaign) -> None:
    names = [str(s) for s in campaign.pairs(30, SEED)]
    assert names == [str(s) for s in campaign.pairs(30, SEED)]
    assert names != [str(s) for s in campaign.pairs(30, SEED + 1)]
    assert len(set(names)) == 30


def test_the_requests_are_the_same_in_another_preparation(
    campaign: Campaign, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A scenario's name means the same request tomorrow, or no replay would replay."""
    other = campaigns.prepare(tmp_path_factory.mktemp("again"))
    assert sorted(other.positions) == sorted(campaign.positions)
