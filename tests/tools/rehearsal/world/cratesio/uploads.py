"""Uploads to the stand-in crates.io as tests make them by httpx."""

from __future__ import annotations

import io
import json
import struct
import tarfile

from tests.tools.rehearsal.world.conftest import REPOSITORY, http
from tools.rehearsal.world import World
from tools.rehearsal.world.oidc import JobIdentity

OWNER = "owner-token"
PUT = "https://crates.io/api/v1/crates/new"
TOKENS = "https://crates.io/api/v1/trusted_publishing/tokens"


def identity(**changes: str) -> JobIdentity:
    facts = {
        "repository": REPOSITORY,
        "ref": "refs/tags/v0.6.1",
        "sha": "a" * 40,
        "workflow_path": ".github/workflows/release.yml",
        "environment": "crates-io",
    }
    return JobIdentity(**{**facts, **changes})


def crate_bytes(name: str, version: str, *, root: str = "", manifest: str = "") -> bytes:
    text = manifest or (
        f'[package]\nname = "{name}"\nversion = "{version}"\ndescription = "t"\nlicense = "MIT"\n'
    )
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, content in (("Cargo.toml", text), ("src/lib.rs", "")):
            member = tarfile.TarInfo(f"{root or f'{name}-{version}'}/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


def framed(name: str, version: str, crate: bytes, **changes: object) -> bytes:
    metadata = {
        "name": name,
        "vers": version,
        "deps": [],
        "features": {},
        "description": "t",
        "license": "MIT",
        **changes,
    }
    raw = json.dumps(metadata).encode()
    return struct.pack("<I", len(raw)) + raw + struct.pack("<I", len(crate)) + crate


def put(world: World, body: bytes, token: str = OWNER, agent: str | None = None) -> tuple[int, str]:
    with http(world) if agent is None else http(world, agent=agent) as web:
        answer = web.put(PUT, content=body, headers={"Authorization": token})
    return answer.status_code, answer.text
