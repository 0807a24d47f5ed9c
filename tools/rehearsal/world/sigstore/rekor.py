"""Stand-in for Rekor v1, ``https://rekor.sigstore.dev``.

Every answer about an entry carries a signed entry timestamp (ECDSA over the canonical JSON of
body, time, log and index), an inclusion proof against the present tree, and a checkpoint of
that tree. The log began, as the real one, long before this shard: ``logIndex`` counts from the
first entry ever, the proof's index from the shard's first.

=======================================  ==============================================
POST ``/api/v1/log/entries``             201 and the entry; 400 when it does not verify;
                                         409 when exactly this entry is logged already
GET  ``/api/v1/log/entries?logIndex=``   by index
GET  ``/api/v1/log/entries/{uuid}``      by uuid, with or without the tree's prefix
POST ``/api/v1/log/entries/retrieve``    by entryUUIDs, logIndexes or entries
POST ``/api/v1/index/retrieve``          uuids by ``{"hash": "sha256:…"}``
GET  ``/api/v1/log``                     size, root and checkpoint of the tree
GET  ``/api/v1/log/publicKey``           the log's key
=======================================  ==============================================
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.hosts import Host, context_of
from tools.rehearsal.world.oidc import Clock
from tools.rehearsal.world.sigstore.entries import BadEntry, canonical_json, proposed
from tools.rehearsal.world.sigstore.keys import log_id
from tools.rehearsal.world.sigstore.merkle import Tree, leaf_hash

HOST = "rekor.sigstore.dev"
TREE_ID = 0x1D57_0000_0000_0001
FIRST_INDEX = 120_000_000


@dataclass(frozen=True, slots=True)
class Logged:
    """One entry: its place in this shard, its body, when it was integrated, and by which job."""

    index: int
    canonical: bytes
    keys: frozenset[str]
    time: int
    label: str

    @property
    def uuid(self) -> str:
        """The tree's id and the leaf hash, 16 and 64 hex digits."""
        return f"{TREE_ID:016x}{leaf_hash(self.canonical).hex()}"


