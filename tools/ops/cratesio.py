"""crates.io: what its four surfaces say of a version, and its trusted publishing tokens.

Surfaces: the metadata API, the download endpoint, the static host, the sparse index. Each is
read apart, since they come from different systems that agree only after a while.
Protocol: the cargo book (sparse index, file layout) and crates.io's trusted publishing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.console import console
from tools.errors import Transient
from tools.model import Digest, Observation, Version
from tools.ops.exchange import minted
from tools.ops.http import Answer, Http
from tools.ops.reading import read_twice

SURFACES = ("crates.io API", "crates.io download", "static.crates.io", "index.crates.io")
_GONE = frozenset({404, 410, 451})
_POLICY = (
    "crates.io's data access policy asks for a User-Agent that names the client and a contact "
    "(https://crates.io/data-access)"
)


@dataclass(frozen=True, slots=True)
class Published:
    """A release as the index states it: its version and the names of its features."""

    version: Version
    features: frozenset[str]


@dataclass(frozen=True, slots=True)
class CratesIo:
    """A client of crates.io; *api*, *index* and *static* are its base URLs."""

    http: Http
    api: str
    index: str
    static: str

    def download_url(self, name: str, version: Version) -> str:
        return f"{self.api}/api/v1/crates/{name}/{version}/download"

    def static_url(self, name: str, version: Version) -> str:
        return f"{self.static}/crates/{name}/{name}-{version}.crate"

    def index_url(self, name: str) -> str:
        return f"{self.index}/{index_path(name)}"

    def observe(self, name: str, version: Version, expected: Digest) -> tuple[Observation, ...]:
        """Each surface's answer for ``name-version.crate``, which should have *expected*.

        A difference is read a second time before it is reported: one corrupted transfer must
        not pass for a changed release.
        """
        readers: tuple[Callable[[bool], Digest | None], ...] = (
            lambda _: self._checksum(name, version),
            lambda _: self._bytes(self.download_url(name, version)),
            lambda _: self._bytes(self.static_url(name, version)),
            lambda _: self._index_checksum(name, version),
        )
        artifact = f"{name}-{version}.crate"
        return tuple(
            read_twice(artifact, surface, expected, reader)
            for surface, reader in zip(SURFACES, readers, strict=True)
        )

    def fetch(self, name: str, version: Version) -> bytes:
        """The served ``.crate``; Transient when it is not served."""
        answer = self.http.get(self.download_url(name, version))
        if not answer.ok:
            raise Transient(f"{name} {version} is not served", found=answer.brief)
        return answer.body

    def yanked(self, name: str, version: Version) -> bool:
        """Whether the index marks this version as yanked."""
        return bool((self._index_entry(name, version) or {}).get("yanked"))

    def versions(self, name: str) -> tuple[str, ...]:
        """Every version that the index has, yanked ones included; empty for an unknown crate."""
        return tuple(str(entry["vers"]) for entry in self._index_entries(name))

    def newest(self, name: str, most: Version) -> Published | None:
        """The newest release up to *most*, no pre-release and not yanked; None without one."""
        found = []
        for entry in self._index_entries(name):
            version = Version.parse(entry["vers"])
            if version <= most and not version.prerelease and not entry.get("yanked"):
                features = {**entry.get("features", {}), **(entry.get("features2") or {})}
                found.append((version, frozenset(features)))
        return Published(*max(found, key=lambda item: item[0])) if found else None

    def _checksum(self, name: str, version: Version) -> Digest | None:
        answer = self.http.get(f"{self.api}/api/v1/crates/{name}/{version}")
        if not _served(answer):
            return None
        return _digest(answer, answer.mapping().get("version", {}).get("checksum"))

    def _bytes(self, url: str) -> Digest | None:
        answer = self.http.get(url)
        # The download endpoint redirects to the static host, an object store that may say 403
        # for a missing file. The API's own 403 is its policy, and no answer at all.
        missing = _GONE | {403} if answer.url.startswith(self.static) else _GONE
        return Digest.of_bytes(answer.body) if _served(answer, missing) else None

    def _index_checksum(self, name: str, version: Version) -> Digest | None:
        entry = self._index_entry(name, version)
        return None if entry is None else Digest.sha256(str(entry["cksum"]))

    def _index_entry(self, name: str, version: Version) -> dict[str, Any] | None:
        found = [item for item in self._index_entries(name) if item["vers"] == str(version)]
        return found[0] if found else None

    def _index_entries(self, name: str) -> list[dict[str, Any]]:
        answer = self.http.get(self.index_url(name), headers={"Cache-Control": "no-cache"})
        if not _served(answer):
            return []
        try:
            entries = [json.loads(line) for line in answer.text.splitlines() if line.strip()]
            return [{**entry, "vers": str(entry["vers"])} for entry in entries]
        except (ValueError, KeyError, TypeError) as error:
            raise Transient("the index entry is not readable", found=answer.brief) from error

    def mint(self, jwt: str) -> str:
        """A short-lived publish token for an OIDC credential, registered for masking.

        Raises:
            GateRefused: crates.io does not accept this identity as a trusted publisher.
        """
        answer = self.http.request(
            "POST", f"{self.api}/api/v1/trusted_publishing/tokens", payload={"jwt": jwt}
        )
        return minted(answer, "crates.io", "crate's trusted publisher record")

    def revoke(self, token: str) -> bool:
        """Revoke a publish token; False, with a warning, when crates.io does not confirm.

        Never raises: it runs while another error may be on its way out. An unrevoked token
        expires by itself after half an hour.
        """
        try:
            answer = self.http.request(
                "DELETE",
                f"{self.api}/api/v1/trusted_publishing/tokens",
                headers={"Authorization": f"Bearer {token}"},
                repeat=True,
            )
        except Transient as error:
            console.warning(f"the publish token could not be revoked: {error.found}")
            return False
        if not answer.ok:
            console.warning(f"crates.io did not confirm the revocation: HTTP {answer.status}")
        return answer.ok


def index_path(name: str) -> str:
    """Where a crate stands in a sparse index (cargo book, "Index files")."""
    lower = name.lower()
    if len(lower) <= 2:
        return f"{len(lower)}/{lower}"
    if len(lower) == 3:
        return f"3/{lower[0]}/{lower}"
    return f"{lower[:2]}/{lower[2:4]}/{lower}"


def _served(answer: Answer, missing: frozenset[int] = _GONE) -> bool:
    """True for a served resource, False for a missing one, Transient for anything else."""
    if answer.ok:
        return True
    if answer.status in missing:
        return False
    reason = _POLICY if answer.status == 403 else ""
    raise Transient("crates.io refused to answer", found=f"{answer.brief} {reason}".strip())


def _digest(answer: Answer, value: object) -> Digest:
    try:
        return Digest.sha256(str(value))
    except ValueError as error:
        raise Transient("an answer without a readable checksum", found=answer.brief) from error
