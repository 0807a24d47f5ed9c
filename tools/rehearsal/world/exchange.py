"""One request and its answer: h11 to ASGI and back, with a fault applied in between.

Bodies stream both ways unless a fault must alter the answer.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import unquote

import h11

from tools.rehearsal.world.hosts import SCOPE_KEY, ASGIApp, Context, Message, Scope, Send
from tools.rehearsal.world.http1 import Connection, Gone, Headers


@dataclass(frozen=True)
class Answer:
    """A whole answer, held back so that a fault can alter it."""

    status: int
    headers: Headers
    body: bytes


class Exchange:
    """What a fault's action may do with one request.

    Attributes:
        status: of the answer as sent; 0 as long as nothing was sent.
        failure: the stand-in's own traceback, when it raised.
    """

    def __init__(
        self,
        connection: Connection,
        request: h11.Request,
        scope: Scope,
        app: ASGIApp,
        noted: Callable[[Exchange], None],
    ) -> None:
        self._connection = connection
        self._method = request.method
        self._scope = scope
        self._app = app
        self._answered = asyncio.Event()
        self._noted = noted
        self._is_noted = False
        self._gone: Gone | None = None
        self.at = time.time()
        self.status = 0
        self.failure = ""

    def note(self) -> None:
        """Have the journal written, once: before the client can know that it was answered."""
        if not self._is_noted:
            self._is_noted = True
            self._noted(self)

    @property
    def context(self) -> Context:
        context = self._scope[SCOPE_KEY]
        assert isinstance(context, Context)
        return context

    async def forward(self) -> None:
        """The undisturbed case: the stand-in's answer as it comes, piece by piece."""
        held = bytearray()

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = int(message["status"])
                headers = [(bytes(k), bytes(v)) for k, v in message.get("headers", ())]
                await self._connection.start(self._method, self.status, headers)
            elif message["type"] == "http.response.body":
                last = not message.get("more_body", False)
                if self.status == 500:
                    # Starlette answers 500 and then raises: wait for the reason.
                    held.extend(message.get("body", b""))
                else:
                    await self._piece(message.get("body", b""), last=last)
                if last:
                    self._answered.set()

        await self._run(send)
        if self.status == 0:
            self.failure = self.failure or "the stand-in sent no answer"
            await self.answer(500, {}, b"the stand-in failed; see the journal\n")
        elif not self._answered.is_set():
            raise Gone("the stand-in stopped half way through its answer")
        elif self.status == 500:
            await self._piece(bytes(held), last=True)
        await self.drain()

    async def _run(self, send: Send) -> None:
        async def send_unless_gone(message: Message) -> None:
            # A framework makes a 500 of what the receiver raises: there is nobody to read it.
            if self._gone is not None:
                raise self._gone
            await send(message)

        try:
            await self._app(self._scope, self._receive, send_unless_gone)
        except Gone:
            raise
        except Exception:
            self.failure = traceback.format_exc()

    async def _piece(self, piece: bytes, *, last: bool) -> None:
        if last:
            self.note()
        await self._connection.data(piece)
        if last:
            await self._connection.end()

    async def collect(self) -> Answer:
        """The stand-in's whole answer, held back."""
        status, headers, body = 0, list[tuple[bytes, bytes]](), bytearray()

        async def send(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = int(message["status"]), list(message.get("headers", ()))
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    self._answered.set()

        await self._run(send)
        await self.drain()
        return Answer(status or 500, headers, bytes(body))

    async def send(self, answer: Answer, keep: int | None = None) -> None:
        """A whole answer; with *keep*, only so much of its body and then the connection's end.

        Raises:
            Gone: after a cut answer.
        """
        headers = [(k, v) for k, v in answer.headers if k.lower() not in _FRAMING]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        if keep is not None and not answer.body:
            raise Gone("closed without an answer")
        self.status = answer.status
        self.note()
        await self._connection.start(self._method, answer.status, headers)
        await self._connection.data(answer.body[:keep])
        if keep is not None:
            raise Gone(f"answer cut after {keep} of {len(answer.body)} bytes")
        await self._connection.end()

    async def answer(self, code: int, headers: Mapping[str, str], body: bytes) -> None:
        """An answer that is not the stand-in's."""
        raw = [(k.lower().encode(), v.encode()) for k, v in headers.items()]
        await self.send(Answer(code, raw, body))

    async def stalled(self) -> None:
        """408, and the connection's end: the client never sent the body that it announced."""
        if self.status == 0:
            await self.answer(408, {}, b"the announced body did not come\n")

    async def drain(self) -> None:
        """Read what is left of the request."""
        await self._connection.drain()

    def reset(self) -> NoReturn:
        """Cut the connection with a TCP reset.

        Raises:
            Gone: always; there is nothing more to say on this connection.
        """
        self.status = 0
        self.note()
        self._connection.reset()
        raise Gone("reset by a fault")

    async def _receive(self) -> Message:
        if self._connection.h11.their_state is h11.SEND_BODY:
            try:
                piece = await self._connection.body()
            except Gone as gone:
                self._gone = gone
                raise
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}
        if not self._scope.get("body_seen"):
            self._scope["body_seen"] = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._answered.wait()
        return {"type": "http.disconnect"}


_FRAMING = (b"content-length", b"transfer-encoding", b"connection")


def scope_of(request: h11.Request, host: str, scheme: str, context: Context) -> Scope:
    """The ASGI scope of a request in origin form."""
    target, _, query = request.target.partition(b"?")
    return {
        "type": "http",
        # 2.4: a send after the client has left raises, so Starlette does not poll for it.
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": request.http_version.decode(),
        "method": request.method.decode(),
        "scheme": scheme,
        "path": unquote(target.decode("ascii", "replace")),
        "raw_path": target,
        "query_string": query,
        "root_path": "",
        "headers": [(bytes(k), bytes(v)) for k, v in request.headers],
        "client": ("127.0.0.1", 0),
        "server": (host, 443 if scheme == "https" else 80),
        "extensions": {},
        SCOPE_KEY: context,
    }


def header(request: h11.Request, name: bytes) -> str:
    """A request header, or ""."""
    for key, value in request.headers:
        if key == name:
            return bytes(value).decode("latin-1")
    return ""
