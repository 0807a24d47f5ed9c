"""Stand-in for crates.io: a registry on the real names that speaks cargo's real protocols.

It is **not** crates.io and vouches for nothing but what is checked here: publish framing,
tarball, duplicates, dependencies, trusted publishing, user agent policy. What it lacks:
search, owners, rate limits (inject them: :func:`rate_limited`), sign-in.

Reading order; each imports only from above:

``index``       index lines from packaged manifests; sparse index paths
``store``       crates and versions
``publishing``  the publish request and what is refused
``registry``    what it holds and decides
``app``         the HTTP faces
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from tools.rehearsal.world.cratesio.app import Faces
from tools.rehearsal.world.cratesio.registry import API, INDEX, STATIC, CratesRegistry
from tools.rehearsal.world.faults import Status
from tools.rehearsal.world.hosts import Host
from tools.rehearsal.world.trusted import Publisher
from tools.rehearsal.world.uploads import Lag

__all__ = ["CratesIo", "Lag", "Publisher", "rate_limited"]


class CratesIo(CratesRegistry):
    """The registry on its three hosts."""

    def hosts(self) -> tuple[Host, ...]:
        """crates.io, index.crates.io and static.crates.io."""
        faces = Faces(self)
        return (
            Host((API,), faces.api()),
            Host((INDEX,), faces.index()),
            Host((STATIC,), faces.static()),
        )


def rate_limited(until: datetime) -> Status:
    """The fault that crates.io's publish limit is: 429 with the date to wait for."""
    date = format_datetime(until, usegmt=True)
    body = (
        '{"errors":[{"detail":"too many versions of this crate were published; '
        f'try again after {date}"}}]}}'
    )
    headers = {"Retry-After": date, "Content-Type": "application/json"}
    return Status(429, headers, body.encode())
