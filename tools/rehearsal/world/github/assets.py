"""Release assets: upload, list, download, delete.

Uploads go to ``uploads.github.com``, and a name is taken once per release, a half-uploaded
asset's name too (state ``starter``): it must be deleted first. Downloads are a redirect to
``release-assets.githubusercontent.com`` with a signed address that needs no token, lives five
minutes and, as the real storage does, refuses a request that carries an Authorization header.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.github.access import Right
from tools.rehearsal.world.github.api import NOT_FOUND, ApiError, Call, Core, page, route
from tools.rehearsal.world.github.releases import asset_json, found, published_of, visible
from tools.rehearsal.world.github.state import Asset, Release

READ = Right("contents")
WRITE = Right("contents", "write")
STORAGE = "release-assets.githubusercontent.com"
ADDRESS_LIFETIME = timedelta(minutes=5)
_REPLACED = re.compile(r"[^A-Za-z0-9._+@~-]+")


def routes(core: Core, storage: Storage) -> list[Route]:
    """Those of ``api.github.com``."""

    def get(core: Core, call: Call) -> Response:
        return _get(core, call, storage)

    one = "/releases/assets/{asset}"
    return [
        route(core, "/releases/{release}/assets", _list, READ),
        route(core, one, get, READ),
        route(core, one, _delete, WRITE, method="DELETE"),
    ]


def upload_routes(core: Core) -> list[Route]:
    """Those of ``uploads.github.com``."""
    return [route(core, "/releases/{release}/assets", _upload, WRITE, method="POST")]


@dataclass(frozen=True, slots=True)
class _Address:
    asset: int
    until: datetime


class Storage:
    """The asset storage behind the redirects, and the public download addresses."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._addresses: dict[str, _Address] = {}

    def address(self, asset: Asset) -> str:
        """A signed address of an asset's bytes."""
        key = secrets.token_urlsafe(24)
        self._addresses[key] = _Address(asset.id, self._core.clock() + ADDRESS_LIFETIME)
        return f"https://{STORAGE}/github-production-release-asset/{asset.id}?sig={key}"

    def storage_routes(self) -> list[Route]:
        return [Route("/github-production-release-asset/{asset}", self._serve)]

    def web_routes(self) -> list[Route]:
        """Those of ``github.com``."""
        repository = "/{owner}/{repo}/releases"
        return [
            Route(repository + "/download/{tag}/{name}", self._download),
            Route(repository + "/tag/{tag}", self._page),
        ]

    async def _serve(self, request: Request) -> Response:
        with self._core.lock:
            address = self._addresses.get(request.query_params.get("sig", ""))
            if "authorization" in request.headers:
                return PlainTextResponse("AuthenticationFailed", 401)
            if address is None or self._core.clock() > address.until:
                return PlainTextResponse("AuthenticationFailed: signature not valid", 403)
            asset = self._core.state.assets.get(address.asset)
            if asset is None:
                return PlainTextResponse("BlobNotFound", 404)
            count = self._core.downloads.get(str(asset.id), 0)
            self._core.downloads[str(asset.id)] = count + 1
        headers = {"content-disposition": f"attachment; filename={asset.name}"}
        return Response(asset.content, media_type=asset.content_type, headers=headers)

    async def _download(self, request: Request) -> Response:
        with self._core.lock:
            release = self._public(request)
            for asset in self._core.state.assets_of(release.id) if release else ():
                if asset.name == request.path_params["name"] and asset.state == "uploaded":
                    return RedirectResponse(self.address(asset), 302)
        return PlainTextResponse(NOT_FOUND, 404)

    async def _page(self, request: Request) -> Response:
        with self._core.lock:
            release = self._public(request)
        if release is None:
            return PlainTextResponse(NOT_FOUND, 404)
        return Response(f"<title>Release {release.tag}</title>", media_type="text/html")

    def _public(self, request: Request) -> Release | None:
        asked = "{owner}/{repo}".format_map(request.path_params)
        if asked.lower() != self._core.repository.lower():
            return None
        return published_of(self._core.state, request.path_params["tag"])


# ---------------------------------------------------------------------- api.github.com


def _owner(call: Call) -> tuple[Release, Asset]:
    """The asset of the path's id and its release, if the caller may know of them."""
    asset = call.state.assets.get(call.number("asset"))
    release = call.state.releases.get(asset.release) if asset else None
    if asset is None or release is None or not visible(release, call.caller):
        raise ApiError(404, NOT_FOUND)
    return release, asset


def _list(core: Core, call: Call) -> Response:
    release = found(call)
    items = [
        asset_json(core, release, asset)
        for asset in call.state.assets_of(release.id)
        if not core.hidden("asset", asset.id)
    ]
    return page(core, call, items)


def _get(core: Core, call: Call, storage: Storage) -> Response:
    release, asset = _owner(call)
    if "application/octet-stream" not in call.request.headers.get("accept", ""):
        return JSONResponse(asset_json(core, release, asset))
    if asset.state != "uploaded":
        raise ApiError(404, NOT_FOUND)
    return RedirectResponse(storage.address(asset), 302)


def _delete(core: Core, call: Call) -> Response:
    release, asset = _owner(call)
    if release.immutable:
        raise ApiError(422, "Cannot delete asset from an immutable release.")
    del core.state.assets[asset.id]
    core.record("asset.deleted", asset.name, call.label, str(release.id))
    return Response(status_code=204)


# ---------------------------------------------------------------------- uploads.github.com


def _upload(core: Core, call: Call) -> Response:
    release = found(call)
    name = _REPLACED.sub(".", call.query.get("name", "")).strip(".")
    if not name:
        raise _invalid("name", "missing_field")
    if release.immutable:
        raise ApiError(422, "Cannot upload assets to an immutable release.")
    if not call.body:
        raise _invalid("size", "invalid")
    if any(asset.name == name for asset in core.state.assets_of(release.id)):
        raise _invalid("name", "already_exists")
    if core.misbehaviour.half_uploads > 0:
        core.misbehaviour.half_uploads -= 1
        _add(core, call, release, name, "starter")
        return JSONResponse({"message": "Server Error"}, 502)
    asset = _add(core, call, release, name, "uploaded")
    return JSONResponse(asset_json(core, release, asset), 201)


def _add(core: Core, call: Call, release: Release, name: str, state: str) -> Asset:
    whole = state == "uploaded"
    digest = f"sha256:{hashlib.sha256(call.body).hexdigest()}" if whole else None
    asset = Asset(
        id=core.state.new_id(),
        release=release.id,
        name=name,
        content=call.body if whole else b"",
        digest=digest,
        state=state,
        content_type=call.request.headers.get("content-type", "application/octet-stream"),
        time=core.clock(),
        label=call.label,
    )
    core.state.assets[asset.id] = asset
    core.hide("asset", asset.id, core.misbehaviour.asset_lag)
    core.record(f"asset.{state}", name, call.label, digest or "")
    return asset


def _invalid(name: str, code: str) -> ApiError:
    error = {"resource": "ReleaseAsset", "code": code, "field": name}
    return ApiError(422, "Validation Failed", [error])
