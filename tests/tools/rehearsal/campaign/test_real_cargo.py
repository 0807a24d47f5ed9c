"""The requests that real cargo makes when it publishes, each disturbed.

Everywhere else a client of the publish protocol stands in for cargo, which would compile for
each scenario. Here the publishing job runs the real one on a crate of one line.
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tools.rehearsal.campaign.campaign import Campaign, prepare
from tools.rehearsal.campaign.outcome import End
from tools.rehearsal.campaign.performance import perform
from tools.rehearsal.campaign.scenario import Disturbance, Position, Scenario
from tools.rehearsal.campaign.seed import VERSION, Tree

pytestmark = pytest.mark.slow
JOB, NAME = "publish-crate", "ordvec"
MANIFEST = f"""[package]
name = "{NAME}"
version = "{VERSION}"
edition = "2021"
description = "campaign"
license = "MIT"
repository = "https://github.com/Fieldnote-Echo/ordvec"
include = ["src/**"]

[workspace]
"""
LOCK = f'version = 4\n\n[[package]]\nname = "{NAME}"\nversion = "{VERSION}"\n'
FILES = {"Cargo.toml": MANIFEST, "Cargo.lock": LOCK, "src/lib.rs": "//! One line.\n"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    folder = tmp_path_factory.mktemp("cargo")
    files = {name: text.encode() for name, text in FILES.items()}
    for name, content in files.items():
        (folder / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "tree" / name).write_bytes(content)
    subprocess.run(
        ["cargo", "package", "--locked", "--no-verify", "--quiet"],
        cwd=folder / "tree",
        env={**os.environ, "CARGO_TARGET_DIR": str(folder / "target")},
        check=True,
    )
    name = f"{NAME}-{VERSION}.crate"
    packed = (folder / "target" / "package" / name).read_bytes()
    return prepare(folder / "play", tree=Tree(files, {name: packed}))


def requests(real: Campaign) -> list[Position]:
    """Those of cargo itself, by its user agent."""
    counts: Counter[Position] = Counter()
    found = []
    entries = sorted(real.stage.moments[""].journal, key=lambda entry: entry.at)
    for entry in (entry for entry in entries if entry.label == JOB):
        address = Position.of(JOB, entry)
        counts[address] += 1
        if entry.agent.startswith("cargo/") or entry.agent.startswith("cargo "):
            found.append(Position.of(JOB, entry, counts[address]))
    return found


def test_cargo_asks_for_what_its_stand_in_asks_for(real: Campaign, campaign: Campaign) -> None:
    stood_in = [p for p in campaign.positions if p.job == JOB and p.method == "PUT"]
    ours = {(p.method, p.host, p.path) for p in campaign.positions if p.job == JOB}
    assert {(p.method, p.host, p.path) for p in requests(real)} <= ours
    assert [p for p in requests(real) if p.method == "PUT"] == stood_in


ACTIONS = (
    *("status-403", "status-429", "status-503", "reset-before", "reset-after"),
    *("late", "truncate", "flip-byte", "kill-before", "kill-after"),
)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_upload_of_real_cargo_disturbed(real: Campaign, tmp_path: Path, action: str) -> None:
    (upload,) = (position for position in requests(real) if position.method == "PUT")
    found = perform(real.stage, Scenario((Disturbance(upload, action),)), tmp_path)
    assert found.problems == ()
    assert (found.end, found.fired) == (End.COMPLETED, 1)


@pytest.mark.parametrize("action", ["status-404", "reset-before", "truncate", "flip-byte"])
def test_the_index_of_real_cargo_disturbed(real: Campaign, tmp_path: Path, action: str) -> None:
    for number, position in enumerate(p for p in requests(real) if p.method == "GET"):
        folder = tmp_path / str(number)
        found = perform(real.stage, Scenario((Disturbance(position, action),)), folder)
        assert found.problems == (), position
        assert found.end is End.COMPLETED
