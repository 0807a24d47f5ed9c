"""What a rehearsal left behind, gathered as plain values for the invariants and the report.

The served bytes are fetched again from every public surface, as a reader would; the attested
digests are read from the signed statements themselves, not from what the tools said of them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tools.declaration import Declaration
from tools.model import parse_version
from tools.rehearsal.setting import Setting
from tools.rehearsal.workflow.artifacts import ArtifactStore
from tools.rehearsal.workflow.document import Job
from tools.rehearsal.workflow.records import InstanceRecord, JobRecord
from tools.rehearsal.world import World
from tools.rehearsal.world.github import Event
from tools.rehearsal.world.journal import Entry
from tools.rehearsal.world.trusted import TokenRecord
from tools.rehearsal.world.uploads import Upload

AUDITOR = "auditor"
CRATES, PYPI, GITHUB = "crates.io", "PyPI", "GitHub"


@dataclass(frozen=True, slots=True)
class Served:
    """One file on one surface: its digest there, or why it could not be read."""

    file: str
    surface: str
    sha256: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """A token where none may be."""

    what: str
    where: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """A stored workflow artifact: who uploaded it, in which attempt, and its files' digests."""

    name: str
    uploader: str
    attempt: int
    files: Mapping[str, str]


@dataclass
class Evidence:
    """Everything that the invariants are checked on.

    Attributes:
        lanes: file name to lane, of every released file.
        subjects: lane to (file name to sha256), from the signed bundles on the release.
        uploads: (registry, upload attempt), in order.
        tokens: (registry, token record), in order.
        slack: how much later than its writing a log line or a journal entry may be stamped.
    """

    version: str
    public: bool
    jobs: Mapping[str, Job]
    records: Mapping[str, JobRecord]
    history: Sequence[InstanceRecord]
    lanes: Mapping[str, str]
    uploads: Sequence[tuple[str, Upload]] = ()
    tokens: Sequence[tuple[str, TokenRecord]] = ()
    events: Sequence[Event] = ()
    journal: Sequence[Entry] = ()
    artifacts: Sequence[Artifact] = ()
    subjects: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    served: Sequence[Served] = ()
    leaks: Sequence[Leak] = ()
    slack: timedelta = timedelta(seconds=1)


def lanes_of(declared: Declaration, version: str) -> dict[str, str]:
    """Which lane attests each file that registries serve."""
    parsed = parse_version(version)
    found = {crate.file_name(parsed): crate.lane for crate in declared.crate}
    for project in declared.python:
        found |= dict.fromkeys(declared.dist_names(project, parsed), "core")
    return {name: str(lane) for name, lane in found.items()}


def bundle_subjects(bundle: Mapping[str, Any]) -> dict[str, str]:
    """Subject name to sha256 of the in-toto statement inside a Sigstore bundle."""
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    return {item["name"]: item["digest"]["sha256"] for item in statement["subject"]}


def gather_subjects(setting: Setting, tag: str) -> dict[str, dict[str, str]]:
    """Lane to subjects, from the ``*.sigstore.json`` assets of the release or draft."""
    found: dict[str, dict[str, str]] = {}
    for release in setting.github.releases(tag):
        for name, asset in setting.github.assets(release).items():
            if name.endswith(".sigstore.json"):
                lane = "manifest" if name.startswith("ordvec-manifest-") else "core"
                for line in filter(None, asset.content.decode().splitlines()):
                    found.setdefault(lane, {}).update(bundle_subjects(json.loads(line)))
    return found


