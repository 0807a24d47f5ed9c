"""Stand-in for docs.rs: the build status of a released crate.

``GET /crate/NAME/VERSION/status.json`` answers ``{"doc_status": …, "version": …}`` for a crate
that the stand-in crates.io serves (asked through a callable), 404 for any other.
``…/builds.json`` lists its builds. A build can be set to fail or to be still queued.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.hosts import Host


class DocsRs:
    """docs.rs.

    Args:
        served: whether crates.io serves (name, version).
    """

    def __init__(self, served: Callable[[str, str], bool]) -> None:
        self._served = served
        self.failed: set[tuple[str, str]] = set()
        self.queued: set[tuple[str, str]] = set()

    def hosts(self) -> tuple[Host, ...]:
        release = "/crate/{name}/{version}"
        routes = [
            Route(release + "/status.json", self._status),
            Route(release + "/builds.json", self._builds),
            Route(release, self._page),
        ]
        return (Host(("docs.rs",), Starlette(routes=routes)),)

    def _known(self, request: Request) -> tuple[str, str] | None:
        name = str(request.path_params["name"])
        version = str(request.path_params["version"]).removeprefix("=")
        key = (name, version)
        return key if key not in self.queued and self._served(name, version) else None

    async def _status(self, request: Request) -> Response:
        key = self._known(request)
        if key is None:
            return _missing()
        return JSONResponse({"doc_status": key not in self.failed, "version": key[1]})

    async def _builds(self, request: Request) -> Response:
        key = self._known(request)
        if key is None:
            return _missing()
        build: dict[str, Any] = {
            "id": 1,
            "build_status": key not in self.failed,
            "docsrs_version": "docsrs 0.6.0 (rehearsal)",
        }
        return JSONResponse([build])

    async def _page(self, request: Request) -> Response:
        key = self._known(request)
        if key is None:
            return _missing()
        return Response(f"<title>{key[0]} {key[1]}</title>", media_type="text/html")


def _missing() -> Response:
    return JSONResponse({"title": "The requested crate does not exist"}, 404)
