"""The stand-in PyPI with a Sigstore of its own, in a world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sigstore.models import TrustedRoot

from tests.tools.rehearsal.world.clock import Time
from tests.tools.rehearsal.world.conftest import REPOSITORY, Client
from tests.tools.rehearsal.world.pypi.uploads import OWNER
from tools.rehearsal.world import World
from tools.rehearsal.world.oidc import Issuer
from tools.rehearsal.world.pypi import Publisher, PyPI, sigstore_verifier
from tools.rehearsal.world.sigstore import Sigstore


@pytest.fixture(scope="session")
def sigstore(issuer_key: Issuer) -> Sigstore:
    return Sigstore(issuer_key)


@pytest.fixture
def registry(issuer: Issuer, sigstore: Sigstore, time: Time, tmp_path: Path) -> PyPI:
    root = tmp_path / "trusted_root.json"
    root.write_text(sigstore.trusted_root())
    return PyPI(
        issuer.jwks,
        [
            Publisher("Tiny_Pkg", REPOSITORY, "release.yml", "pypi"),
            Publisher("alien", "someone/else", "release.yml"),
        ],
        owner_tokens={OWNER},
        verify=sigstore_verifier(TrustedRoot.from_file(str(root))),
        clock=time,
    )


@pytest.fixture
def world(registry: PyPI, sigstore: Sigstore, tmp_path: Path) -> Iterator[World]:
    with World([*registry.hosts(), *sigstore.hosts()], tmp_path / "world") as running:
        yield running
    assert running.journal.failures() == ()


@pytest.fixture
def client(world: World, tmp_path: Path) -> Client:
    return Client(world, tmp_path / "client")
