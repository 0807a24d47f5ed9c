"""What both registry stand-ins are: a token desk, a ledger of uploads, surfaces that lag."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from tools.rehearsal.world.trusted import Clock, TokenDesk, TokenRecord
from tools.rehearsal.world.uploads import Lag, Outcome, Sent, Surfaces, Upload, UploadLedger


def no_keys() -> Mapping[str, Any]:
    """The public keys of no OIDC issuer: trusted publishing never succeeds."""
    return {"keys": []}


class Registry:
    """The state that a registry keeps whatever it stores.

    Args:
        owner_tokens: lasting tokens that may do everything.
        lags: surface to how late it is.

    Attributes:
        tokens: the trusted publishing desk; ``tokens.ledger()`` for invariant I2.
        uploads: every attempt; ``uploads.stored()`` for invariant I3.
    """

    def __init__(
        self,
        tokens: TokenDesk,
        *,
        owner_tokens: Iterable[str],
        lags: dict[str, Lag] | None,
        clock: Clock,
    ) -> None:
        self.tokens = tokens
        self.uploads = UploadLedger()
        self.surfaces = Surfaces(lags if lags is not None else {}, clock)
        self._owner_tokens = frozenset(owner_tokens)
        self._clock = clock
        self._writing = threading.Lock()

    def _enter(
        self,
        sent: Sent,
        label: str,
        outcome: Outcome,
        record: TokenRecord | None,
        reason: str = "",
    ) -> None:
        """Enter an attempt into the ledger; *record* is the token that authorised it."""
        self.uploads.add(
            Upload(
                at=self._clock(),
                label=label,
                project=sent.project,
                version=sent.version,
                file=sent.file,
                sha256=sent.sha256,
                size=sent.size,
                outcome=outcome,
                token=record.number if record else None,
                reason=reason,
            )
        )
