"""Listeners on 127.0.0.1: CONNECT to a host of the world and nothing else.

A CONNECT to a listed host on port 443 is answered here, in process: TLS with the world's leaf,
then HTTP/1.1 to the stand-in's app. No outgoing connection is ever made, so there is none to
misdirect. Everything else (another host or port, plain http, a Host header that differs from
the CONNECT) gets 403 or 421 and a journal entry of kind ``refused``. A client that leaves during
the TLS handshake is an entry of kind ``unfinished``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Literal

import h11

from tools.rehearsal.world.exchange import Exchange, header, scope_of
from tools.rehearsal.world.faults import FaultTable
from tools.rehearsal.world.hosts import ASGIApp, Context, HostTable, Scope
from tools.rehearsal.world.http1 import Connection, Gone, Stalled
from tools.rehearsal.world.journal import REFUSED, REQUEST, UNFINISHED, Entry, Journal

_Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_Work = Coroutine[Any, Any, None]


def _worth_saying(record: logging.LogRecord) -> bool:
    """Not what asyncio says of itself when a client leaves in the moment TLS begins.

    Until ``start_tls`` has returned, its own stream protocol does not know that it is over TLS.
    """
    return "eof_received()" not in str(record.msg)


class Proxy:
    """All listeners of one world. Its coroutines run on the world's event loop."""

    def __init__(
        self, table: HostTable, tls: ssl.SSLContext, faults: FaultTable, journal: Journal
    ) -> None:
        logging.getLogger("asyncio").addFilter(_worth_saying)
        self._table = table
        self._tls = tls
        self._faults = faults
        self._journal = journal
        self._servers: list[asyncio.Server] = []
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def listen(self, label: str) -> int:
        """Open a proxy port whose requests are journalled under *label*."""

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._guarded(self._tunnel(reader, writer, label), writer)

        return await self._serve(connected)

    async def listen_plain(self, label: str, app: ASGIApp) -> int:
        """Open a port that serves *app* over plain http, without a proxy in between."""

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = Connection(reader, writer)
            await self._guarded(self._requests(connection, label, "http", app, label), writer)

        return await self._serve(connected)

    async def _serve(self, connected: _Connected) -> int:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        server = await asyncio.start_server(connected, sock=listener, backlog=256)
        self._servers.append(server)
        port: int = listener.getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening, cut every open connection and wait until its handler has returned."""
        for server in self._servers:
            server.close()
        for writer in self._open.values():
            writer.transport.abort()
        if self._open:
            _, late = await asyncio.wait(self._open, timeout=1)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1)

    async def _guarded(self, work: _Work, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            # CancelledError too: 3.11's streams print a trace for a handler that ends with it.
            with contextlib.suppress(Gone, OSError, ssl.SSLError, asyncio.CancelledError):
                await work
        finally:
            self._open.pop(task, None)
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def _tunnel(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, label: str
    ) -> None:
        outer = Connection(reader, writer)
        request = await outer.request()
        if request is None:
            return
        target = request.target.decode("ascii", "replace")
        host, _, port = target.rpartition(":")
        host = host.lower().rstrip(".")
        app = self._table.app(host)
        if request.method != b"CONNECT" or port != "443" or app is None:
            await self._refuse(outer, request, label, target)
            return
        # Not through h11: it would go on to read the tunnel's bytes as HTTP.
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        try:
            await writer.start_tls(self._tls, ssl_handshake_timeout=60)
        except (OSError, ssl.SSLError) as error:
            self._note(UNFINISHED, request, label, host, 0, f"TLS failed: {error}")
            return
        await self._requests(Connection(reader, writer), host, "https", app, label)

    async def _refuse(
        self, outer: Connection, request: h11.Request, label: str, target: str
    ) -> None:
        detail = "not a CONNECT" if request.method != b"CONNECT" else "not a host of the world"
        host = target.rpartition(":")[0] if request.method == b"CONNECT" else _host_of(target)
        self._note(REFUSED, request, label, host or target, 403, f"{detail}: {target}")
        body = f"refused: {target} is {detail}\n".encode()
        headers = [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
        await outer.start(request.method if request.method != b"CONNECT" else b"", 403, headers)
        await outer.data(body)
        await outer.end()

    def _note(
        self,
        kind: Literal["refused", "unfinished"],
        request: h11.Request,
        label: str,
        host: str,
        status: int,
        detail: str,
    ) -> None:
        method, agent = request.method.decode(), header(request, b"user-agent")
        self._journal.add(
            Entry(kind, time.time(), label, host, method, "", "", status, "", 0.0, agent, detail)
        )

    async def _requests(
        self, connection: Connection, host: str, scheme: str, app: ASGIApp, label: str
    ) -> None:
        while request := await connection.request():
            asked = header(request, b"host").lower()
            if scheme == "https" and asked.removesuffix(":443") != host:
                await self._misdirected(connection, request, label, host, asked)
                return
            await self._exchange(connection, request, host, scheme, app, label)
            if not connection.reusable():
                return

    async def _misdirected(
        self, connection: Connection, request: h11.Request, label: str, host: str, asked: str
    ) -> None:
        detail = f"Host says {asked!r} inside a tunnel to {host}"
        self._note(REFUSED, request, label, asked, 421, detail)
        await connection.drain()
        await connection.start(request.method, 421, [(b"content-length", b"0")])
        await connection.end()

    async def _exchange(
        self,
        connection: Connection,
        request: h11.Request,
        host: str,
        scheme: str,
        app: ASGIApp,
        label: str,
    ) -> None:
        scope = scope_of(request, host, scheme, Context(label))
        action = self._faults.action_for(host, scope["method"], scope["path"], label)

        def note(exchange: Exchange) -> None:
            fault = "" if action is None else action.name
            self._journal.add(_entry(exchange, request, scope, label, host, fault))

        exchange = Exchange(connection, request, scope, app, note)
        try:
            await (exchange.forward() if action is None else action.apply(exchange))
        except Stalled:
            await exchange.stalled()
        finally:
            exchange.note()


def _entry(
    exchange: Exchange, request: h11.Request, scope: Scope, label: str, host: str, fault: str
) -> Entry:
    return Entry(
        kind=REQUEST,
        at=exchange.at,
        label=label,
        host=host,
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("ascii", "replace"),
        status=exchange.status,
        fault=fault,
        seconds=time.time() - exchange.at,
        agent=header(request, b"user-agent"),
        detail=exchange.failure,
    )


def _host_of(target: str) -> str:
    return target.partition("://")[2].partition("/")[0]
