"""A scenario's name is the scenario: what is printed can be read back."""

from __future__ import annotations

import pytest

from tools.errors import UsageError
from tools.rehearsal.campaign.actions import ACTIONS, Victim
from tools.rehearsal.campaign.campaign import Campaign
from tools.rehearsal.campaign.report import replay_line
from tools.rehearsal.campaign.scenario import Position, parse
from tools.rehearsal.world import Entry


@pytest.mark.parametrize(
    "name",
    [
        "publish-crate PUT crates.io/api/v1/crates/new #1 reset-after",
        "publish-pypi GET pypi.org/simple/ordvec/ #2 status-503 outage",
        "draft-release POST api.github.com/repos/o/r/releases #1 kill-before lasting",
        "draft-release GET a.b/c/* #1 stale ++ publish-crate GET a.b/c #12 late outage @2",
        "world list-lag=3",
        "world half-uploads=1 ++ draft-release GET a.b/c #1 truncate",
        "release-assets-draft GET a.b/c #1 kill-after ++ fresh-run",
        "undisturbed",
    ],
)
def test_a_name_is_read_back(name: str) -> None:
    assert str(parse(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "publish-crate",
        "publish-crate PUT crates.io/x reset-after",
        "publish-crate PUT crates.io/x #1 explode",
        "publish-crate PUT crates.io/x #1 late sometimes",
        "world list-lag",
    ],
)
def test_what_is_no_scenario_is_a_wrong_call(name: str) -> None:
    with pytest.raises(UsageError, match="no scenario"):
        parse(name)


def test_every_scenario_of_the_catalogue_is_read_back(campaign: Campaign) -> None:
    for scenario in (*campaign.scenarios(), *campaign.pairs(50, 1)):
        assert parse(str(scenario)) == scenario


def test_a_replay_is_one_line_that_a_shell_reads() -> None:
    import shlex

    name = "draft-release GET a.b/c/* #1 stale"
    assert shlex.split(replay_line(name))[-1] == name


def test_what_differs_from_run_to_run_is_left_out_of_a_position() -> None:
    digest, folder = "a" * 64, "ab/cd/" + "e" * 60
    paths = {
        f"/repos/o/r/attestations/sha256:{digest}": "/repos/o/r/attestations/sha256:*",
        "/repos/o/r/releases/1002/assets": "/repos/o/r/releases/*/assets",
        f"/packages/{folder}/x-0.7.0.whl": "/packages/*/x-0.7.0.whl",
        "/api/v1/crates/ordvec/0.7.0": "/api/v1/crates/ordvec/0.7.0",
    }
    for path, shown in paths.items():
        position = Position.of("job", Entry("request", 0.0, "job", "host", "GET", path))
        assert position.path == shown
        import re

        assert re.search(position.pattern, path)


def test_a_disturbance_arms_one_attempt_of_one_job() -> None:
    (once,) = parse("job GET a.b/c #3 status-503").disturbances
    assert once.armed("job", 1)
    assert not once.armed("job", 2)
    assert not once.armed("other", 1)
    fault = once.fault(Victim())
    assert (fault.skip, fault.times, fault.host, fault.method) == (2, 1, "a.b", "GET")
    (lasting,) = parse("job GET a.b/c #1 status-503 lasting").disturbances
    assert lasting.armed("job", 1)
    assert lasting.armed("job", 4)
    assert lasting.fault(Victim()).times == 0


def test_each_action_has_the_name_that_it_is_called_by() -> None:
    made = {name: make(Victim()).name.replace(" ", "-") for name, make in ACTIONS.items()}
    assert {name: name for name in made} == made
