"""PyPI: what its surfaces say of a file, and its trusted publishing tokens.

Surfaces: the JSON API, the simple index (PEP 691), the served bytes, and the integrity API
(PEP 740). The JSON API and the simple index come from different caches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.errors import Mismatch, Transient
from tools.model import Digest, Observation, Version
from tools.ops.exchange import minted
from tools.ops.http import Answer, Http
from tools.ops.reading import read_twice

SURFACES = ("PyPI JSON", "PyPI simple", "PyPI files")
SIMPLE_TYPE = "application/vnd.pypi.simple.v1+json"
INTEGRITY_TYPE = "application/vnd.pypi.integrity.v1+json"


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file as a PyPI index states it.

    ``attested`` is whether the simple index names a provenance; None where the index cannot say.
    """

    name: str
    digest: Digest
    size: int
    url: str
    uploaded: datetime | None
    yanked: bool
    attested: bool | None = None


@dataclass(frozen=True, slots=True)
class PyPIClient:
    """A client of PyPI; *api* and *files* are base URLs."""

    http: Http
    api: str
    files: str

    def release(self, project: str, version: Version) -> dict[str, ServedFile]:
        """The files of a version by the JSON API; empty when PyPI has no such version."""
        answer = self.http.get(f"{self.api}/pypi/{project}/{version}/json")
        if answer.status == 404:
            return {}
        _require(answer, "PyPI's JSON API")
        return _files(answer, lambda: [_from_json(item) for item in answer.mapping()["urls"]])

    def simple(self, project: str) -> dict[str, ServedFile]:
        """All files of a project by the simple index; empty when there is no such project."""
        answer = self.http.get(
            f"{self.api}/simple/{project}/",
            headers={"Accept": SIMPLE_TYPE, "Cache-Control": "no-cache"},
        )
        if answer.status == 404:
            return {}
        _require(answer, "PyPI's simple index")
        return _files(answer, lambda: [_from_simple(item) for item in answer.mapping()["files"]])

    def versions(self, project: str) -> tuple[str, ...]:
        """Every version that the simple index states (PEP 700); empty for an unknown project."""
        answer = self.http.get(
            f"{self.api}/simple/{project}/",
            headers={"Accept": SIMPLE_TYPE, "Cache-Control": "no-cache"},
        )
        if answer.status == 404:
            return ()
        _require(answer, "PyPI's simple index")
        found = answer.mapping().get("versions")
        if not isinstance(found, list):
            raise Transient("PyPI's simple index states no versions", found=answer.brief)
        return tuple(str(version) for version in found)

    def fetch(self, file: ServedFile) -> bytes:
        """The served bytes, verified against the digest that PyPI states.

        Raises:
            Mismatch: when two reads in a row give other bytes.
            Transient: when the file is not served.
        """
        if not file.url.startswith(self.files + "/"):
            raise Mismatch(
                f"{file.name} is served elsewhere",
                expected=self.files,
                found=file.url,
                remedy="compare registries.pypi.files in release.toml with PyPI's own answer",
            )
        for _ in range(2):
            answer = self.http.get(file.url)
            _require(answer, f"the file host, for {file.name},")
            found = Digest.of_bytes(answer.body)
            if found == file.digest:
                return answer.body
        raise Mismatch(
            f"PyPI serves other bytes of {file.name} than it states",
            expected=str(file.digest),
            found=str(found),
            remedy="publish nothing more; report it to PyPI",
        )

    def observe(
        self, project: str, version: Version, expected: Mapping[str, Digest]
    ) -> dict[str, tuple[Observation, ...]]:
        """Each surface's answer for each expected file; the indexes are read once for all."""
        stated = _Page(lambda: self.release(project, version))
        listed = _Page(lambda: self.simple(project))

        def served(name: str, fresh: bool) -> Digest | None:
            file = stated.read(fresh).get(name) or listed.read(fresh).get(name)
            if file is None:
                return None
            answer = self.http.get(file.url)
            if answer.status in (403, 404):
                return None
            _require(answer, f"the file host, for {name},")
            return Digest.of_bytes(answer.body)

        def one(name: str, digest: Digest) -> tuple[Observation, ...]:
            readers: tuple[Callable[[bool], Digest | None], ...] = (
                lambda fresh: stated.digest(name, fresh),
                lambda fresh: listed.digest(name, fresh),
                lambda fresh: served(name, fresh),
            )
            return tuple(
                read_twice(name, surface, digest, reader)
                for surface, reader in zip(SURFACES, readers, strict=True)
            )

        return {name: one(name, digest) for name, digest in expected.items()}

    def provenance(self, project: str, version: Version, name: str) -> dict[str, Any] | None:
        """The PEP 740 provenance object of a file, or None when PyPI has none."""
        answer = self.http.get(
            f"{self.api}/integrity/{project}/{version}/{name}/provenance",
            headers={"Accept": INTEGRITY_TYPE},
        )
        if answer.status == 404:
            return None
        _require(answer, "PyPI's integrity API")
        return answer.mapping()

    def audience(self) -> str:
        """The audience that PyPI wants in an OIDC credential."""
        answer = self.http.get(f"{self.api}/_/oidc/audience")
        _require(answer, "PyPI's OIDC audience endpoint")
        value = answer.mapping().get("audience")
        if not isinstance(value, str) or not value:
            raise Transient("PyPI names no OIDC audience", found=answer.brief)
        return value

    def mint(self, jwt: str) -> str:
        """A short-lived upload token for an OIDC credential, registered for masking.

        Raises:
            GateRefused: PyPI does not accept this identity as a trusted publisher.
        """
        answer = self.http.request("POST", f"{self.api}/_/oidc/mint-token", payload={"token": jwt})
        return minted(answer, "PyPI", "project's publisher record")


class _Page:
    """An index page, read once unless a fresh read is asked for; its failure is kept too."""

    def __init__(self, read: Callable[[], dict[str, ServedFile]]) -> None:
        self._read = read
        self._files: dict[str, ServedFile] | None = None
        self._error: Transient | None = None

    def read(self, fresh: bool) -> dict[str, ServedFile]:
        if fresh or (self._files is None and self._error is None):
            self._files = self._error = None
            try:
                self._files = self._read()
            except Transient as error:
                self._error = error
        if self._error is not None:
            raise self._error
        return self._files or {}

    def digest(self, name: str, fresh: bool) -> Digest | None:
        file = self.read(fresh).get(name)
        return file.digest if file else None


def _require(answer: Answer, who: str) -> None:
    if not answer.ok:
        raise Transient(f"{who} did not answer", found=answer.brief, remedy="re-run the job")


def _files(answer: Answer, read: Callable[[], list[ServedFile]]) -> dict[str, ServedFile]:
    try:
        return {file.name: file for file in read()}
    except (KeyError, TypeError, ValueError) as error:
        raise Transient("an index page that is not readable", found=answer.brief) from error


def _from_json(item: dict[str, Any]) -> ServedFile:
    return ServedFile(
        str(item["filename"]),
        Digest.sha256(item["digests"]["sha256"]),
        int(item["size"]),
        str(item["url"]),
        datetime.fromisoformat(item["upload_time_iso_8601"]),
        bool(item.get("yanked")),
    )


def _from_simple(item: dict[str, Any]) -> ServedFile:
    return ServedFile(
        str(item["filename"]),
        Digest.sha256(item["hashes"]["sha256"]),
        int(item.get("size") or 0),
        str(item["url"]),
        datetime.fromisoformat(item["upload-time"]) if item.get("upload-time") else None,
        bool(item.get("yanked")),
        bool(item["provenance"]) if "provenance" in item else None,
    )
