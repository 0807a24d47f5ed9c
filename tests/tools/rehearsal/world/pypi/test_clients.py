"""The stand-in PyPI against real pip, uv and twine."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from tests.tools.rehearsal.world.conftest import Client, wheel_bytes, write_wheel
from tests.tools.rehearsal.world.pypi.uploads import OWNER, TWINE, sdist_bytes, upload
from tools.rehearsal.world import Fault, World
from tools.rehearsal.world.faults import Action, FlipByte, ResetAfter, ResetBefore, Status, Truncate
from tools.rehearsal.world.pypi import PyPI
from tools.rehearsal.world.uploads import Outcome

PIP = (sys.executable, "-m", "pip", "--no-input")
UV = str(Path(sys.executable).parent / "uv")


@pytest.mark.slow
def test_twine_uploads_and_pip_and_uv_install(
    client: Client, registry: PyPI, world: World, tmp_path: Path
) -> None:
    wheel = write_wheel(tmp_path / "dist", "tiny-pkg", "1.0")
    sdist = tmp_path / "dist" / "tiny_pkg-1.0.tar.gz"
    sdist.write_bytes(sdist_bytes("tiny-pkg", "1.0"))
    login = {"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": OWNER}
    client.ok(*TWINE, "upload", "--non-interactive", wheel, sdist, env=login)
    assert [u.outcome for u in registry.uploads.attempts()] == [Outcome.STORED] * 2

    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    client.ok(*PIP, "download", "--only-binary=:all:", "-d", tmp_path / "got", "tiny-pkg==1.0")
    assert (tmp_path / "got" / wheel.name).read_bytes() == wheel.read_bytes()

    lock = tmp_path / "lock.txt"
    lock.write_text(f"tiny-pkg==1.0 --hash=sha256:{digest}\n")
    place = tmp_path / "uv"
    client.ok(
        *(UV, "pip", "install", "--require-hashes", "--target", place),
        *("--python", sys.executable, "-r", lock),
    )
    assert (place / "tiny_pkg" / "__init__.py").exists()
    assert world.journal.refused() == ()
    metadata = [
        e for e in world.journal.requests("files.pythonhosted.org") if ".metadata" in e.path
    ]
    assert metadata, "pip and uv resolve by PEP 658 metadata"


@pytest.mark.slow
def test_hash_locked_tools_install_from_a_seeded_wheelhouse(
    client: Client, registry: PyPI, tmp_path: Path
) -> None:
    house = tmp_path / "house"
    wheels = [
        write_wheel(house, "tool", "2.0", ["helper>=1"]),
        write_wheel(house, "helper", "1.5"),
        write_wheel(house, "helper", "1.6"),
    ]
    assert registry.seed(house) == 3
    lines = [
        f"{path.name.split('-')[0]}=={path.name.split('-')[1]}"
        f" --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in wheels[:2]
    ]
    lock = tmp_path / "lock.txt"
    lock.write_text("".join(lines))
    for number, installer in enumerate(
        ([UV, "pip", "install", "--python", sys.executable], [*PIP, "install"])
    ):
        place = tmp_path / f"place{number}"
        client.ok(*installer, "--require-hashes", "--target", place, "-r", lock)
        assert (place / "helper-1.5.dist-info").is_dir()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "code", "stored"),
    [
        (Status(503), 0, True),
        (Status(403), 1, False),
        (Status(429, {"Retry-After": "1"}), 1, False),
        (ResetBefore(), 1, False),
        (ResetAfter(), 1, True),
        (Truncate(), 1, True),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_twine_meets_a_fault(
    client: Client,
    registry: PyPI,
    world: World,
    tmp_path: Path,
    action: Action,
    code: int,
    stored: bool,
) -> None:
    """twine repeats after a 5xx by itself; otherwise only PyPI tells whether the file is there."""
    wheel = write_wheel(tmp_path / "dist", "tiny-pkg", "1.0")
    world.faults.add(Fault("upload.pypi.org", "POST", "", action))
    login = {"TWINE_USERNAME": "__token__", "TWINE_PASSWORD": OWNER}
    done = client.run(*TWINE, "upload", "--non-interactive", wheel, env=login)
    assert done.returncode == code, done.stdout
    assert (registry.served(wheel.name) is not None) == stored
    client.ok(*TWINE, "upload", "--non-interactive", wheel, env=login)
    assert len(registry.uploads.stored()) == 1
    last = registry.uploads.attempts()[-1].outcome
    assert last is (Outcome.REPEATED if stored else Outcome.STORED)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "code"),
    [(Status(503), 0), (ResetBefore(), 0), (FlipByte(), 1)],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_pip_download_meets_a_fault(
    client: Client, world: World, tmp_path: Path, action: Action, code: int
) -> None:
    """pip tries again, and never accepts other bytes than the index states."""
    assert upload(world).status_code == 200
    world.faults.add(Fault("files.pythonhosted.org", "GET", r"\.whl$", action))
    done = client.run(*PIP, "download", "--no-deps", "-d", tmp_path / "got", "tiny-pkg")
    assert done.returncode == code, done.stdout + done.stderr
    assert len(world.faults.fired()) == 1
    if code:
        assert "DO NOT MATCH THE HASHES" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "times", "code"),
    [(Status(503), 1, 0), (ResetBefore(), 1, 0), (Truncate(), 1, 0), (FlipByte(), 0, 1)],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_uv_install_meets_a_fault(
    client: Client, world: World, tmp_path: Path, action: Action, times: int, code: int
) -> None:
    """uv tries again, and never accepts other bytes than the lock states."""
    assert upload(world).status_code == 200
    digest = hashlib.sha256(wheel_bytes("tiny-pkg", "1.0")).hexdigest()
    lock = tmp_path / "lock.txt"
    lock.write_text(f"tiny-pkg==1.0 --hash=sha256:{digest}\n")
    world.faults.add(Fault("files.pythonhosted.org", "GET", r"\.whl$", action, times=times))
    done = client.run(
        *(UV, "pip", "install", "--require-hashes", "--target", tmp_path / "place"),
        *("--python", sys.executable, "-r", lock),
    )
    assert (done.returncode != 0) == (code != 0), done.stderr
    assert world.faults.fired()
    assert (tmp_path / "place" / "tiny_pkg").exists() == (code == 0)


@pytest.mark.slow
def test_pip_never_installs_a_truncated_file(client: Client, world: World, tmp_path: Path) -> None:
    assert upload(world).status_code == 200
    world.faults.add(Fault("files.pythonhosted.org", "GET", r"\.whl$", Truncate(), times=0))
    done = client.run(*PIP, "download", "--no-deps", "-d", tmp_path / "got", "tiny-pkg")
    assert done.returncode != 0
    assert not list((tmp_path / "got").glob("*.whl"))


@pytest.mark.slow
def test_pip_in_a_world_without_the_package_asks_nobody_else(
    client: Client, world: World, tmp_path: Path
) -> None:
    index = ("--extra-index-url", "https://pypi.example.org/simple/")
    done = client.run(*PIP, "download", "--retries", "0", *index, "-d", tmp_path, "unheard-of")
    assert done.returncode == 1
    assert {entry.host for entry in world.journal.refused()} == {"pypi.example.org"}
