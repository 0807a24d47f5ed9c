"""What the stand-in PyPI holds and decides, without HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from packaging.utils import canonicalize_name
from pypi_attestations import Distribution, GitHubPublisher

from tools.rehearsal.world.pypi import uploading
from tools.rehearsal.world.pypi.attestations import Verifier, provenance_of
from tools.rehearsal.world.pypi.dists import DistName, parse_name
from tools.rehearsal.world.pypi.store import DistFile, DistStore
from tools.rehearsal.world.pypi.uploading import UploadForm
from tools.rehearsal.world.registry import Registry, no_keys
from tools.rehearsal.world.trusted import (
    Clock,
    Jwks,
    Publisher,
    Refused,
    TokenDesk,
    TokenRecord,
    utc_now,
    workflow_file,
)
from tools.rehearsal.world.uploads import Lag, Outcome

_LIFETIME = timedelta(minutes=15)
_OPEN_FOR = timedelta(days=14)


class PyPIRegistry(Registry):
    """What PyPI holds and decides; its HTTP faces are ``app``.

    Args:
        jwks: the OIDC issuer's public keys; without it no trusted publishing.
        publishers: trusted publisher records; a project that does not exist yet is created
            by its first upload (PyPI calls such a record pending).
        owner_tokens: lasting tokens that may do everything (tests with bare twine).
        verify: checks the signature and identity of each attestation; without it only the
            structure and the subject are checked.
        lags: surface (``json``, ``simple``, ``files``, ``integrity``) to how late it is.
        repeat_status: the answer to the same bytes again; PyPI says 200 and changes nothing.
    """

    def __init__(
        self,
        jwks: Jwks = no_keys,
        publishers: Iterable[Publisher] = (),
        *,
        owner_tokens: Iterable[str] = (),
        verify: Verifier | None = None,
        lags: dict[str, Lag] | None = None,
        clock: Clock = utc_now,
        repeat_status: int = 200,
    ) -> None:
        records = [replace(p, project=canonicalize_name(p.project)) for p in publishers]
        self.store = DistStore()
        tokens = TokenDesk("pypi", jwks, records, prefix="pypi-", lifetime=_LIFETIME, clock=clock)
        super().__init__(tokens, owner_tokens=owner_tokens, lags=lags, clock=clock)
        self.repeat_status = repeat_status
        self._verify = verify

    def seed(self, wheelhouse: Path) -> int:
        """Serve every wheel and sdist of a folder; they are hashed when asked for.

        Returns:
            How many files there were.
        """
        paths = sorted([*wheelhouse.glob("*.whl"), *wheelhouse.glob("*.tar.gz")])
        for path in paths:
            self.store.seed(path, self._clock())
        return len(paths)

    def place(
        self,
        filename: str,
        content: bytes,
        *,
        provenance: Mapping[str, object] | None = None,
        uploaded: datetime | None = None,
    ) -> DistFile:
        """Make a file be there that nobody uploaded here: the state that a test starts from.

        Raises:
            BadDist: when its name is no wheel's and no sdist's.
            ValueError: when it is there already.
        """
        said = parse_name(filename)
        at = uploaded or self._clock()
        file = DistFile(
            said.project, said.version, said.packagetype, filename, content, at, provenance
        )
        self.store.add(file)
        return file

    def yank(self, filename: str, reason: str = "") -> None:
        """Mark a file as yanked (PEP 592), as its owner does on the web site."""
        self.store.change(filename, yanked=reason or True)

    def forget_provenance(self, filename: str) -> None:
        """Serve a file on without its attestations, as if it had been uploaded without."""
        self.store.change(filename, provenance=None)

    def served(self, filename: str) -> DistFile | None:
        """What the registry holds under a file name, whatever its surfaces show yet."""
        return self.store.get(filename)

    def upload(self, form: UploadForm, token: str, label: str) -> None:
        """Check and store an upload; the ledger has it either way.

        Raises:
            Refused: with the status that PyPI gives.
        """
        record: TokenRecord | None = None
        outcome = Outcome.STORED
        try:
            record = self._authorize(form, token, label)
            said = uploading.check_form(form)
            with self._writing:
                if self._is_repeated(form):
                    outcome = Outcome.REPEATED
                else:
                    self._store(form, said, record)
        except Refused as no:
            self._enter(form.sent, label, Outcome.REFUSED, record, no.reason)
            raise
        self._enter(form.sent, label, outcome, record)
        if outcome is Outcome.REPEATED and self.repeat_status != 200:
            raise Refused(self.repeat_status, f"File already exists ({form.filename!r}).")

    def _authorize(self, form: UploadForm, token: str, label: str) -> TokenRecord | None:
        if token in self._owner_tokens:
            return None
        if not token:
            raise Refused(403, "Invalid or non-existent authentication information.")
        return self.tokens.authorize(token, form.project, label, f"upload {form.filename}")

    def _is_repeated(self, form: UploadForm) -> bool:
        held = self.store.get(form.filename)
        if held is not None and held.sha256 != form.sha256:
            blake2 = held.digests["blake2b_256"]
            raise Refused(
                400,
                f"File already exists ({form.filename!r}, with blake2_256 hash {blake2!r}). "
                "See https://pypi.org/help/#file-name-reuse",
            )
        return held is not None

    def _store(self, form: UploadForm, said: DistName, record: TokenRecord | None) -> None:
        others = self.store.release(said.project, said.version)
        if others and self._clock() - min(f.uploaded for f in others) > _OPEN_FOR:
            raise Refused(
                400,
                f"New files are not accepted for {said.project} {said.version}: "
                "the release was created more than 14 days ago",
            )
        if said.packagetype == "sdist" and any(f.packagetype == "sdist" for f in others):
            raise Refused(400, "Only one sdist may be uploaded per release.")
        uploading.check_content(form)
        file = DistFile(
            said.project,
            said.version,
            said.packagetype,
            form.filename,
            form.content,
            self._clock(),
            self._provenance(form, record),
            record.claims if record else {},
        )
        # Lags run before anyone can look, or a quick reader would see it too early.
        self.surfaces.stored(file.project, file.filename)
        self.store.add(file)

    def _provenance(self, form: UploadForm, record: TokenRecord | None) -> dict[str, object] | None:
        if "attestations" not in form.fields:
            return None
        publisher = None
        if record is not None:
            publisher = GitHubPublisher(
                repository=record.claims["repository"],
                workflow=workflow_file(record.claims),
                environment=record.claims.get("environment"),
            )
        dist = Distribution(name=form.filename, digest=form.sha256)
        return provenance_of(form.fields["attestations"], dist, publisher, self._verify)
