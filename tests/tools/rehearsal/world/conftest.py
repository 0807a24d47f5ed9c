"""Real clients against the world: tiny crates and wheels, and how to run a client in it."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import ssl
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from tests.tools.rehearsal.world.clock import Time
from tools.rehearsal.world import World
from tools.rehearsal.world.oidc import Issuer

AGENT = "ordvec-release-tools tests (https://github.com/Fieldnote-Echo/ordvec/issues)"
REPOSITORY = "Fieldnote-Echo/ordvec"


def wait_until(holds: Callable[[], object], seconds: float = 5) -> None:
    """Wait for a fact that another thread establishes."""
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, f"did not happen within {seconds} s"
        sleep(0.01)


def http(world: World, label: str = "", agent: str = AGENT) -> httpx.Client:
    """An httpx client that knows the world only by proxy and CA."""
    context = ssl.create_default_context(cafile=str(world.ca_file))
    return httpx.Client(
        proxy=world.proxy_for(label),
        verify=context,
        trust_env=False,
        timeout=10,
        headers={"User-Agent": agent},
    )


class Client:
    """Runs real command-line clients with nothing but the world's environment."""

    def __init__(self, world: World, base: Path, label: str = "") -> None:
        self.world = world
        self.base = base
        self.env = world.environment(base, label)
        # Compiling is not what is tested: share the target folder between runs.
        self.env["CARGO_TARGET_DIR"] = os.environ.get("CARGO_TARGET_DIR", str(base / "target"))
        self.env["CARGO_TERM_COLOR"] = "never"

    def run(
        self, *argv: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(arg) for arg in argv],
            cwd=cwd or self.base,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ok(
        self, *argv: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> str:
        done = self.run(*argv, cwd=cwd, env=env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def require(program: str) -> str:
    """A client that the test environment must have; its absence is a failure, not a skip."""
    found = shutil.which(program)
    assert found, f"{program} is needed for the protocol tests and is not on PATH"
    return found


def write_crate(folder: Path, name: str, version: str, extra: str = "", body: str = "") -> Path:
    """A crate without third-party dependencies."""
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "lib.rs").write_text(body or "pub fn answer() -> u32 { 42 }\n")
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n'
        f'description = "test"\nlicense = "MIT"\nrust-version = "1.70"\n{extra}'
    )
    return folder


def wheel_bytes(name: str, version: str, *, requires: Sequence[str] = ()) -> bytes:
    """A minimal pure-Python wheel that pip, uv and twine accept; same call, same bytes."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = "".join(
        [
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: test\n",
            "Requires-Python: >=3.10\n",
            *(f"Requires-Dist: {item}\n" for item in requires),
        ]
    )
    files = {
        f"{module}/__init__.py": f'__version__ = "{version}"\n',
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{path},sha256={digest.decode()},{len(text.encode())}\n"
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def write_wheel(folder: Path, name: str, version: str, requires: Sequence[str] = ()) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    path.write_bytes(wheel_bytes(name, version, requires=requires))
    return path


@pytest.fixture(scope="session")
def cargo() -> str:
    return require("cargo")


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(scope="session")
def issuer_key() -> Issuer:
    return Issuer()


@pytest.fixture
def issuer(issuer_key: Issuer, time: Time) -> Issuer:
    issuer_key.clock = time
    return issuer_key
