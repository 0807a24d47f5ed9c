"""Nothing leaves this machine: shown by audit hooks in CPython, and by a network namespace.

The world makes no outgoing connection at all, so the hook in its own process must see only
loopback addresses; the hook in pip and twine likewise. cargo and uv are not CPython: for them
the protocol tests run again where no network but loopback exists.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.rehearsal.world.conftest import Client, require, write_wheel
from tools.rehearsal.world import World
from tools.rehearsal.world.pypi import PyPI

ROOT = Path(__file__).resolve().parents[4]

# Writes each address that this process looks up or connects to as one JSON line.
HOOK = """
import json, os, sys
_file = open(os.environ["SEEN"], "a", buffering=1)
def _hook(event, args):
    if event == "socket.connect":
        _file.write(json.dumps(["connect", repr(args[1])]) + "\\n")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _file.write(json.dumps(["resolve", str(args[0])]) + "\\n")
sys.addaudithook(_hook)
"""

IN_PROCESS = """
import ssl, sys
from pathlib import Path
import httpx
from tools.rehearsal.world import World
from tools.rehearsal.world.cratesio import CratesIo
from tools.rehearsal.world.pypi import PyPI

with World([*CratesIo().hosts(), *PyPI().hosts()], Path(sys.argv[1])) as world:
    context = ssl.create_default_context(cafile=str(world.ca_file))
    with httpx.Client(proxy=world.proxy_url, verify=context, trust_env=False) as web:
        for host in world.names:
            web.get(f"https://{host}/", headers={"User-Agent": "isolation test"})
        for host in ("example.org", "crates.io.example.org", "10.1.2.3", "registry.npmjs.org"):
            try:
                web.get(f"https://{host}/")
            except httpx.ProxyError as error:
                assert "403" in str(error), error
            else:
                raise SystemExit(f"{host} was answered")
    assert len(world.journal.refused()) == 4, world.journal.refused()
    assert len(world.journal.requests()) == len(world.names)
"""


def seen(path: Path) -> list[list[str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def outside(found: list[list[str]]) -> list[list[str]]:
    """What is not loopback; unix sockets are paths and stay on the machine."""
    local = ("('127.0.0.1'", "127.0.0.1", "'/", "b'/", "('::1'", "localhost", "None")
    return [one for one in found if not one[1].startswith(local)]


def run_hooked(
    argv: list[str], tmp_path: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(HOOK)
    path = os.pathsep.join([str(hooks), str(ROOT)])
    return subprocess.run(
        argv,
        env={**env, "PYTHONPATH": path, "SEEN": str(tmp_path / "seen")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_world_connects_to_nobody(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(IN_PROCESS)
    done = run_hooked(
        [sys.executable, str(script), str(tmp_path / "w")], tmp_path, dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    found = seen(tmp_path / "seen")
    assert found, "the hook saw nothing: it is not installed"
    assert outside(found) == []


def test_hook_sees_a_leak(tmp_path: Path) -> None:
    """The guard can fail: a look-up of a real name is reported."""
    leak = "import socket\ntry: socket.create_connection(('leak.invalid', 9), 1)\nexcept OSError: 0"
    run_hooked([sys.executable, "-c", leak], tmp_path, dict(os.environ))
    assert ["resolve", "leak.invalid"] in outside(seen(tmp_path / "seen"))


@pytest.mark.slow
def test_pip_and_twine_connect_to_the_proxy_alone(tmp_path: Path) -> None:
    registry = PyPI(owner_tokens={"owner"})
    with World(registry.hosts(), tmp_path / "world") as world:
        client = Client(world, tmp_path / "client")
        wheel = write_wheel(tmp_path / "dist", "tiny-pkg", "1.0")
        env = {**client.env, "TWINE_USERNAME": "__token__", "TWINE_PASSWORD": "owner"}
        argv = [sys.executable, "-m", "twine", "upload", "--non-interactive", str(wheel)]
        done = run_hooked(argv, tmp_path, env)
        assert done.returncode == 0, done.stdout
        (tmp_path / "pip").mkdir()
        argv = [sys.executable, "-m", "pip", "download", "-d", str(tmp_path), "tiny-pkg"]
        done = run_hooked(argv, tmp_path / "pip", env)
        assert done.returncode == 0, done.stderr
        port = world.proxy_url.rpartition(":")[2]
        assert world.journal.refused() == ()
    for place in (tmp_path, tmp_path / "pip"):
        found = seen(place / "seen")
        assert outside(found) == []
        connects = {one[1] for one in found if one[0] == "connect" and "127.0.0.1" in one[1]}
        assert connects == {f"('127.0.0.1', {port})"}


# Brings loopback up (SIOCSIFFLAGS), proves that there is nothing else, and runs pytest.
IN_NAMESPACE = """
import errno, fcntl, socket, struct, sys
with socket.socket() as raw:
    up = struct.pack("16sh14x", b"lo", 0x1 | 0x8 | 0x40)
    fcntl.ioctl(raw, 0x8914, up)
    try:
        raw.connect(("192.0.2.1", 9))
    except OSError as error:
        assert error.errno == errno.ENETUNREACH, error
    else:
        raise SystemExit("there is a network")
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


def namespace() -> list[str]:
    """``unshare`` with the rights that this process has; skips with the kernel's own words."""
    program = require("unshare")
    said = ""
    for options in (["-n"], ["-Urn"]):
        done = subprocess.run([program, *options, "true"], capture_output=True, text=True)
        if done.returncode == 0:
            return [program, *options]
        said = done.stderr.strip()
    pytest.skip(f"the kernel refuses network namespaces, so this proof is missing: {said}")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_real_clients_need_no_network(tmp_path: Path) -> None:
    """Publish, fetch, build, upload, download, install: all with no network but loopback."""
    here = Path(__file__).parent
    chosen = (
        "test_cargo_publishes_two_crates_and_a_consumer_builds_against_them",
        "test_cargo_overlay_package_resolves_seeded_third_party_crates",
        "test_twine_uploads_and_pip_and_uv_install",
        "test_twine_uploads_with_attestations",
        "test_hash_locked_tools_install_from_a_seeded_wheelhouse",
    )
    done = subprocess.run(
        [
            *namespace(),
            *(sys.executable, "-c", IN_NAMESPACE),
            *("-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "inner")),
            *("-k", " or ".join(chosen)),
            *(str(here / "cratesio"), str(here / "pypi")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(chosen)} passed" in done.stdout
    assert "skipped" not in done.stdout
