"""The HTTP faces of the stand-in PyPI: indexes and APIs, upload, file host.

https://docs.pypi.org/api/: simple index, JSON API, integrity API, upload; and
https://docs.pypi.org/trusted-publishers/internals/ for the token exchange.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from tools.rehearsal.world.hosts import ASGIApp, context_of
from tools.rehearsal.world.pypi import simple
from tools.rehearsal.world.pypi.registry import PyPIRegistry
from tools.rehearsal.world.pypi.store import DistFile
from tools.rehearsal.world.pypi.uploading import UploadForm
from tools.rehearsal.world.trusted import Refused

INTEGRITY_TYPE = "application/vnd.pypi.integrity.v1+json"


class Faces:
    """The three apps over one registry."""

    def __init__(self, registry: PyPIRegistry) -> None:
        self._registry = registry
        self._store = registry.store

    def site(self) -> ASGIApp:
        return Starlette(
            routes=[
                Route("/simple/", self.simple_root),
                Route("/simple/{project}", self.simple_redirect),
                Route("/simple/{project}/", self.simple_project),
                Route("/pypi/{project}/json", self.json_project),
                Route("/pypi/{project}/{version}/json", self.json_release),
                Route("/integrity/{project}/{version}/{filename}/provenance", self.integrity),
                Route("/_/oidc/audience", self.audience),
                Route("/_/oidc/mint-token", self.mint, methods=["POST"]),
                Route("/_/oidc/github/mint-token", self.mint, methods=["POST"]),
            ]
        )

    def upload_site(self) -> ASGIApp:
        return Starlette(routes=[Route("/legacy/", self.upload, methods=["POST"])])

    def file_host(self) -> ASGIApp:
        return Starlette(routes=[Route("/{path:path}", self.content)])

    # ------------------------------------------------------------------ indexes and APIs

    async def simple_root(self, request: Request) -> Response:
        kind = simple.negotiate(request.headers.get("accept", ""))
        if kind is None:
            return PlainTextResponse("Request not acceptable", 406)
        projects, serial = self._store.projects(), self._store.serial
        if kind == simple.JSON_TYPE:
            return _conditional(request, simple.root_json(projects, serial), kind)
        return _conditional(request, simple.root_html(projects, serial), kind)

    async def simple_redirect(self, request: Request) -> Response:
        name = canonicalize_name(request.path_params["project"])
        return RedirectResponse(f"/simple/{name}/", 301)

    async def simple_project(self, request: Request) -> Response:
        asked = request.path_params["project"]
        name = canonicalize_name(asked)
        if name != asked:
            return RedirectResponse(f"/simple/{name}/", 301)
        kind = simple.negotiate(request.headers.get("accept", ""))
        if kind is None:
            return PlainTextResponse("Request not acceptable", 406)
        files = self._shown(request, "simple", name)
        if not files:
            return PlainTextResponse("404 Not Found", 404)
        if kind == simple.JSON_TYPE:
            return _conditional(request, simple.project_json(name, files, self._store.serial), kind)
        return _conditional(request, simple.project_html(name, files, self._store.serial), kind)

    async def json_project(self, request: Request) -> Response:
        return self._json(request, None)

    async def json_release(self, request: Request) -> Response:
        try:
            return self._json(request, Version(request.path_params["version"]))
        except InvalidVersion:
            return JSONResponse({"message": "Not Found"}, 404)

    def _json(self, request: Request, version: Version | None) -> Response:
        name = canonicalize_name(request.path_params["project"])
        files = self._shown(request, "json", name)
        versions = sorted({file.version for file in files})
        if not files or (version is not None and version not in versions):
            return JSONResponse({"message": "Not Found"}, 404)
        chosen = version or versions[-1]
        page: dict[str, Any] = {
            "info": {
                "name": name,
                "version": str(chosen),
                "package_url": f"https://pypi.org/project/{name}/",
                "release_url": f"https://pypi.org/project/{name}/{chosen}/",
                "yanked": all(file.yanked for file in files if file.version == chosen),
            },
            "last_serial": self._store.serial,
            "urls": [_stated(file) for file in files if file.version == chosen],
            "vulnerabilities": [],
        }
        if version is None:
            page["releases"] = {
                str(one): [_stated(file) for file in files if file.version == one]
                for one in versions
            }
        return _conditional(request, page, "application/json")

    async def integrity(self, request: Request) -> Response:
        accept = request.headers.get("accept", "*/*")
        if not any(kind in accept for kind in (INTEGRITY_TYPE, "application/json", "*/*")):
            return JSONResponse({"message": "Request not acceptable"}, 406)
        filename = request.path_params["filename"]
        file = self._store.get(filename)
        if file is None or not self._shows(request, "integrity", file):
            return JSONResponse({"message": "Not Found"}, 404)
        if file.provenance is None:
            return JSONResponse({"message": f"No provenance available for {filename}"}, 404)
        return _conditional(request, dict(file.provenance), INTEGRITY_TYPE)

    def _shows(self, request: Request, surface: str, file: DistFile) -> bool:
        stale = context_of(request.scope).stale
        return self._registry.surfaces.shows(surface, file.project, file.filename, stale=stale)

    def _shown(self, request: Request, surface: str, project: str) -> list[DistFile]:
        files = self._store.files(project)
        return [file for file in files if self._shows(request, surface, file)]

    # ------------------------------------------------------------------ tokens and uploads

    async def audience(self, request: Request) -> Response:
        return JSONResponse({"audience": self._registry.tokens.audience})

    async def mint(self, request: Request) -> Response:
        try:
            credential = (await request.json())["token"]
            token = self._registry.tokens.mint(str(credential), context_of(request.scope).label)
        except Refused as no:
            return _not_minted(no.code, no.reason)
        except (ValueError, KeyError, TypeError):
            return _not_minted("invalid-payload", "expected an object with `token`")
        return JSONResponse({"success": True, "token": token})

    async def upload(self, request: Request) -> Response:
        form = await request.form(max_part_size=8 * 1024 * 1024)
        content = form.get("content")
        if not isinstance(content, UploadFile):
            return PlainTextResponse("400 Upload payload does not have a file.", 400)
        fields = {key: str(value) for key, value in form.items() if isinstance(value, str)}
        sent = UploadForm(fields, content.filename or "", await content.read())
        await form.close()
        try:
            self._registry.upload(sent, _token(request), context_of(request.scope).label)
        except Refused as no:
            return PlainTextResponse(f"{no.status} {no.reason}", no.status)
        return Response()

    # ------------------------------------------------------------------ file host

    async def content(self, request: Request) -> Response:
        path = request.path_params["path"]
        wanted = path.removesuffix(".metadata")
        file = self._store.get(wanted.rpartition("/")[2])
        if file is None or file.path != wanted or not self._shows(request, "files", file):
            return PlainTextResponse("404 Not Found", 404)
        if path != wanted:
            known = file.metadata
            missing = PlainTextResponse("404 Not Found", 404)
            return missing if known is None else Response(known, media_type="text/plain")
        headers = {"content-length": str(file.size), "etag": f'"{file.digests["md5"]}"'}
        return StreamingResponse(
            file.pieces(), headers=headers, media_type="application/octet-stream"
        )


def _conditional(request: Request, page: str | dict[str, Any], media_type: str) -> Response:
    """The page with its ETag, or 304 when the client has it (RFC 9110, 13.1.2)."""
    body = (page if isinstance(page, str) else json.dumps(page)).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "vary": "Accept", "cache-control": "max-age=600, public"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _stated(file: DistFile) -> dict[str, Any]:
    """A file as the JSON API states it."""
    return {
        "comment_text": "",
        "digests": file.digests,
        "downloads": -1,
        "filename": file.filename,
        "has_sig": False,
        "md5_digest": file.digests["md5"],
        "packagetype": file.packagetype,
        "python_version": "source" if file.packagetype == "sdist" else "py3",
        "requires_python": file.requires_python,
        "size": file.size,
        "upload_time": file.uploaded.strftime("%Y-%m-%dT%H:%M:%S"),
        "upload_time_iso_8601": file.uploaded.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "url": file.url,
        "yanked": bool(file.yanked),
        "yanked_reason": file.yanked if isinstance(file.yanked, str) else None,
    }


def _not_minted(code: str, description: str) -> Response:
    errors = [{"code": code, "description": description}]
    return JSONResponse({"message": "Token request failed", "errors": errors}, 422)


def _token(request: Request) -> str:
    """The API token of ``Authorization: Basic`` for the user ``__token__``, or ""."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, token = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return token if (scheme.lower(), user) == ("basic", "__token__") else ""
