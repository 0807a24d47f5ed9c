"""What the stand-in crates.io holds and decides, without HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from tools.rehearsal.world.cratesio import publishing
from tools.rehearsal.world.cratesio.publishing import MAX_UPLOAD, PublishRequest
from tools.rehearsal.world.cratesio.store import CrateStore, CrateVersion
from tools.rehearsal.world.registry import Registry, no_keys
from tools.rehearsal.world.trusted import (
    Clock,
    Jwks,
    Publisher,
    Refused,
    TokenDesk,
    TokenRecord,
    utc_now,
)
from tools.rehearsal.world.uploads import Lag, Outcome

API, INDEX, STATIC = "crates.io", "index.crates.io", "static.crates.io"
_LIFETIME = timedelta(minutes=30)


class CratesRegistry(Registry):
    """What crates.io holds and decides; its HTTP faces are ``app``.

    Args:
        jwks: the OIDC issuer's public keys; without it no trusted publishing.
        publishers: trusted publisher records; the crates they name exist from the start,
            because crates.io lets such a token publish versions but not create crates.
        crates: further crates that exist, without a version.
        owner_tokens: lasting tokens that may do everything (tests with bare cargo).
        lags: surface (``index``, ``api``, ``download``, ``static``) to how late it is.
        max_upload: bytes of a whole publish request.
        missing_on_static: the status for a missing file there; an object store says 403.
    """

    def __init__(
        self,
        jwks: Jwks = no_keys,
        publishers: Iterable[Publisher] = (),
        *,
        crates: Iterable[str] = (),
        owner_tokens: Iterable[str] = (),
        lags: dict[str, Lag] | None = None,
        clock: Clock = utc_now,
        max_upload: int = MAX_UPLOAD,
        missing_on_static: int = 403,
    ) -> None:
        publishers = tuple(publishers)
        self.store = CrateStore()
        tokens = TokenDesk(API, jwks, publishers, prefix="cio_tp_", lifetime=_LIFETIME, clock=clock)
        super().__init__(tokens, owner_tokens=owner_tokens, lags=lags, clock=clock)
        self.max_upload = max_upload
        self.missing_on_static = missing_on_static
        for name in (*crates, *(publisher.project for publisher in publishers)):
            self.store.claim(name)

    def seed(self, crate_file: Path, checksum: str) -> None:
        """Serve a third-party crate; *checksum* is the sha256 that ``Cargo.lock`` records.

        Raises:
            ValueError: for bytes of another checksum, or a version that is there already.
        """
        self.store.seed(crate_file, checksum, self._clock())

    def place(self, name: str, version: str, crate: bytes) -> CrateVersion:
        """Make a version be there that nobody uploaded here: the state that a test starts from.

        Raises:
            ValueError: when it is there already.
        """
        checksum = hashlib.sha256(crate).hexdigest()
        return self.store.add(name, version, crate, checksum, len(crate), self._clock())

    def served(self, name: str, version: str) -> CrateVersion | None:
        """What the registry holds of a version, whatever its surfaces show yet."""
        return self.store.get(name, version)

    def publish(self, asked: PublishRequest, token: str, label: str) -> CrateVersion:
        """Check and store an upload; the ledger has it either way.

        Raises:
            Refused: with the status that crates.io gives.
        """
        record: TokenRecord | None = None
        try:
            publishing.check_metadata(asked)
            record = self._authorize(asked, token, label)
            with self._writing:
                publishing.check_content(asked, self.store)
                # Lags run before anyone can look, or a quick reader would see it too early.
                self.surfaces.stored(asked.name, asked.file)
                stored = self.store.add(
                    asked.name,
                    asked.version,
                    asked.crate,
                    asked.checksum,
                    len(asked.crate),
                    self._clock(),
                    record.claims if record else None,
                )
        except Refused as no:
            self._enter(asked.sent, label, Outcome.REFUSED, record, no.reason)
            raise
        self._enter(asked.sent, label, Outcome.STORED, record)
        return stored

    def yank(self, one: CrateVersion, token: str, *, yanked: bool) -> None:
        """Set or clear the mark; needs a lasting token, as at crates.io.

        Raises:
            Refused: 403.
        """
        if token not in self._owner_tokens:
            raise Refused(403, "must be logged in as an owner to perform that action")
        self.store.yank(one.name, one.version, yanked=yanked)

    def _authorize(self, asked: PublishRequest, token: str, label: str) -> TokenRecord | None:
        if token in self._owner_tokens:
            return None
        if self.tokens.is_mine(token) and self.store.registered_name(asked.name) is None:
            raise Refused(403, "Trusted Publishing tokens do not support creating new crates")
        return self.tokens.authorize(token, asked.name, label, f"publish {asked.file}")
