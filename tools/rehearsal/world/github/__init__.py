"""Stand-in for GitHub, for one repository whose git objects are a bare repository on disk.

``api.github.com``, ``uploads.github.com``, ``github.com`` (release pages and downloads) and
the asset storage behind the redirects. Commits, branches and tags are read from the bare
repository; a tag's signature is really checked. The rest is what the rehearsal sets up and
what the jobs write.

Reading order; each imports only from above:

``access``        tokens, permissions, 401 and 403
``state``         the stored records, and the ledger of changes
``git``           the bare repository
``signatures``    the verdict on a tag's signature
``api``           the frame of each answer; misbehaviour
``stage``         what a rehearsal sets up
``repository``    repository, commits, branches, refs, tags
``actions``       workflows, runs, attempts, re-running
``settings``      environments, branch protection, rulesets, immutable releases
``releases``      releases and drafts
``assets``        uploads and downloads
``attestations``  the attestation store
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.rehearsal.world.github import (
    actions,
    assets,
    attestations,
    releases,
    repository,
    settings,
)
from tools.rehearsal.world.github.api import Core, Misbehaviour
from tools.rehearsal.world.github.git import BareRepository
from tools.rehearsal.world.github.signatures import Keyring
from tools.rehearsal.world.github.stage import Stage
from tools.rehearsal.world.github.state import Asset, Event, Release, State
from tools.rehearsal.world.hosts import Host
from tools.rehearsal.world.oidc import Clock, utc_now

__all__ = ["Asset", "Event", "GitHub", "Misbehaviour", "Release", "State"]

# What `permissions:` can grant a job; `metadata: read` comes with every token.
METADATA = {"metadata": "read"}
MAINTAINER = {
    "metadata": "read",
    "contents": "write",
    "actions": "write",
    "attestations": "write",
    "deployments": "write",
    "administration": "write",
}


class GitHub(Stage):
    """GitHub with one repository.

    Args:
        repository: ``OWNER/NAME``.
        origin: the bare git repository; the keyring's folder is made beside it.
        clock: the time.
    """

    def __init__(self, repository: str, origin: Path, clock: Clock = utc_now) -> None:
        self.core = Core(repository, BareRepository(origin), Keyring(origin.parent), clock)
        self._storage = assets.Storage(self.core)

    @property
    def misbehaviour(self) -> Misbehaviour:
        return self.core.misbehaviour

    @property
    def events(self) -> tuple[Event, ...]:
        """Every change so far, in order, for the invariants."""
        with self.core.lock:
            return tuple(self.state.events)

    def hosts(self) -> tuple[Host, ...]:
        """The stand-ins for the loopback world."""
        core = self.core
        api = [
            Route("/", _root),
            Route("/rate_limit", _root),
            *settings.routes(core),  # before `/branches/{branch:path}` of repository
            *actions.routes(core),
            *assets.routes(core, self._storage),
            *releases.routes(core),
            *attestations.routes(core),
            *repository.routes(core),
        ]
        return (
            Host(("api.github.com",), Starlette(routes=api, exception_handlers=_MISSING)),
            Host(("uploads.github.com",), Starlette(routes=assets.upload_routes(core))),
            Host(("github.com",), Starlette(routes=self._storage.web_routes())),
            Host(
                (assets.STORAGE, "objects.githubusercontent.com"),
                Starlette(routes=self._storage.storage_routes()),
            ),
        )

    # ------------------------------------------------------------------ snapshots

    def save(self) -> State:
        """The state now, to return to with :meth:`load`."""
        with self.core.lock:
            return self.state.copy()

    def load(self, state: State) -> None:
        """Return to a saved state, free of misbehaviour. Git refs are not part of it."""
        with self.core.lock:
            self.core.state, self.core.before = state.copy(), state.copy()
            self.core.misbehaviour = Misbehaviour()

    # ------------------------------------------------------------------ tokens and keys

    def issue_token(self, permissions: Mapping[str, str], label: str = "") -> str:
        """A job's ``github.token``, with what its ``permissions:`` block grants."""
        return self.core.tokens.issue({**METADATA, **permissions}, label)

    def issue_maintainer_token(self, label: str = "maintainer") -> str:
        """A token that may do everything, as the maintainer's own."""
        return self.core.tokens.issue(MAINTAINER, label)

    def revoke_token(self, token: str) -> None:
        self.core.tokens.revoke(token)

    def register_ssh_key(self, public_key: str, email: str) -> None:
        """Register an SSH signing key for the account with this verified email address."""
        self.core.keyring.register_ssh(public_key, email)

    def register_gpg_key(self, armored: str, email: str) -> None:
        """Register an OpenPGP key for the account with this verified email address."""
        self.core.keyring.register_gpg(armored, email)

    # ------------------------------------------------------------------ what is there

    def releases(self, tag: str | None = None) -> list[Release]:
        """Releases and drafts, oldest first."""
        with self.core.lock:
            found = self.state.releases.values()
            return [release for release in found if tag in (None, release.tag)]

    def assets(self, release: Release | int) -> dict[str, Asset]:
        """The assets of a release by name."""
        wanted = release if isinstance(release, int) else release.id
        with self.core.lock:
            return {asset.name: asset for asset in self.state.assets_of(wanted)}


async def _root(request: Request) -> Response:
    return JSONResponse({"current_user_url": "https://api.github.com/user"})


async def _missing(request: Request, error: Exception) -> Response:
    return JSONResponse({"message": "Not Found", "status": "404"}, 404)


_MISSING = {404: _missing}
