"""The clients' environment: complete, from nothing, and with nothing of the operator's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.rehearsal.world import World
from tools.rehearsal.world.environment import KEPT

# Client -> (proxy variables, CA variables), of which at least one each must be set.
HONOURED = {
    "cargo": ({"CARGO_HTTP_PROXY"}, {"CARGO_HTTP_CAINFO"}),
    "pip 23": ({"HTTPS_PROXY"}, {"PIP_CERT", "REQUESTS_CA_BUNDLE"}),
    "pip 26": ({"HTTPS_PROXY"}, {"PIP_CERT", "SSL_CERT_FILE"}),
    "twine, requests, sigstore": ({"https_proxy"}, {"REQUESTS_CA_BUNDLE"}),
    "uv": ({"HTTPS_PROXY", "ALL_PROXY"}, {"SSL_CERT_FILE"}),
    "httpx": ({"https_proxy"}, {"SSL_CERT_FILE"}),
    "gh, urllib.request": ({"HTTPS_PROXY"}, {"SSL_CERT_FILE"}),
    "git": ({"https_proxy"}, {"GIT_SSL_CAINFO"}),
}


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name in ("PIP_INDEX_URL", "GITHUB_TOKEN", "CARGO_REGISTRY_TOKEN", "UV_INDEX_URL"):
        monkeypatch.setenv(name, "the operator's own")
    with World([], tmp_path / "world") as world:
        env = world.environment(tmp_path / "base", "job")
        assert env["HTTPS_PROXY"] == world.proxy_for("job")
        assert env["SSL_CERT_FILE"] == str(world.ca_file)
    return env


@pytest.mark.parametrize("client", HONOURED)
def test_each_client_is_told_proxy_and_ca(env: dict[str, str], client: str) -> None:
    proxies, authorities = HONOURED[client]
    assert {env[name] for name in proxies} == {env["HTTPS_PROXY"]}
    assert {env[name] for name in authorities} == {env["SSL_CERT_FILE"]}


def test_nothing_of_the_operator_is_passed_on(env: dict[str, str]) -> None:
    assert "the operator's own" not in env.values()
    assert not [name for name in env if "TOKEN" in name]
    kept = {name: env[name] for name in KEPT if name in env}
    assert all(os.environ[name] == value for name, value in kept.items())


def test_no_proxy_lists_nothing_but_loopback(env: dict[str, str]) -> None:
    assert (env["NO_PROXY"], env["no_proxy"]) == ("127.0.0.1", "127.0.0.1")


def test_every_folder_is_below_the_base_and_exists(env: dict[str, str], tmp_path: Path) -> None:
    for name in (
        "HOME",
        "CARGO_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "GH_CONFIG_DIR",
        "TMPDIR",
    ):
        assert Path(env[name]).is_dir()
        assert Path(env[name]).is_relative_to(tmp_path / "base")
    assert not Path(env["SSL_CERT_DIR"]).exists()
    assert env["PIP_CONFIG_FILE"] == env["GIT_CONFIG_GLOBAL"] == os.devnull
