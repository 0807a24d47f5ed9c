"""A world that can be put back to any moment of the undisturbed release.

Each scenario has a world of its own, made from a snapshot in a few milliseconds: what the forge
and the registries hold, and the ledgers that tell how it came there. Keys are made once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import rsa

from tools.declaration import Declaration
from tools.model import Version
from tools.rehearsal.evidence import Artifact
from tools.rehearsal.setting import OIDC, Setting
from tools.rehearsal.workflow.records import InstanceRecord
from tools.rehearsal.world import Entry
from tools.rehearsal.world.cratesio.store import CrateVersion
from tools.rehearsal.world.github import State
from tools.rehearsal.world.oidc import Issuer, JobIdentity
from tools.rehearsal.world.pypi.store import DistFile
from tools.rehearsal.world.sigstore import Keys, Sigstore
from tools.rehearsal.world.uploads import Lag, Upload


@dataclass(frozen=True)
class Snapshot:
    """What the world held at a moment, and what had happened before it."""

    github: State = field(default_factory=State)
    before: State = field(default_factory=State)
    crates: tuple[CrateVersion, ...] = ()
    dists: tuple[DistFile, ...] = ()
    crate_uploads: tuple[Upload, ...] = ()
    dist_uploads: tuple[Upload, ...] = ()
    history: tuple[InstanceRecord, ...] = ()
    journal: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Seed:
    """All that the scenarios of a campaign share.

    Attributes:
        artifacts: workflow artifact to its files.
        packaged: what packaging the checkout gives, by file name.
        built: the artifacts of the build jobs, for invariant I6.
        tree: the sources of a crate that real cargo publishes; none by default.
    """

    declaration: Declaration
    version: Version
    commit: str
    origin: Path
    issuer_key: rsa.RSAPrivateKey
    sigstore_keys: Keys
    trust: str
    start: Snapshot
    artifacts: Mapping[str, Mapping[str, bytes]]
    packaged: Mapping[str, bytes]
    built: tuple[Artifact, ...]
    tree: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        return self.declaration.project.tag_of(self.version)


Fingerprint = tuple[object, ...]


class Theatre:
    """A running world at a snapshot; a context manager."""

    def __init__(self, seed: Seed, snapshot: Snapshot, folder: Path) -> None:
        self.seed = seed
        issuer = Issuer(key=seed.issuer_key)
        self.setting = Setting(
            seed.declaration,
            seed.origin,
            folder / "world",
            issuer=issuer,
            sigstore=Sigstore(issuer, keys=seed.sigstore_keys),
        )
        self.world = self.setting.world()
        self.secrets: list[str] = []
        self._folder = folder
        self._load(snapshot)

    def _load(self, snapshot: Snapshot) -> None:
        github, crates, pypi = self.setting.github, self.setting.cratesio, self.setting.pypi
        github.load(snapshot.github)
        github.core.before = snapshot.before.copy()
        for one in snapshot.crates:
            crates.surfaces.stored(one.name, one.file)
            crates.store.add(
                one.name,
                one.version,
                one.content,
                one.checksum,
                one.size,
                one.created_at,
                one.claims,
            )
        for file in snapshot.dists:
            pypi.surfaces.stored(file.project, file.filename)
            pypi.store.add(file)
        # Their tokens are of a desk that is no more: its numbers mean others here.
        for upload in snapshot.crate_uploads:
            crates.uploads.add(replace(upload, token=None))
        for upload in snapshot.dist_uploads:
            pypi.uploads.add(replace(upload, token=None))

    def __enter__(self) -> Self:
        self.world.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.world.__exit__(kind, error, trace)

    # ------------------------------------------------------------------ jobs

    def environment(self, label: str, attempt: int) -> dict[str, str]:
        """The environment of a job, without credentials."""
        project = self.seed.declaration.project
        return {
            **self.world.environment(self._folder / "home", label),
            "GITHUB_REPOSITORY": project.repository,
            "GITHUB_SHA": self.seed.commit,
            "GITHUB_REF": f"refs/tags/{self.seed.tag}",
            "GITHUB_REF_NAME": self.seed.tag,
            "GITHUB_RUN_ID": "1",
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "GITHUB_JOB": label,
        }

    def token(self, permissions: Mapping[str, str], label: str) -> str:
        """A job's ``github.token``."""
        token = self.setting.github.issue_token(permissions, label)
        self.secrets.append(token)
        return token

    def identity(self, environment: str = "", called: str = "", **changes: Any) -> JobIdentity:
        seed = self.seed
        return JobIdentity(
            repository=seed.declaration.project.repository,
            ref=f"refs/tags/{seed.tag}",
            sha=seed.commit,
            workflow_path=seed.declaration.provenance.signer,
            environment=environment or None,
            job_workflow_ref=called or None,
            **changes,
        )

    def oidc(self, identity: JobIdentity, label: str) -> dict[str, str]:
        """The two variables of a job with ``id-token: write``."""
        bearer = self.setting.issuer.register_job(identity.claims(), label)
        self.secrets.append(bearer)
        return self.setting.issuer.job_environment(self.world.plain_urls[OIDC], bearer)

    # ------------------------------------------------------------------ the world's own failings

    def misbehave(self, name: str, count: int) -> None:
        """``list-lag``, ``half-uploads`` …: of the forge; ``index``, ``json`` …: late surfaces."""
        registry, _, surface = name.partition("-lag-")
        if surface:
            both = {"crates": self.setting.cratesio.surfaces, "pypi": self.setting.pypi.surfaces}
            both[registry].lags[surface] = Lag(requests=count)
        else:
            setattr(self.setting.github.core.misbehaviour, name.replace("-", "_"), count)

    def settle(self) -> None:
        """Everything is shown everywhere from now on."""
        self.setting.github.state.unlisted.clear()
        self.setting.github.core.misbehaviour.requests_left = None
        for surfaces in (self.setting.cratesio.surfaces, self.setting.pypi.surfaces):
            surfaces.settle()

    # ------------------------------------------------------------------ what is there

    def snapshot(self, history: tuple[InstanceRecord, ...], journal: tuple[Entry, ...]) -> Snapshot:
        crates, pypi, github = self.setting.cratesio, self.setting.pypi, self.setting.github
        declared, version = self.seed.declaration, str(self.seed.version)
        found = (crates.served(crate.name, version) for crate in declared.crate)
        return Snapshot(
            github.save(),
            github.core.before.copy(),
            tuple(one for one in found if one is not None),
            tuple(f for p in declared.python for f in pypi.store.files(p.name)),
            crates.uploads.attempts(),
            pypi.uploads.attempts(),
            history,
            journal,
        )


def fingerprint(snapshot: Snapshot) -> Fingerprint:
    """What two worlds have in common when a release goes on from both in the same way."""
    state = snapshot.github
    releases = sorted(
        (
            (release.tag, release.target, release.draft, release.immutable),
            tuple(sorted((a.name, a.digest, a.state) for a in state.assets_of(release.id))),
        )
        for release in state.releases.values()
    )
    return (
        tuple(releases),
        tuple(sorted(state.burned_tags)),
        tuple((one.file, one.checksum) for one in snapshot.crates),
        tuple(sorted((f.filename, f.sha256, bool(f.provenance)) for f in snapshot.dists)),
        tuple(sorted(u.file for u in snapshot.crate_uploads + snapshot.dist_uploads)),
    )
