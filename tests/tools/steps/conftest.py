"""The release scene: a fresh world for each test, on one signed origin for the session."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.tools.steps import checkout
from tests.tools.steps.checkout import Ready
from tests.tools.steps.clients import run_twine
from tests.tools.steps.origin import EMAIL, Repository, make_origin
from tests.tools.steps.scene import Scene, load_declaration
from tools.declaration import Declaration
from tools.rehearsal.campaign.stepped import SteppedClock
from tools.rehearsal.setting import Setting
from tools.rehearsal.world.oidc import Issuer


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_origin(tmp_path_factory.mktemp("origin"))


@pytest.fixture(scope="session")
def issuer_key() -> rsa.RSAPrivateKey:
    """The OIDC issuer's key: one for the session, since making it is the slowest part."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def twine_in_process() -> bool:
    """Whether the real twine runs in this process, which saves its start; overridable."""
    return True


@pytest.fixture
def scene(
    origin: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    twine_in_process: bool,
    issuer_key: rsa.RSAPrivateKey,
) -> Iterator[Scene]:
    monkeypatch.setattr("tools.rehearsal.setting.Issuer", partial(Issuer, key=issuer_key))
    declaration = load_declaration()
    setting = Setting(declaration, origin.path, tmp_path / "world")
    setting.prepare_forge(origin.commit, origin.public_key, EMAIL)
    with setting.world() as world:
        for key, value in world.environment(tmp_path / "client").items():
            monkeypatch.setenv(key, value)
        for key in ("GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_REPOSITORY", "GITHUB_TOKEN"):
            monkeypatch.delenv(key, raising=False)
        made = Scene(origin, tmp_path, setting, world, declaration, SteppedClock())
        trust = made.root / declaration.provenance.trust
        trust.parent.mkdir(parents=True)
        trust.write_text(setting.sigstore.client_trust_config())
        monkeypatch.setattr("tools.ops.cargo.publish", made.cargo_publish)
        monkeypatch.setattr("tools.steps.package.repackage", made.repackage)
        if twine_in_process:
            monkeypatch.setattr("tools.ops.twine.run", run_twine)
        yield made
        for client in made.clients:
            client.close()


# ---------------------------------------------------------------------- before the tag


@pytest.fixture(scope="session")
def checkout_base(tmp_path_factory: pytest.TempPathFactory, declaration: Declaration) -> Path:
    return checkout.make(tmp_path_factory.mktemp("checkout"), declaration)


@pytest.fixture
def ready(
    checkout_base: Path,
    declaration: Declaration,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ready]:
    """A checkout that can be tagged now, in a world where nothing of its version exists."""
    for key, value in checkout.ISOLATED.items():
        monkeypatch.setenv(key, value)
    root = checkout.copy(checkout_base, tmp_path)
    setting = checkout.make_setting(declaration, root, tmp_path / "world")
    with setting.world() as world:
        for key, value in world.environment(tmp_path / "client").items():
            monkeypatch.setenv(key, value)
        for key in ("GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_REPOSITORY", "GITHUB_TOKEN"):
            monkeypatch.delenv(key, raising=False)
        # The tree has no third-party crates in its cache; the lock has its own test with cargo.
        monkeypatch.setattr("tools.ops.cargo.lock_problem", lambda root, offline: "")
        made = checkout.make_ready(declaration, root, setting, world)
        yield made
        made.http.close()
