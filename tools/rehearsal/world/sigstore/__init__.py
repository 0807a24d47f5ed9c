"""Stand-in for the public-good Sigstore: Fulcio, a certificate transparency log, Rekor v1.

Real clients sign and verify through it unmodified. What it accepts, the real services accept,
and what they refuse, it refuses: a token of another issuer, audience or key, an expired token,
a request that does not prove possession of its key, an entry whose signature does not verify.

Reading order; each imports only from above:

``keys``         the throwaway keys and the two CA certificates
``certificate``  the leaf: Fulcio's profile, GitHub's extensions, the embedded SCT
``fulcio``       ``https://fulcio.sigstore.dev``
``entries``      what a client may log: hashedrekord and dsse
``merkle``       RFC 6962 tree hashes and audit paths
``rekor``        ``https://rekor.sigstore.dev``
``trust``        the client trust config that makes clients trust these keys and no others

No timestamp authority: with Rekor v1 the signed entry timestamp is the trusted time, and PEP
740 attestations could not carry another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.rehearsal.world.hosts import Host
from tools.rehearsal.world.oidc import ISSUER, Clock, Issuer, utc_now
from tools.rehearsal.world.sigstore.fulcio import Fulcio
from tools.rehearsal.world.sigstore.keys import Keys
from tools.rehearsal.world.sigstore.rekor import Rekor
from tools.rehearsal.world.sigstore.trust import client_trust_config, trusted_root

__all__ = ["Fulcio", "Keys", "Rekor", "Sigstore"]


class Sigstore:
    """One Sigstore instance: its keys, its certificate authority, its log.

    Args:
        issuer: whose tokens Fulcio accepts.
        clock: the time that certificates and log entries are stamped with.
        keys: fresh ones by default; a campaign passes one set to many worlds.
    """

    def __init__(self, issuer: Issuer, clock: Clock = utc_now, keys: Keys | None = None) -> None:
        self.keys = keys or Keys.generate()
        jwks: Callable[[], dict[str, Any]] = issuer.jwks
        self.fulcio = Fulcio(self.keys, {ISSUER: jwks}, clock)
        self.rekor = Rekor(self.keys.rekor, clock)

    def hosts(self) -> tuple[Host, ...]:
        """The stand-ins for the loopback world."""
        return (*self.fulcio.hosts(), *self.rekor.hosts())

    def client_trust_config(self) -> str:
        """The JSON of a ``ClientTrustConfig``, as committed in ``trust/sigstore.json``."""
        return client_trust_config(self.keys)

    def trusted_root(self) -> str:
        """The JSON of its ``trustedRoot`` alone, for ``TrustedRoot.from_file``."""
        return trusted_root(self.keys)
