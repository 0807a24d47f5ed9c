"""The HTTP faces of the stand-in crates.io: web API, sparse index, static host.

Paths and answers: the cargo book ("Registry Web API", "Index Format") and
https://crates.io/docs/trusted-publishing.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from semver import Version
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.cratesio.index import index_path
from tools.rehearsal.world.cratesio.publishing import parse
from tools.rehearsal.world.cratesio.registry import API, STATIC, CratesRegistry
from tools.rehearsal.world.cratesio.store import CrateVersion
from tools.rehearsal.world.hosts import ASGIApp, Receive, Scope, Send, context_of
from tools.rehearsal.world.trusted import Refused

# Library defaults and anything that calls itself curl (https://crates.io/data-access).
_GENERIC = re.compile(
    r"curl|^(python-requests|python-httpx|python-urllib|urllib|wget|go-http-client|okhttp|java"
    r"|libwww-perl|reqwest|mozilla/5\.0$)",
    re.IGNORECASE,
)


def error(status: int, detail: str) -> Response:
    return JSONResponse({"errors": [{"detail": detail}]}, status)


class AgentPolicy:
    """The data access policy: 403 without a user agent that names the client."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        agent = Headers(scope=scope).get("user-agent", "") if scope["type"] == "http" else "-"
        if not agent or _GENERIC.search(agent):
            refusal = error(403, f"the data access policy does not admit the client {agent!r}")
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


