"""The stand-in crates.io in a world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.rehearsal.world.clock import Time
from tests.tools.rehearsal.world.conftest import REPOSITORY, Client
from tests.tools.rehearsal.world.cratesio.uploads import OWNER
from tools.rehearsal.world import World
from tools.rehearsal.world.cratesio import CratesIo, Publisher
from tools.rehearsal.world.oidc import Issuer


@pytest.fixture
def registry(issuer: Issuer, time: Time) -> CratesIo:
    return CratesIo(
        issuer.jwks,
        [
            Publisher("tiny-core", REPOSITORY, "release.yml", "crates-io"),
            Publisher("tiny-more", REPOSITORY, "release.yml", "crates-io"),
            Publisher("alien", "someone/else", "release.yml"),
        ],
        owner_tokens={OWNER},
        clock=time,
    )


@pytest.fixture
def world(registry: CratesIo, tmp_path: Path) -> Iterator[World]:
    with World(registry.hosts(), tmp_path / "world") as running:
        yield running
    assert running.journal.failures() == ()


@pytest.fixture
def client(world: World, tmp_path: Path, cargo: str) -> Client:
    return Client(world, tmp_path / "client")
