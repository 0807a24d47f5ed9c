"""Uploads and clients that crates.io refuses."""

from __future__ import annotations

import struct

import pytest

from tests.tools.rehearsal.world.cratesio.uploads import crate_bytes, framed, put
from tools.rehearsal.world import World
from tools.rehearsal.world.cratesio import CratesIo


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"\x01", 400, "invalid metadata length"),
        (struct.pack("<I", 99) + b"{}", 400, "invalid metadata length"),
        (framed("tiny-core", "1.0.0", b"x") + b"tail", 400, "bytes after the tarball"),
        (framed("1bad", "1.0.0", b""), 400, "invalid crate name"),
        (framed("tiny-core", "1.0", b""), 400, "invalid semver"),
        (framed("tiny-core", "1.0.0", b"", license=""), 400, "missing or empty metadata"),
        (framed("tiny-core", "1.0.0", b"not gzip"), 400, "malformed"),
        (framed("tiny_core", "1.0.0", b""), 400, "previously named `tiny-core`"),
        (
            framed("tiny-core", "1.0.0", crate_bytes("tiny-core", "1.0.0", root="else")),
            400,
            "invalid path found",
        ),
        (
            framed("tiny-core", "1.0.0", crate_bytes("other", "1.0.0", root="tiny-core-1.0.0")),
            400,
            "names other 1.0.0",
        ),
        (
            framed(
                "tiny-core",
                "1.0.0",
                crate_bytes("tiny-core", "1.0.0"),
                deps=[{"name": "unheard-of", "version_req": "^1"}],
            ),
            400,
            "no known crate named `unheard-of`",
        ),
    ],
    ids=[
        "short_frame",
        "frame_longer_than_body",
        "bytes_after_tarball",
        "bad_name",
        "bad_version",
        "missing_license",
        "not_a_tarball",
        "name_differs_in_dash",
        "foreign_root",
        "manifest_of_another_crate",
        "unknown_dependency",
    ],
)
def test_upload_is_refused(
    registry: CratesIo, world: World, body: bytes, status: int, reason: str
) -> None:
    found, text = put(world, body)
    assert (found, reason in text) == (status, True), text
    assert registry.uploads.stored() == ()


def test_too_large_upload_is_refused(registry: CratesIo, world: World) -> None:
    registry.max_upload = 1000
    assert put(world, framed("tiny-core", "1.0.0", b"x" * 2000))[0] == 413


def test_second_upload_of_a_version_is_refused_whatever_its_bytes(
    registry: CratesIo, world: World
) -> None:
    first = crate_bytes("tiny-core", "1.0.0")
    assert put(world, framed("tiny-core", "1.0.0", first))[0] == 200
    for again in (first, crate_bytes("tiny-core", "1.0.0", manifest="# other\n")):
        status, text = put(world, framed("tiny-core", "1.0.0", again))
        assert status == 400
        assert "crate version `1.0.0` is already uploaded" in text
    assert len(registry.uploads.stored()) == 1
    assert len(registry.uploads.refused()) == 2


@pytest.mark.parametrize("agent", ["", "curl/8.5.0", "python-requests/2.32", "python-httpx/0.28.1"])
def test_generic_user_agent_is_refused(registry: CratesIo, world: World, agent: str) -> None:
    crate = crate_bytes("tiny-core", "1.0.0")
    status, text = put(world, framed("tiny-core", "1.0.0", crate), agent=agent)
    assert status == 403
    assert "data access policy" in text
    assert registry.uploads.attempts() == ()