class Faces:
    """The three apps over one registry."""

    def __init__(self, registry: CratesRegistry) -> None:
        self._registry = registry
        self._store = registry.store

    def api(self) -> ASGIApp:
        crate = "/api/v1/crates/{name}"
        version = crate + "/{version}"
        tokens = "/api/v1/trusted_publishing/tokens"
        return AgentPolicy(
            Starlette(
                routes=[
                    Route("/api/v1/crates/new", self.publish, methods=["PUT"]),
                    Route(tokens, self.mint, methods=["POST"]),
                    Route(tokens, self.revoke, methods=["DELETE"]),
                    Route(crate, self.crate),
                    Route(crate + "/versions", self.versions),
                    Route(version, self.version),
                    Route(version + "/download", self.download),
                    Route(version + "/yank", self.yank, methods=["DELETE"]),
                    Route(version + "/unyank", self.unyank, methods=["PUT"]),
                ]
            )
        )

    def index(self) -> ASGIApp:
        return Starlette(
            routes=[Route("/config.json", self.config), Route("/{path:path}", self.index_file)]
        )

    def static(self) -> ASGIApp:
        return AgentPolicy(
            Starlette(
                routes=[
                    Route("/crates/{name}/{version}/download", self.content),
                    Route("/crates/{name}/{file}", self.content),
                ]
            )
        )

    # ------------------------------------------------------------------ web API

    async def publish(self, request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body.extend(piece)
            if len(body) > self._registry.max_upload:
                return error(413, f"max upload size is: {self._registry.max_upload}")
        try:
            asked = parse(bytes(body))
            self._registry.publish(asked, _token(request), context_of(request.scope).label)
        except Refused as no:
            return error(no.status, no.reason)
        warnings: dict[str, list[str]] = {
            "invalid_categories": [],
            "invalid_badges": [],
            "other": [],
        }
        return JSONResponse({"crate": {"id": asked.name}, "warnings": warnings})

    async def mint(self, request: Request) -> Response:
        try:
            jwt = (await request.json())["jwt"]
            token = self._registry.tokens.mint(str(jwt), context_of(request.scope).label)
        except Refused as no:
            return error(no.status, no.reason)
        except (ValueError, KeyError, TypeError):
            return error(400, "invalid request body: expected an object with `jwt`")
        return JSONResponse({"token": token})

    async def revoke(self, request: Request) -> Response:
        header = request.headers.get("authorization", "")
        token = header.removeprefix("Bearer ")
        if token == header or not self._registry.tokens.is_mine(token):
            return error(401, "Invalid authorization header" if header else "Missing authorization")
        self._registry.tokens.revoke(token)
        return Response(status_code=204)

    async def crate(self, request: Request) -> Response:
        name = request.path_params["name"]
        spelt = self._store.registered_name(name)
        if spelt is None:
            return error(404, f"crate `{name}` does not exist")
        shown = self._shown(request, "api", spelt)
        versions = [self._version(one) for one in reversed(shown)]
        facts: dict[str, object] = {"id": spelt, "name": spelt}
        facts |= {"max_version": max((one.version for one in shown), key=_order, default="0.0.0")}
        facts |= {"newest_version": shown[-1].version if shown else "0.0.0"}
        facts |= {"versions": [one.number for one in shown]}
        return JSONResponse({"crate": facts, "versions": versions, "keywords": []})

    async def versions(self, request: Request) -> Response:
        name = request.path_params["name"]
        spelt = self._store.registered_name(name)
        if spelt is None:
            return error(404, f"crate `{name}` does not exist")
        found = [self._version(one) for one in reversed(self._shown(request, "api", spelt))]
        meta = {"total": len(found), "next_page": None}
        return JSONResponse({"versions": found, "meta": meta})

    async def version(self, request: Request) -> Response:
        one = self._find(request, "api")
        if isinstance(one, Response):
            return one
        return JSONResponse({"version": self._version(one)})

    async def download(self, request: Request) -> Response:
        one = self._find(request, "download")
        if isinstance(one, Response):
            return one
        where = f"https://{STATIC}/crates/{one.name}/{one.file}"
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"url": where})
        return RedirectResponse(where, 302)

    async def yank(self, request: Request) -> Response:
        return self._mark(request, yanked=True)

    async def unyank(self, request: Request) -> Response:
        return self._mark(request, yanked=False)

    def _mark(self, request: Request, *, yanked: bool) -> Response:
        one = self._find(request, "yank")
        if isinstance(one, Response):
            return one
        try:
            self._registry.yank(one, _token(request), yanked=yanked)
        except Refused as no:
            return error(no.status, no.reason)
        return JSONResponse({"ok": True})

    def _find(self, request: Request, surface: str) -> CrateVersion | Response:
        name, version = request.path_params["name"], request.path_params["version"]
        spelt = self._store.registered_name(name)
        if spelt is None:
            return error(404, f"crate `{name}` does not exist")
        one = self._store.get(spelt, version)
        stale = context_of(request.scope).stale
        if one is None or not self._registry.surfaces.shows(surface, spelt, one.file, stale=stale):
            return error(404, f"crate `{spelt}` does not have a version `{version}`")
        return one

    def _shown(self, request: Request, surface: str, name: str) -> list[CrateVersion]:
        stale = context_of(request.scope).stale
        shows = self._registry.surfaces.shows
        return [
            one for one in self._store.versions(name) if shows(surface, name, one.file, stale=stale)
        ]

    def _version(self, one: CrateVersion) -> dict[str, Any]:
        package = self._store.manifest(one)["package"]
        path = f"/api/v1/crates/{one.name}/{one.version}"
        at = one.created_at.isoformat().replace("+00:00", "Z")
        return {
            "id": one.number,
            "crate": one.name,
            "num": one.version,
            "dl_path": f"{path}/download",
            "readme_path": f"{path}/readme",
            "links": {"version_downloads": f"{path}/downloads"},
            "created_at": at,
            "updated_at": at,
            "yanked": one.yanked,
            "checksum": one.checksum,
            "crate_size": one.size,
            "license": package.get("license"),
            "rust_version": package.get("rust-version"),
            "edition": package.get("edition"),
            "features": self._store.manifest(one).get("features", {}),
            "published_by": None,
            "trustpub_data": _trusted_publishing(one),
        }

    # ------------------------------------------------------------------ index and static host

    async def config(self, request: Request) -> Response:
        return JSONResponse({"dl": f"https://{STATIC}/crates", "api": f"https://{API}"})

    async def index_file(self, request: Request) -> Response:
        path = request.path_params["path"]
        name = self._store.registered_name(path.rpartition("/")[2])
        if name is None or index_path(name) != path:
            return Response("not found\n", 404)
        shown = self._shown(request, "index", name)
        if not shown:
            return Response("not found\n", 404)
        lines = [json.dumps(self._store.index_entry(one), separators=(",", ":")) for one in shown]
        return conditional(request, ("\n".join(lines) + "\n").encode(), "text/plain")

    async def content(self, request: Request) -> Response:
        name = request.path_params["name"]
        file = request.path_params.get("file") or f"{name}-{request.path_params['version']}.crate"
        stale = context_of(request.scope).stale
        for one in self._store.versions(name):
            if one.file == file and self._registry.surfaces.shows(
                "static", name, file, stale=stale
            ):
                return conditional(request, one.read(), "application/gzip")
        return Response("AccessDenied\n", self._registry.missing_on_static)


def _order(version: str) -> Version:
    """SemVer precedence (https://semver.org, 11)."""
    return Version.parse(version)


def conditional(request: Request, body: bytes, media_type: str) -> Response:
    """The body with its ETag, or 304 when the client has it already (RFC 9110, 13.1.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    held = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    if etag in held or f"W/{etag}" in held:
        return Response(status_code=304, headers={"etag": etag})
    return Response(body, media_type=media_type, headers={"etag": etag})


def _token(request: Request) -> str:
    """cargo sends the bare token; the trusted publishing documents say ``Bearer``."""
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _trusted_publishing(one: CrateVersion) -> dict[str, Any] | None:
    if not one.claims:
        return None
    keys = ("repository", "run_id", "sha")
    return {"provider": "github", **{key: one.claims.get(key) for key in keys}}
