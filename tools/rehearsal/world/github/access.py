"""Who asks, and what they may do: job tokens with permissions.

A token carries permissions as a workflow's ``permissions:`` block states them. GitHub lets any
valid token read what is public; this stand-in wants the stated permission for a read as well,
so that a rehearsal proves the block of each job to be complete. Anonymous reads of public
data stay allowed: that is what a stranger does.

====  ==========================================================================
401   a token that was never issued or is revoked ("Bad credentials"); no token
      where one is needed ("Requires authentication")
403   a token without the permission ("Resource not accessible by integration")
====  ==========================================================================
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

LEVELS = {"none": 0, "read": 1, "write": 2}


@dataclass(frozen=True, slots=True)
class Right:
    """A permission at a level, e.g. ``contents: write``."""

    scope: str
    level: str = "read"

    def __str__(self) -> str:
        return f"{self.scope}: {self.level}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a token's label and permissions, or anonymous."""

    label: str = ""
    permissions: Mapping[str, str] | None = None

    @property
    def anonymous(self) -> bool:
        return self.permissions is None

    def may(self, right: Right) -> bool:
        held = (self.permissions or {}).get(right.scope, "none")
        return LEVELS[held] >= LEVELS[right.level]

    @property
    def pushes(self) -> bool:
        """Whether drafts are visible."""
        return self.may(Right("contents", "write"))


ANONYMOUS = Caller()


@dataclass
class Tokens:
    """The tokens that are valid now."""

    _callers: dict[str, Caller] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def issue(self, permissions: Mapping[str, str], label: str) -> str:
        """A new token; ``ValueError`` for a level that no permission has."""
        wrong = {scope: level for scope, level in permissions.items() if level not in LEVELS}
        if wrong:
            raise ValueError(f"not permission levels: {wrong}")
        token = f"ghs_{secrets.token_hex(18)}"
        with self._lock:
            self._callers[token] = Caller(label, dict(permissions))
        return token

    def revoke(self, token: str) -> None:
        """The end of the job that it belonged to."""
        with self._lock:
            self._callers.pop(token, None)

    def caller(self, authorization: str) -> Caller | None:
        """Who a header stands for; None for a token that is not valid."""
        if not authorization:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() not in ("bearer", "token"):
            return None
        with self._lock:
            return self._callers.get(token.strip())
