"""A release on the loopback world, step by step and in process, with small prebuilt artifacts.

The services are the stand-ins of the rehearsal, spoken to over TLS; twine and sigstore are the
real ones. Only cargo is replaced, by a client that speaks its publish protocol.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.tools.steps.artifacts import VERSION, crate_bytes, sdist_bytes, wheel_bytes
from tests.tools.steps.clients import publish_request
from tests.tools.steps.origin import TAG, Repository
from tools.checks.release_assets import Lane
from tools.declaration import ROOT, Declaration, PythonProject, Readback
from tools.model import Artifact, Version
from tools.ops.actions import Runtime
from tools.ops.http import Http
from tools.ops.proc import Completed
from tools.record import ORIGIN_NAME, Origin, OriginFile, Origins
from tools.rehearsal.campaign.stepped import SteppedClock
from tools.rehearsal.setting import OIDC, Setting
from tools.rehearsal.signing import (
    PROVENANCE_V1,
    STATEMENT_V1,
    Subject,
    attest_build_provenance,
    sign_statement,
    slsa_generic_provenance,
)
from tools.rehearsal.world import World
from tools.rehearsal.world.oidc import JobIdentity
from tools.steps import (
    bundle,
    canonicalize,
    draft,
    publish_crate,
    publish_pypi,
    record,
    stage,
    subjects,
    undraft,
    verify_attestations,
)
from tools.steps.context import Context, user_agent

GATE_URL = "https://github.com/Fieldnote-Echo/ordvec/actions/runs/1"


def quick(declaration: Declaration) -> Declaration:
    """The declaration with short waits: about ten polls each."""
    readback = Readback(poll_seconds=5, timeout_minutes=1)
    gates = declaration.gates.model_copy(update={"timeout_minutes": 5.0})
    return declaration.model_copy(update={"readback": readback, "gates": gates})


@dataclass
class Scene:
    """One release in one world."""

    origin: Repository
    folder: Path
    setting: Setting
    world: World
    declaration: Declaration
    time: SteppedClock
    clients: list[Http] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "checkout"

    @property
    def stored_uploads(self) -> list[str]:
        both = (*self.setting.cratesio.uploads.stored(), *self.setting.pypi.uploads.stored())
        return [upload.file for upload in both]

    def identity(self, environment: str = "", called: str = "", commit: str = "") -> JobIdentity:
        provenance = self.declaration.provenance
        return JobIdentity(
            repository=self.declaration.project.repository,
            ref=f"refs/tags/{TAG}",
            sha=commit or self.origin.commit,
            workflow_path=provenance.signer,
            environment=environment or None,
            job_workflow_ref=called or None,
        )

    def oidc(self, identity: JobIdentity, label: str = "") -> dict[str, str]:
        bearer = self.setting.issuer.register_job(identity.claims(), label)
        return self.setting.issuer.job_environment(self.world.plain_urls[OIDC], bearer)

    def job(
        self,
        label: str = "job",
        permissions: Mapping[str, str] | None = None,
        environment: str = "",
        commit: str = "",
        version: Version = VERSION,
        **settings: Any,
    ) -> Context:
        """What a job works with: a token unless it has no permissions, OIDC in an environment."""
        granted = {"contents": "write", "actions": "read", "attestations": "read"}
        chosen = granted if permissions is None else permissions
        env = {"GITHUB_TOKEN": self.setting.github.issue_token(chosen)} if chosen else {}
        if environment:
            env = self.oidc(self.identity(environment), label)
        clock = self.time.clock()
        return Context(
            root=self.root,
            declaration=self.declaration,
            version=version,
            commit=commit or self.origin.commit,
            http=self._http(**settings),
            clock=clock,
            env=env,
            runtime=Runtime.from_env(),
        )

    def _http(self, **settings: Any) -> Http:
        """One client for all jobs, since making one is slow; its own when it has settings."""
        if settings or not self.clients:
            agent = user_agent(self.declaration)
            self.clients.append(Http(agent, clock=self.time.clock(), **settings))
        return self.clients[-1 if settings else 0]

    # ------------------------------------------------------------------ the jobs, in order

    def build(self, extra: str = "") -> None:
        """Prebuilt artifacts where the build jobs would have put them."""
        files = self.job().files
        for lane in ("core", "manifest"):
            name = files.crate(lane).name
            for folder in ("crates", *(("manifest-crate",) if lane == "manifest" else ())):
                self.write(f"dist/{folder}/{files.crate_file(lane)}", crate_bytes(name))
        for project in self.declaration.python:
            for name in files.dists(project):
                wheel = name.endswith(".whl")
                content = (
                    wheel_bytes(project, name, extra) if wheel else sdist_bytes(project, extra)
                )
                self.write(f"dist/built/{project.name}/{name}", content)

    def write(self, path: str, content: bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target

    def draft(self) -> None:
        draft.draft(self.job("draft-release"))

    def canonical(self, origin: Origin = Origin.BUILT) -> None:
        """What canonicalize leaves for a new version, without running its checks again."""
        files = self.job().files
        for project in self.declaration.python:
            for name in files.dists(project):
                content = (self.root / f"dist/built/{project.name}/{name}").read_bytes()
                self.write(f"dist/pypi/{project.name}/{name}", content)
            self.write_origins(project, dict.fromkeys(files.dists(project), origin))

    def write_origins(self, project: PythonProject, origins: Mapping[str, Origin]) -> None:
        folder = self.job().layout.canonical(project)
        made = Origins(
            project=project.name,
            version=str(VERSION),
            commit=self.origin.commit,
            files=tuple(
                OriginFile.of(Artifact.of_file(folder / name), origin)
                for name, origin in origins.items()
            ),
        )
        self.write(f"dist/pypi/{project.name}/{ORIGIN_NAME}", made.to_bytes())

    def canonicalize(self) -> None:
        for project in self.declaration.python:
            canonicalize.canonicalize(self.job("pypi-canonical-dist"), project.name)

    def attest(self, lane: Lane, **changes: Any) -> None:
        """record, subjects, the two signing actions, bundle: the attest and provenance jobs."""
        context = self.job("attest")
        if lane == "core":
            runs = dict.fromkeys(self.declaration.gates.workflows, GATE_URL)
            record.record(context, json.dumps(runs))
        digests = subjects.subjects(context, lane)
        chosen = changes.get("subjects") or {n: d.hex for n, d in digests.items()}
        path = self.write(f"tmp/{lane}.json", self.sign_build(chosen, **changes).encode())
        bundle.bundle(context, lane, str(path))
        self.place_provenance(lane, chosen)

    def sign_build(self, chosen: Mapping[str, str], **changes: Any) -> str:
        """What actions/attest-build-provenance writes, signed by *identity* and stored."""
        identity = changes.get("identity") or self.identity()
        token = self.setting.github.issue_token({"attestations": "write"})
        made = attest_build_provenance(
            [Subject(name, digest) for name, digest in chosen.items()],
            {**self.environment(), **self.oidc(identity)},
            trust_config=self.setting.sigstore.client_trust_config(),
            github_token=token,
        )
        return made.bundle

    def sign_only(self, chosen: Mapping[str, str], identity: JobIdentity) -> str:
        """A build attestation that is not put into the store."""
        statement = {
            "_type": STATEMENT_V1,
            "subject": [{"name": n, "digest": {"sha256": d}} for n, d in chosen.items()],
            "predicateType": PROVENANCE_V1,
            "predicate": {},
        }
        env = {**self.environment(), **self.oidc(identity)}
        return sign_statement(statement, env, self.setting.sigstore.client_trust_config())

    def sign_slsa(self, chosen: Mapping[str, str], called: str = "", commit: str = "") -> str:
        """What the SLSA generator writes."""
        provenance = self.declaration.provenance
        builder = called or f"{provenance.slsa_builder}@refs/tags/{provenance.slsa_builder_tag}"
        listing = "".join(f"{digest}  {name}\n" for name, digest in chosen.items())
        return slsa_generic_provenance(
            base64.b64encode(listing.encode()).decode(),
            {**self.environment(), **self.oidc(self.identity(called=builder, commit=commit))},
            trust_config=self.setting.sigstore.client_trust_config(),
        )

    def place_provenance(self, lane: Lane, chosen: Mapping[str, str], text: str = "") -> None:
        name = self.job().files.provenance(lane)
        content = text or self.sign_slsa(chosen)
        self.write(f"dist/attested/{lane}/{name}", (content + "\n").encode())

    def environment(self) -> dict[str, str]:
        return self.world.environment(self.folder / "client")

    def stage(self, lane: Lane) -> stage.Staging:
        verify_attestations.verify_attestations(self.job("release-assets-draft"), lane)
        return stage.stage(self.job("release-assets-draft"), lane)

    def staged(self, lane: Lane = "core") -> None:
        """Everything up to the staging of a lane."""
        if lane == "core":
            self.build()
            self.draft()
            self.canonical()
        self.attest(lane)
        self.stage(lane)

    def publish_crate(self, name: str) -> publish_crate.PublishedCrate:
        return publish_crate.publish_crate(self.job("publish-crate", {}, "crates-io"), name)

    def publish_pypi(self, project: str) -> publish_pypi.PublishedProject:
        return publish_pypi.publish_pypi(self.job("publish-pypi", {}, "pypi"), project)

    def published(self) -> None:
        """Everything up to the un-draft."""
        self.staged("core")
        self.publish_crate("ordvec")
        self.staged("manifest")
        self.publish_crate("ordvec-manifest")
        self.publish_pypi("ordvec")
        self.publish_pypi("ordvec-manifest")

    def undraft(self) -> undraft.Undrafted:
        return undraft.undraft(self.job("publish-github-release"))

    def prepared(self) -> None:
        """The core lane's files, attested and not staged."""
        self.build()
        self.draft()
        self.canonical()
        self.attest("core")

    def released(self) -> None:
        self.published()
        self.undraft()

    # ------------------------------------------------------------------ the stand-in for cargo

    def cargo_publish(self, root: Path, crate: str, token: str) -> Completed:
        """Cargo's publish request, without cargo's packaging."""
        return publish_request(self.crate_path(root, crate), crate, token, self.time.clock())

    def crate_path(self, root: Path, crate: str) -> Path:
        lane = self.declaration.crate_named(crate).lane
        return replace(self.job().layout, dist=root / "dist").crate(lane)

    def repackage(self, root: Path, crate: str, *, overlay: bool, work: Path) -> Path:
        """Re-packaging gives the attested bytes, as it does on an unchanged tool chain."""
        target = work / "again.crate"
        target.write_bytes(self.crate_path(root, crate).read_bytes())
        return target


def load_declaration() -> Declaration:
    return quick(Declaration.load(ROOT))