class Rekor:
    """The transparency log.

    Args:
        key: the log's P-256 key.
        clock: the time that entries are integrated at.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, clock: Clock) -> None:
        self.entries: list[Logged] = []
        self._key = key
        self._clock = clock
        self._tree = Tree()
        self._by_leaf: dict[str, Logged] = {}
        self._lock = threading.RLock()

    def hosts(self) -> tuple[Host, ...]:
        api = "/api/v1"
        routes = [
            Route(f"{api}/log", self._info),
            Route(f"{api}/log/publicKey", self._public_key),
            Route(f"{api}/log/entries", self._create, methods=["POST"]),
            Route(f"{api}/log/entries", self._by_index),
            Route(f"{api}/log/entries/retrieve", self._retrieve, methods=["POST"]),
            Route(f"{api}/log/entries/retrieve/", self._retrieve, methods=["POST"]),
            Route(f"{api}/log/entries/{{uuid}}", self._by_uuid),
            Route(f"{api}/index/retrieve", self._search, methods=["POST"]),
        ]
        return (Host((HOST,), Starlette(routes=routes)),)

    def append(self, entry: Any, label: str = "") -> Logged:
        """Log a proposed entry.

        Raises:
            BadEntry: when it is malformed or its signature does not verify.
            Duplicate: when exactly this entry is logged already.
        """
        body = proposed(entry)
        leaf = leaf_hash(body.canonical)
        with self._lock:
            present = self._by_leaf.get(leaf.hex())
            if present is not None:
                raise Duplicate(present)
            now = int(self._clock().timestamp())
            logged = Logged(self._tree.append(leaf), body.canonical, body.keys, now, label)
            self.entries.append(logged)
            self._by_leaf[leaf.hex()] = logged
            return logged

    # ------------------------------------------------------------------ answers

    async def _create(self, request: Request) -> Response:
        try:
            entry = json.loads(await request.body())
            logged = self.append(entry, context_of(request.scope).label)
        except BadEntry as error:
            return _error(400, f"error processing entry: {error}")
        except ValueError as error:
            return _error(400, f"the request body is not JSON: {error}")
        except Duplicate as duplicate:
            uuid = duplicate.logged.uuid
            known = f"an equivalent entry already exists in the transparency log with UUID {uuid}"
            return _error(409, known, {"Location": f"/api/v1/log/entries/{uuid}"})
        headers = {"Location": f"/api/v1/log/entries/{logged.uuid}", "ETag": logged.uuid}
        return JSONResponse(self._answer(logged), 201, headers)

    async def _by_index(self, request: Request) -> Response:
        try:
            index = int(request.query_params["logIndex"]) - FIRST_INDEX
        except (KeyError, ValueError):
            return _error(400, "logIndex in query must be an integer")
        return self._found(lambda logged: logged.index == index)

    async def _by_uuid(self, request: Request) -> Response:
        uuid = request.path_params["uuid"]
        return self._found(lambda logged: uuid in (logged.uuid, logged.uuid[16:]))

    async def _retrieve(self, request: Request) -> Response:
        query = await _object(request)
        if query is None:
            return _error(400, "the request body is not a JSON object")
        uuids = {str(uuid)[-64:] for uuid in query.get("entryUUIDs") or ()}
        indexes = {int(index) - FIRST_INDEX for index in query.get("logIndexes") or ()}
        wanted = [_signature_of(entry) for entry in query.get("entries") or ()]
        matches = [
            self._answer(logged)
            for logged in list(self.entries)
            if logged.uuid[16:] in uuids
            or logged.index in indexes
            or _signature_of(json.loads(logged.canonical)) in wanted
        ]
        return JSONResponse(matches)

    async def _search(self, request: Request) -> Response:
        query = await _object(request)
        if query is None:
            return _error(400, "the request body is not a JSON object")
        digest = str(query.get("hash", ""))
        digest = digest if ":" in digest else f"sha256:{digest}"
        return JSONResponse([e.uuid for e in list(self.entries) if digest in e.keys])

    async def _info(self, request: Request) -> Response:
        with self._lock:
            return JSONResponse(
                {
                    "inactiveShards": [],
                    "rootHash": self._tree.root().hex(),
                    "signedTreeHead": self._checkpoint(),
                    "treeID": str(TREE_ID),
                    "treeSize": len(self._tree),
                }
            )

    async def _public_key(self, request: Request) -> Response:
        key = self._key.public_key()
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return PlainTextResponse(pem, media_type="application/x-pem-file")

    def _found(self, wanted: Callable[[Logged], bool]) -> Response:
        for logged in list(self.entries):
            if wanted(logged):
                return JSONResponse(self._answer(logged))
        return _error(404, "entry not found")

    def _answer(self, logged: Logged) -> dict[str, Any]:
        """The entry under its uuid, with proofs against the tree as it is now."""
        body = base64.b64encode(logged.canonical).decode()
        promised = {
            "body": body,
            "integratedTime": logged.time,
            "logID": log_id(self._key).hex(),
            "logIndex": FIRST_INDEX + logged.index,
        }
        with self._lock:
            proof = {
                "checkpoint": self._checkpoint(),
                "hashes": [sibling.hex() for sibling in self._tree.path(logged.index)],
                "logIndex": logged.index,
                "rootHash": self._tree.root().hex(),
                "treeSize": len(self._tree),
            }
        timestamp = base64.b64encode(self._sign(canonical_json(promised))).decode()
        verification = {"inclusionProof": proof, "signedEntryTimestamp": timestamp}
        return {logged.uuid: {**promised, "attestation": {}, "verification": verification}}

    def _checkpoint(self) -> str:
        """The tree head as a signed note (C2SP tlog-checkpoint)."""
        root = base64.b64encode(self._tree.root()).decode()
        note = f"{HOST} - {TREE_ID}\n{len(self._tree)}\n{root}\n"
        signature = log_id(self._key)[:4] + self._sign(note.encode())
        return f"{note}\n\u2014 {HOST} {base64.b64encode(signature).decode()}\n"

    def _sign(self, data: bytes) -> bytes:
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class Duplicate(Exception):
    """Exactly this entry is logged already."""

    def __init__(self, logged: Logged) -> None:
        super().__init__(logged.uuid)
        self.logged = logged


def _signature_of(entry: Any) -> frozenset[str]:
    """The signatures of a proposed or logged entry: what tells it from every other one."""
    spec = entry.get("spec") or {}
    if entry.get("kind") == "hashedrekord":
        return frozenset({str(spec.get("signature", {}).get("content"))})
    content = spec.get("proposedContent")
    if content:
        signatures = json.loads(content["envelope"])["signatures"]
        return frozenset(str(signature["sig"]) for signature in signatures)
    return frozenset(str(signature["signature"]) for signature in spec.get("signatures") or ())


async def _object(request: Request) -> dict[str, Any] | None:
    """The body as a JSON object, or None when it is something else."""
    try:
        value = json.loads(await request.body())
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"code": status, "message": message}, status, headers)
