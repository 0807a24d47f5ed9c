"""One HTTP/1.1 connection: h11 over a pair of asyncio streams.

Answers to HEAD and with status 204 or 304 lose their body here, so a stand-in may write its
handlers for GET alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

import h11

_CHUNK = 1 << 16
# Seconds to wait for a promised body: before its first byte, and between later ones. On
# loopback a client that has sent nothing for so long has nothing to send: urllib3 repeats a
# request whose body was a stream and is used up.
FIRST_BYTE, NEXT_BYTE = 2.0, 30.0
Headers = list[tuple[bytes, bytes]]


class Gone(Exception):
    """The connection is over, by either side; nothing more can be read or written."""


class Stalled(Gone):
    """The client announced a body and sends none of it."""


class Connection:
    """A server's side of one connection, request after request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.h11 = h11.Connection(h11.SERVER)
        self._bodiless = False
        self._body_begun = False

    async def request(self) -> h11.Request | None:
        """The next request's head, or None when the client has closed.

        Raises:
            Gone: when the client sent something that is not HTTP, or cut the connection.
        """
        event = await self._event()
        return event if isinstance(event, h11.Request) else None

    async def body(self) -> bytes | None:
        """The next piece of the request's body, or None at its end.

        Raises:
            Stalled: when the client announced a body and does not send it.
            Gone: when the client cut the connection half way.
        """
        event = await self._event()
        self._body_begun = isinstance(event, h11.Data)
        return bytes(event.data) if isinstance(event, h11.Data) else None

    async def _event(self) -> object:
        while True:
            try:
                event = self.h11.next_event()
                if event is not h11.NEED_DATA:
                    return event
                if self.h11.they_are_waiting_for_100_continue:
                    await self._send(h11.InformationalResponse(status_code=100, headers=[]))
                self.h11.receive_data(await self._read())
            except (OSError, h11.RemoteProtocolError) as error:
                raise Gone(str(error)) from error

    async def _read(self) -> bytes:
        if self.h11.their_state is not h11.SEND_BODY:
            return await self.reader.read(_CHUNK)
        patience = NEXT_BYTE if self._body_begun else FIRST_BYTE
        try:
            async with asyncio.timeout(patience):
                piece = await self.reader.read(_CHUNK)
        except TimeoutError:
            raise Stalled(f"no byte of the body came within {patience:g} s") from None
        return piece

    async def drain(self) -> None:
        """Read what is left of the request, so that the client can read the answer."""
        while self.h11.their_state is h11.SEND_BODY:
            await self.body()

    async def start(self, method: bytes, status: int, headers: Headers) -> None:
        """The head of the answer to a request of *method*."""
        self._bodiless = method == b"HEAD" or status in (204, 304)
        if self.h11.they_are_waiting_for_100_continue:
            # The client was promised nothing and may never send its body: do not wait for it.
            headers = [*headers, (b"connection", b"close")]
        await self._send(h11.Response(status_code=status, headers=headers))

    async def data(self, piece: bytes) -> None:
        if piece and not self._bodiless:
            await self._send(h11.Data(data=piece))

    async def end(self) -> None:
        await self._send(h11.EndOfMessage())

    async def _send(self, event: h11.Event) -> None:
        try:
            if piece := self.h11.send(event):
                self.writer.write(piece)
                await self.writer.drain()
        except (OSError, h11.LocalProtocolError) as error:
            raise Gone(str(error)) from error

    def reusable(self) -> bool:
        """Make ready for the next request; False when this was the last."""
        if self.h11.our_state is not h11.DONE or self.h11.their_state is not h11.DONE:
            return False
        self.h11.start_next_cycle()
        return True

    def reset(self) -> None:
        """A true TCP reset: without SO_LINGER, ``abort()`` sends an orderly FIN."""
        raw = self.writer.get_extra_info("socket")
        if raw is not None:
            with contextlib.suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
