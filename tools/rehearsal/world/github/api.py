"""The frame of every answer: repository, token, permission, rate limit, errors, pages.

A handler is a plain function ``(core, call) -> Response``; it runs in a worker thread under
the store's lock and raises :class:`ApiError` to refuse. Writes keep the state from before, which
is what a request under the ``stale`` fault is answered from.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.github.access import Caller, Right, Tokens
from tools.rehearsal.world.github.git import BareRepository
from tools.rehearsal.world.github.signatures import Keyring
from tools.rehearsal.world.github.state import Event, State
from tools.rehearsal.world.hosts import context_of
from tools.rehearsal.world.oidc import Clock

API = "https://api.github.com"
WEB = "https://github.com"
UPLOADS = "https://uploads.github.com"
DOCS = "https://docs.github.com/rest"


class ApiError(Exception):
    """A refusal as the REST API words it: status, message, the fields at fault."""

    def __init__(self, status: int, message: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = tuple(errors)

    def answer(self) -> Response:
        body: dict[str, Any] = {"message": self.message}
        if self.errors:
            body["errors"] = [dict(error) for error in self.errors]
        body |= {"documentation_url": DOCS, "status": str(self.status)}
        return JSONResponse(body, self.status)


NOT_FOUND = "Not Found"


@dataclass
class Misbehaviour:
    """What this GitHub does wrong by itself; counts go down as they are used up.

    Attributes:
        list_lag: after its creation a release is missing from that many listings.
        asset_lag: after its upload an asset is missing from that many listings of assets.
        publish_lag: after the un-draft that many look-ups by tag still find nothing.
        attestation_lag: after its storing an attestation is missing from that many look-ups.
        duplicate_drafts: that many creations of a draft make two.
        half_uploads: that many uploads leave an asset of state ``starter`` and answer 502.
        partial_publishes: that many un-drafts answer 502, leave the draft and burn its tag's
            name, so that it can never be published (seen on GitHub with immutable releases).
        requests_left: requests until the rate limit answers 403; None for no limit.
        empty_attestations: no attestation is answered by an empty list instead of 404.
    """

    list_lag: int = 0
    asset_lag: int = 0
    publish_lag: int = 0
    attestation_lag: int = 0
    duplicate_drafts: int = 0
    half_uploads: int = 0
    partial_publishes: int = 0
    requests_left: int | None = None
    empty_attestations: bool = False


@dataclass
class Core:
    """What the handlers share."""

    repository: str
    git: BareRepository
    keyring: Keyring
    clock: Clock
    state: State = field(default_factory=State)
    before: State = field(default_factory=State)
    tokens: Tokens = field(default_factory=Tokens)
    misbehaviour: Misbehaviour = field(default_factory=Misbehaviour)
    lock: threading.RLock = field(default_factory=threading.RLock)
    on_rerun: Callable[[int, tuple[str, ...]], None] | None = None
    downloads: dict[str, int] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.repository.partition("/")[0]

    @property
    def api_url(self) -> str:
        return f"{API}/repos/{self.repository}"

    @property
    def web_url(self) -> str:
        return f"{WEB}/{self.repository}"

    def hide(self, kind: str, identity: int, times: int) -> None:
        """From now on *times* look-ups of this kind do not see the thing yet."""
        if times:
            self.state.unlisted[kind, identity] = times

    def hidden(self, kind: str, identity: int) -> bool:
        """Whether this look-up does not see it yet; each look-up brings it closer."""
        left = self.state.unlisted.pop((kind, identity), 0)
        self.hide(kind, identity, left - 1 if left else 0)
        return left > 0

    def record(self, action: str, subject: str, label: str, detail: str = "") -> None:
        """Write a change into the ledger of events."""
        self.state.events.append(Event(action, subject, self.clock(), label, detail))


@dataclass(frozen=True)
class Call:
    """One request, with its body read and its caller known."""

    request: Request
    caller: Caller
    body: bytes
    state: State

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    @property
    def label(self) -> str:
        """The job that asks: its token's label, else that of its proxy port."""
        return self.caller.label or context_of(self.request.scope).label

    def param(self, name: str) -> str:
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        """A numeric path parameter; 404 otherwise, as for an id that does not exist."""
        text = self.param(name)
        if not text.isascii() or not text.isdigit():
            raise ApiError(404, NOT_FOUND)
        return int(text)

    def json(self) -> dict[str, Any]:
        """The body as an object."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            raise ApiError(400, "Problems parsing JSON") from None
        if not isinstance(value, dict):
            raise ApiError(400, "Body should be a JSON object")
        return value


Handler = Callable[[Core, Call], Response]


def route(
    core: Core,
    path: str,
    handler: Handler,
    right: Right,
    *,
    method: str = "GET",
    public: bool | None = None,
) -> Route:
    """A route below ``/repos/{owner}/{repo}``.

    Args:
        core: the shared state.
        path: what follows the repository.
        handler: makes the answer.
        right: the permission that a token needs.
        method: the one method of this route.
        public: whether it answers without a token; by default reads do and writes do not.
    """
    writes = method != "GET"
    open_to_all = (not writes) if public is None else public

    def answer(request: Request, body: bytes) -> Response:
        caller = core.tokens.caller(request.headers.get("authorization", ""))
        with core.lock:
            try:
                _admit(core, request, caller, right, open_to_all)
                assert caller is not None
                if writes:
                    core.before = core.state.copy()
                stale = context_of(request.scope).stale
                call = Call(request, caller, body, core.before if stale else core.state)
                response = handler(core, call)
            except ApiError as error:
                response = error.answer()
        return _with_headers(core, response, caller)

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(answer, request, await request.body())

    return Route("/repos/{owner}/{repo}" + path, endpoint, methods=[method])


def _admit(
    core: Core, request: Request, caller: Caller | None, right: Right, open_to_all: bool
) -> None:
    """Raise for whatever keeps this caller from asking this."""
    if caller is None:
        raise ApiError(401, "Bad credentials")
    left = core.misbehaviour.requests_left
    if left is not None:
        if left <= 0:
            raise ApiError(403, "API rate limit exceeded for installation.")
        core.misbehaviour.requests_left = left - 1
    asked = "{owner}/{repo}".format_map(request.path_params)
    if asked.lower() != core.repository.lower():
        raise ApiError(404, NOT_FOUND)
    if caller.anonymous:
        if not open_to_all:
            raise ApiError(401, "Requires authentication")
    elif not caller.may(right):
        raise ApiError(403, "Resource not accessible by integration")


def _with_headers(core: Core, response: Response, caller: Caller | None) -> Response:
    limit = 60 if caller is None or caller.anonymous else 1000
    left = core.misbehaviour.requests_left
    reset = int(core.clock().timestamp()) + 3600
    response.headers.update(
        {
            "x-github-request-id": secrets.token_hex(8).upper(),
            "x-github-api-version-selected": "2022-11-28",
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(limit - 1 if left is None else left),
            "x-ratelimit-reset": str(reset),
            "x-ratelimit-resource": "core",
        }
    )
    return response


# ---------------------------------------------------------------------- pages


def page(core: Core, call: Call, items: Sequence[Any], key: str | None = None) -> Response:
    """One page of *items* with a Link header; under *key* with ``total_count`` when given.

    ``per_page`` is 30 by default and 100 at most, as on GitHub.
    """
    size = min(max(_int(call.query.get("per_page"), 30), 1), 100)
    number = max(_int(call.query.get("page"), 1), 1)
    last = max((len(items) + size - 1) // size, 1)
    shown = list(items[(number - 1) * size : number * size])
    body = {"total_count": len(items), key: shown} if key else shown
    response = JSONResponse(body)
    links = _links(call, number, last)
    if links:
        response.headers["link"] = links
    return response


def _links(call: Call, number: int, last: int) -> str:
    wanted: dict[str, int] = {}
    if number > 1:
        wanted |= {"prev": min(number - 1, last), "first": 1}
    if number < last:
        wanted |= {"next": number + 1, "last": last}
    base = f"{API}{call.request.url.path}"
    query = dict(call.query)
    return ", ".join(
        f'<{base}?{urlencode({**query, "page": target})}>; rel="{relation}"'
        for relation, target in wanted.items()
    )


def _int(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else default


# ---------------------------------------------------------------------- small values


def stamp(time: datetime | None) -> str | None:
    """A time as the API writes it."""
    return None if time is None else time.strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: str) -> dict[str, Any]:
    """A user, in the few fields that clients read."""
    return {"login": login, "id": 2000002, "type": "User", "html_url": f"{WEB}/{login}"}
