"""The loopback internet: every listed host answers on 127.0.0.1, every other one is refused.

A synchronous context manager around an event loop in a daemon thread. Any number of worlds
can live in one process; leaving one closes its sockets and ends its thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from tools.rehearsal.world.ca import issue
from tools.rehearsal.world.environment import client_environment
from tools.rehearsal.world.faults import FaultTable
from tools.rehearsal.world.hosts import ASGIApp, Host, HostTable
from tools.rehearsal.world.journal import Journal
from tools.rehearsal.world.proxy import Proxy

_T = TypeVar("_T")


class World:
    """Stand-ins behind one loopback proxy.

    Args:
        hosts: the stand-ins; a name answered twice is a ValueError.
        folder: where ``ca.pem`` and ``journal.jsonl`` are written; made if missing.
        plain: (label, app) pairs served on ``http://127.0.0.1:PORT`` without a proxy, for the
            clients that honour none (the ambient OIDC helper); see :attr:`plain_urls`.
    """

    def __init__(
        self,
        hosts: Sequence[Host],
        folder: Path,
        *,
        plain: Sequence[tuple[str, ASGIApp]] = (),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._table = HostTable(hosts)
        self._plain = tuple(plain)
        self.folder = folder
        self.faults = FaultTable()
        self.journal = Journal(folder / "journal.jsonl")
        self.ca_file, tls = issue(self._table.names, folder)
        self.plain_urls: dict[str, str] = {}
        self._proxy = Proxy(self._table, tls, self.faults, self.journal)
        self._ports: dict[str, int] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._main, name="loopback-world", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        try:
            for label, app in self._plain:
                port = self._await(self._proxy.listen_plain(label, app))
                self.plain_urls[label] = f"http://127.0.0.1:{port}"
            self.proxy_for("")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def proxy_url(self) -> str:
        """The proxy for clients that belong to no job."""
        return self.proxy_for("")

    @property
    def names(self) -> tuple[str, ...]:
        """The host names that are answered."""
        return self._table.names

    def proxy_for(self, label: str) -> str:
        """A proxy URL of its own for *label* (a job); its requests are journalled under it."""
        with self._lock:
            if label not in self._ports:
                self._ports[label] = self._await(self._proxy.listen(label))
            return f"http://127.0.0.1:{self._ports[label]}"

    def environment(self, base: Path, label: str = "") -> dict[str, str]:
        """The complete environment of a client, with its folders below *base*."""
        return client_environment(self.proxy_for(label), self.ca_file, base)

    def _main(self) -> None:
        async def run() -> None:
            self._loop = asyncio.get_running_loop()
            self._stop = asyncio.Event()
            self._ready.set()
            await self._stop.wait()
            await self._proxy.close()

        asyncio.run(run())

    def _await(self, work: Coroutine[Any, Any, _T]) -> _T:
        if self._loop is None or not self._thread.is_alive():
            work.close()
            raise RuntimeError("the world is not running: enter it with `with`")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    def _end(self) -> None:
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)
        self.journal.close()
        if self._thread.is_alive():
            raise RuntimeError("the world's thread did not end within 10 s")
