"""Uploads to the stand-in PyPI as tests make them by httpx."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
from typing import Any

import httpx

from tests.tools.rehearsal.world.conftest import REPOSITORY, http, wheel_bytes
from tools.rehearsal.world import World
from tools.rehearsal.world.oidc import Issuer, JobIdentity

OWNER = "pypi-owner"
LEGACY = "https://upload.pypi.org/legacy/"
MINT = "https://pypi.org/_/oidc/mint-token"
TWINE = (sys.executable, "-m", "twine")


def identity(**changes: Any) -> JobIdentity:
    facts = {
        "repository": REPOSITORY,
        "ref": "refs/tags/v0.6.1",
        "sha": "a" * 40,
        "workflow_path": ".github/workflows/release.yml",
        "environment": "pypi",
    }
    return JobIdentity(**{**facts, **changes})


def sdist_bytes(name: str, version: str) -> bytes:
    """An sdist that twine accepts; PyPI builds nothing from it."""
    root = f"{name.replace('-', '_')}-{version}"
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in (("PKG-INFO", text), ("README", b"")):
            member = tarfile.TarInfo(f"{root}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def form(name: str, version: str, content: bytes, /, **changes: str) -> dict[str, str]:
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": name,
        "version": version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
    }
    return {key: value for key, value in {**fields, **changes}.items() if value}


def post(
    world: World, filename: str, content: bytes, fields: dict[str, str], token: str = OWNER
) -> httpx.Response:
    with http(world) as web:
        return web.post(
            LEGACY,
            data=fields,
            files={"content": (filename, content, "application/octet-stream")},
            auth=("__token__", token) if token else None,
        )


def upload(
    world: World, version: str = "1.0", token: str = OWNER, **changes: str
) -> httpx.Response:
    content = wheel_bytes("tiny-pkg", version)
    fields = form("tiny-pkg", version, content, **changes)
    return post(world, f"tiny_pkg-{version}-py3-none-any.whl", content, fields, token)


def mint(world: World, issuer: Issuer, **changes: Any) -> str:
    jwt = issuer.token("pypi", identity(**changes).claims())
    with http(world, "publish-pypi") as web:
        answer = web.post(MINT, json={"token": jwt})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])
