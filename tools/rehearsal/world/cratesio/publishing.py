"""The publish request of the registry web API: its framing and what crates.io refuses.

Framing (cargo book, "Publish"): length of the metadata as u32 little-endian, the metadata as
JSON, length of the tarball likewise, the tarball. Checks in crates.io's order.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from dataclasses import dataclass
from typing import Any

from semver import Version

from tools.rehearsal.world.cratesio.index import (
    BadCrate,
    check_tarball,
    manifest_of,
)
from tools.rehearsal.world.cratesio.store import CrateStore
from tools.rehearsal.world.trusted import Refused
from tools.rehearsal.world.uploads import Sent

MAX_UPLOAD = 10 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """An upload as sent: metadata and tarball, not yet checked against each other."""

    metadata: dict[str, Any]
    crate: bytes

    @property
    def name(self) -> str:
        return str(self.metadata.get("name", ""))

    @property
    def version(self) -> str:
        return str(self.metadata.get("vers", ""))

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}.crate"

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.crate).hexdigest()

    @property
    def sent(self) -> Sent:
        return Sent(self.name, self.version, self.file, self.checksum, len(self.crate))


def parse(body: bytes) -> PublishRequest:
    """Undo the framing.

    Raises:
        Refused: 400 for lengths that do not fit the body, or metadata that is no JSON object.
    """
    raw, rest = _block(body, "metadata")
    crate, rest = _block(rest, "tarball")
    if rest:
        raise Refused(400, f"invalid upload request: {len(rest)} bytes after the tarball")
    try:
        metadata = json.loads(raw)
    except ValueError as error:
        raise Refused(400, f"invalid upload request: {error}") from error
    if not isinstance(metadata, dict):
        raise Refused(400, "invalid upload request: the metadata is no object")
    return PublishRequest(metadata, crate)


def _block(data: bytes, what: str) -> tuple[bytes, bytes]:
    if len(data) < 4:
        raise Refused(400, f"invalid {what} length")
    (length,) = struct.unpack_from("<I", data)
    if length > len(data) - 4:
        raise Refused(400, f"invalid {what} length for remaining payload: {length}")
    return data[4 : 4 + length], data[4 + length :]


def check_metadata(request: PublishRequest) -> None:
    """Names, version and the fields that crates.io wants filled.

    Raises:
        Refused: 400.
    """
    if not _NAME.fullmatch(request.name):
        raise Refused(400, f"{request.name!r} is an invalid crate name")
    try:
        Version.parse(request.version)
    except ValueError as error:
        raise Refused(400, f"{request.version!r} is an invalid semver version") from error
    wanted = {"description": ("description",), "license": ("license", "license_file")}
    missing = [
        field
        for field, keys in wanted.items()
        if not any(request.metadata.get(key) for key in keys)
    ]
    if missing:
        raise Refused(400, f"missing or empty metadata fields: {', '.join(missing)}")


def check_content(request: PublishRequest, store: CrateStore) -> dict[str, Any]:
    """Duplicates, the tarball, its manifest, its dependencies; returns the manifest.

    Raises:
        Refused: 400.
    """
    name, version = request.name, request.version
    spelt = store.registered_name(name)
    if spelt not in (None, name):
        raise Refused(400, f"crate was previously named `{spelt}`")
    if store.get(name, version) is not None:
        raise Refused(400, f"crate version `{version}` is already uploaded")
    try:
        check_tarball(request.crate, name, version)
        manifest = manifest_of(request.crate, name, version)
    except BadCrate as error:
        raise Refused(400, str(error)) from error
    for dependency in request.metadata.get("deps", []):
        wanted = str(dependency.get("name", ""))
        if dependency.get("version_req") == "*":
            raise Refused(400, f"wildcard (`*`) dependency on `{wanted}` is not allowed")
        if store.registered_name(wanted) is None:
            raise Refused(400, f"no known crate named `{wanted}`")
    return manifest