def gather_artifacts(store: ArtifactStore) -> list[Artifact]:
    """Every stored artifact with its files' digests."""
    found = []
    for name in store.names():
        stored = store.get(name)
        if stored is not None:
            files = {
                Path(item).name: _sha256((store.folder / name / item).read_bytes())
                for item in stored.files
            }
            found.append(Artifact(name, stored.uploader, stored.attempt, files))
    return found


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Auditor:
    """Fetches what is served, without a credential.

    Args:
        agent: the user agent; crates.io refuses generic ones.
    """

    def __init__(self, world: World, declared: Declaration, agent: str, base: Path) -> None:
        self.declared = declared
        env = world.environment(base, AUDITOR)
        self._client = httpx.Client(
            proxy=env["HTTPS_PROXY"],
            verify=_context(Path(env["SSL_CERT_FILE"])),
            trust_env=False,
            headers={"User-Agent": agent},
            follow_redirects=True,
            timeout=30,
        )

    def close(self) -> None:
        self._client.close()

    def served(self, version: str, tag: str) -> list[Served]:
        """Every released file on every public surface that should hold it."""
        return [*self._crates(version), *self._dists(version), *self._assets(tag)]

    def _crates(self, version: str) -> Iterable[Served]:
        hosts = self.declared.registries.crates_io
        for crate in self.declared.crate:
            file = f"{crate.name}-{version}.crate"
            api = f"{hosts.api}/api/v1/crates/{crate.name}/{version}"
            yield self._bytes(file, "crates.io download", f"{api}/download")
            yield self._bytes(
                file, "static.crates.io", f"{hosts.static}/crates/{crate.name}/{file}"
            )
            yield self._index(file, crate.name, version)

    def _index(self, file: str, name: str, version: str) -> Served:
        surface = "index checksum"
        low = name.lower()
        url = f"{self.declared.registries.crates_io.index}/{low[:2]}/{low[2:4]}/{low}"
        answer = self._get(url)
        if isinstance(answer, str):
            return Served(file, surface, "", answer)
        for line in answer.text.splitlines():
            entry = json.loads(line)
            if entry["vers"] == version:
                return Served(file, surface, entry["cksum"])
        return Served(file, surface, "", "no such version")

    def _dists(self, version: str) -> Iterable[Served]:
        parsed = parse_version(version)
        for project in self.declared.python:
            url = f"{self.declared.registries.pypi.api}/pypi/{project.name}/{version}/json"
            answer = self._get(url)
            listed = (
                {} if isinstance(answer, str) else {u["filename"]: u for u in answer.json()["urls"]}
            )
            for name in self.declared.dist_names(project, parsed):
                if name not in listed:
                    yield Served(name, "PyPI", "", str(answer)[:80])
                    continue
                yield Served(name, "PyPI JSON", listed[name]["digests"]["sha256"])
                yield self._bytes(name, "files.pythonhosted.org", listed[name]["url"])

    def _assets(self, tag: str) -> Iterable[Served]:
        project = self.declared.project
        api = self.declared.registries.github.api
        answer = self._get(f"{api}/repos/{project.repository}/releases/tags/{tag}")
        if isinstance(answer, str):
            return
        for asset in answer.json()["assets"]:
            yield self._bytes(asset["name"], "GitHub Release", asset["browser_download_url"])

    def _bytes(self, file: str, surface: str, url: str) -> Served:
        answer = self._get(url)
        if isinstance(answer, str):
            return Served(file, surface, "", answer)
        return Served(file, surface, _sha256(answer.content))

    def _get(self, url: str) -> httpx.Response | str:
        try:
            answer = self._client.get(url)
        except httpx.HTTPError as error:
            return repr(error)
        return answer if answer.status_code == 200 else f"status {answer.status_code}"


def _context(ca_file: Path) -> Any:
    import ssl

    return ssl.create_default_context(cafile=str(ca_file))


# ------------------------------------------------------------------ leaks

# Third-party files: thousands of them, and none that a job of ours writes a token into.
_SKIPPED = frozenset({".nox", "registry", "git", ".git", "node_modules", "venv", "site-packages"})
_BIGGEST = 4 << 20


def find_secrets(folder: Path, secrets: Iterable[str], what: str) -> list[Leak]:
    """Files below *folder* that hold one of *secrets*."""
    needles = [secret.encode() for secret in secrets if secret]
    if not needles:
        return []
    pattern = re.compile(b"|".join(re.escape(needle) for needle in needles))
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED]
        for name in files:
            path = Path(root) / name
            if path.is_symlink() or not path.is_file() or path.stat().st_size > _BIGGEST:
                continue
            if pattern.search(path.read_bytes()):
                found.append(Leak(what, path.relative_to(folder).as_posix()))
    return found


def moment(at: float) -> datetime:
    """A journal's time as the ledgers have it."""
    return datetime.fromtimestamp(at, UTC)
