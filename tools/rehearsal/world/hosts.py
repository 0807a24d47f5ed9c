"""A stand-in: the host names it answers on and its ASGI app; and the table of all of them.

A stand-in reads who asks (the job's label) and whether it should answer with its previous
state from the :class:`Context` that the listener puts into the ASGI scope.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

SCOPE_KEY = "world"


@dataclass
class Host:
    """One stand-in: the names it answers on (lower case, no port) and its app."""

    names: tuple[str, ...]
    app: ASGIApp


@dataclass
class Context:
    """What the listener knows of a request.

    Attributes:
        label: which job's proxy port the request came through; "" for the shared one.
        stale: answer as before the last write, as a cache would (the ``Stale`` fault).
    """

    label: str = ""
    stale: bool = False


def context_of(scope: Scope) -> Context:
    """The context of a request; an empty one when the app runs outside a world (unit tests)."""
    found = scope.get(SCOPE_KEY)
    return found if isinstance(found, Context) else Context()


class HostTable:
    """Name to app. A name answered twice is an error: one of them would never be asked.

    Raises:
        ValueError: when a name is not a lower-case DNS name or stands twice.
    """

    def __init__(self, hosts: Iterable[Host]) -> None:
        self._apps: dict[str, ASGIApp] = {}
        for host in hosts:
            for name in host.names:
                if name != name.lower() or ":" in name or "." not in name:
                    raise ValueError(f"{name!r} is not a lower-case DNS name without port")
                if name in self._apps:
                    raise ValueError(f"two stand-ins answer on {name}")
                self._apps[name] = host.app

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._apps)

    def app(self, name: str) -> ASGIApp | None:
        """The app that answers on *name*, or None: refuse the request."""
        return self._apps.get(name)
