"""The release scene: a fresh world for each test, on one signed origin for the session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.steps.scene import (
    EMAIL,
    Repository,
    Scene,
    SteppedClock,
    load_declaration,
    make_origin,
    run_twine,
)
from tools.rehearsal.setting import Setting


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_origin(tmp_path_factory.mktemp("origin"))


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
) -> Iterator[Scene]:
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
