"""Which published wheel is compared with, and that its bytes are those that PyPI states."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from packaging.tags import sys_tags

from tools.errors import GateRefused, Mismatch, Transient
from tools.model import Version, parse_version
from tools.ops.http import Http
from tools.ops.pypi import PyPIClient
from tools.swap_in import published

FILES = "https://files.example"
TAG = str(next(sys_tags()))
BELOW = parse_version("0.6.0")


class World:
    """A PyPI of one project."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.bytes: dict[str, bytes] = {}

    def add(self, version: str, tag: str = TAG, **fields: Any) -> str:
        name = f"ordvec-{version}-{tag}.whl"
        self.bytes[name] = name.encode()
        self.files[name] = {
            "filename": name,
            "url": f"{FILES}/{name}",
            "hashes": {"sha256": hashlib.sha256(name.encode()).hexdigest()},
            "yanked": False,
            **fields,
        }
        return name

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "files.example":
            return httpx.Response(200, content=self.bytes[request.url.path.removeprefix("/")])
        if not self.files:
            return httpx.Response(404)
        return httpx.Response(200, json={"files": list(self.files.values())})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def pypi(world: World) -> Iterator[PyPIClient]:
    with Http("test/1 (+https://example)", transport=httpx.MockTransport(world)) as http:
        yield PyPIClient(http, "https://pypi.example", FILES)


def fetched(pypi: PyPIClient, folder: Path, exactly: Version | None = None) -> str:
    path = published.fetch(pypi, "ordvec", folder, below=BELOW, exactly=exactly)
    assert path.read_bytes() == path.name.encode()
    return path.name


def test_the_newest_below_is_taken(world: World, pypi: PyPIClient, tmp_path: Path) -> None:
    world.add("0.9.0")
    world.add("0.6.0")
    world.add("0.10.0")
    wanted = world.add("0.5.10")
    world.add("0.5.9")
    world.add("0.6.0rc1")
    world.add("0.5.11", yanked="broken")
    world.files["ordvec-0.5.12.tar.gz"] = {
        **world.files[wanted],
        "filename": "ordvec-0.5.12.tar.gz",
    }
    assert fetched(pypi, tmp_path) == wanted


def test_a_wheel_for_this_machine_is_taken(world: World, pypi: PyPIClient, tmp_path: Path) -> None:
    world.add("0.5.1", "cp310-abi3-plan9_sparc")
    wanted = world.add("0.5.0")
    world.add("0.5.0", "py3-none-any")
    world.add("0.5.0", "cp310-abi3-plan9_sparc")
    assert fetched(pypi, tmp_path) == wanted


def test_a_named_version_is_taken_even_when_yanked(
    world: World, pypi: PyPIClient, tmp_path: Path
) -> None:
    world.add("0.5.1")
    wanted = world.add("0.5.0", yanked=True)
    assert fetched(pypi, tmp_path, parse_version("0.5.0")) == wanted


@pytest.mark.parametrize("versions", [[], ["0.6.0"], ["0.7.0"]])
def test_without_an_older_release_there_is_nothing_to_prove(
    world: World, pypi: PyPIClient, tmp_path: Path, versions: list[str]
) -> None:
    for version in versions:
        world.add(version)
    with pytest.raises(GateRefused, match=r"no wheel of ordvec below 0\.6\.0"):
        fetched(pypi, tmp_path)


def test_other_bytes_than_stated_are_refused(
    world: World, pypi: PyPIClient, tmp_path: Path
) -> None:
    world.bytes[world.add("0.5.0")] = b"something else"
    with pytest.raises(Mismatch, match="other bytes"):
        fetched(pypi, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_wheel_that_is_served_elsewhere_is_refused(
    world: World, pypi: PyPIClient, tmp_path: Path
) -> None:
    world.add("0.5.0", url="https://elsewhere.example/ordvec.whl")
    with pytest.raises(Mismatch, match="served elsewhere"):
        fetched(pypi, tmp_path)


def test_an_index_that_does_not_answer_is_no_verdict(tmp_path: Path) -> None:
    dead = httpx.MockTransport(lambda request: httpx.Response(403, text="no"))
    with (
        Http("test/1 (+https://example)", transport=dead) as http,
        pytest.raises(Transient) as caught,
    ):
        fetched(PyPIClient(http, "https://pypi.example", FILES), tmp_path)
    assert caught.value.exit_code == 75
