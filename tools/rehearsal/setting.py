"""The loopback world of one rehearsal, put together: forge, registries, Sigstore, docs.rs.

:class:`Setting` builds the stand-ins and sets the forge up as the declaration says it must be;
:class:`WorldServices` is what the workflow runner asks of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from sigstore.models import ClientTrustConfig

from tools.declaration import Declaration
from tools.rehearsal import signing
from tools.rehearsal.seed import ThirdParty
from tools.rehearsal.workflow.gates import EnvironmentRule
from tools.rehearsal.workflow.services import Access, JobIdentity
from tools.rehearsal.world import World
from tools.rehearsal.world.cratesio import CratesIo
from tools.rehearsal.world.docs_rs import DocsRs
from tools.rehearsal.world.github import GitHub
from tools.rehearsal.world.oidc import Issuer
from tools.rehearsal.world.oidc import JobIdentity as Claims
from tools.rehearsal.world.pypi import PyPI, sigstore_verifier
from tools.rehearsal.world.sigstore import Sigstore
from tools.rehearsal.world.trusted import Publisher

OIDC = "oidc"


class Setting:
    """The stand-ins of a rehearsal, before and while their world runs.

    Args:
        declared: the declaration of the clone that is released.
        origin: the bare repository that the forge shows.
        folder: where the world writes its CA and its journal.
        issuer: a fresh one by default; a campaign brings its own, whose key is made once.
        sigstore: likewise.
    """

    def __init__(
        self,
        declared: Declaration,
        origin: Path,
        folder: Path,
        *,
        issuer: Issuer | None = None,
        sigstore: Sigstore | None = None,
    ) -> None:
        self.declared = declared
        self.issuer = issuer or Issuer()
        self.sigstore = sigstore or Sigstore(self.issuer)
        self.github = GitHub(declared.project.repository, origin)
        self.cratesio = CratesIo(self.issuer.jwks, self._publishers_of_crates())
        self.pypi = PyPI(
            self.issuer.jwks,
            self._publishers_of_projects(),
            verify=sigstore_verifier(
                ClientTrustConfig.from_json(self.sigstore.client_trust_config()).trusted_root
            ),
        )
        self.docs_rs = DocsRs(lambda name, version: self.cratesio.served(name, version) is not None)
        self._folder = folder
        self.runs: dict[str, int] = {}

    def _publisher(self, project: str, environment: str) -> Publisher:
        workflow = self.declared.project.workflow.name
        return Publisher(project, self.declared.project.repository, workflow, environment)

    def _publishers_of_crates(self) -> list[Publisher]:
        environment = self.declared.registries.crates_io.environment
        return [self._publisher(crate.name, environment) for crate in self.declared.crate]

    def _publishers_of_projects(self) -> list[Publisher]:
        environment = self.declared.registries.pypi.environment
        return [self._publisher(project.name, environment) for project in self.declared.python]

    def world(self) -> World:
        """The world of all stand-ins; enter it with ``with``."""
        hosts = [
            *self.github.hosts(),
            *self.cratesio.hosts(),
            *self.pypi.hosts(),
            *self.issuer.hosts(),
            *self.sigstore.hosts(),
            *self.docs_rs.hosts(),
        ]
        return World(hosts, self._folder, plain=[(OIDC, self.issuer.request_app)])

    def seed(self, crates: Iterable[ThirdParty], wheelhouse: Path) -> tuple[int, int]:
        """Serve the third-party files; how many crates and wheels there are."""
        count = 0
        for crate in crates:
            self.cratesio.seed(crate.path, crate.checksum)
            count += 1
        return count, self.pypi.seed(wheelhouse)

    def prepare_forge(self, commit: str, key: str, email: str) -> None:
        """Environments, protection and green gate runs for *commit*, as a release needs them."""
        self.github.register_ssh_key(key, email)
        self.github.protect_branch(self.declared.project.branch)
        self.github.set_immutable_releases(True)
        for environment in self.declared.environment:
            self.github.add_environment(
                environment.name,
                reviewers=environment.reviewers,
                tag_patterns=(environment.tag_pattern,),
            )
        for workflow in self.declared.gates.workflows:
            branch = self.declared.project.branch
            self.runs[workflow] = self.github.add_run(workflow, commit, branch=branch)

    def rules(self) -> dict[str, EnvironmentRule]:
        """The environments as the forge has them, for the runner's gates."""
        return {
            name: EnvironmentRule(
                name,
                tuple(p.name for p in found.policies or () if p.type == "tag"),
                found.reviewers,
            )
            for name, found in self.github.state.environments.items()
        }


class WorldServices:
    """The runner's view of the world: job tokens, OIDC, signing."""

    def __init__(self, setting: Setting, world: World) -> None:
        self.setting = setting
        self.world = world
        self.trust_config = setting.sigstore.client_trust_config()
        self.tokens: list[str] = []
        self._bearers: dict[str, str] = {}

    def environment(self, base: Path, label: str) -> Mapping[str, str]:
        return self.world.environment(base, label)

    def open_job(self, identity: JobIdentity) -> Access:
        token = self.setting.github.issue_token(identity.permissions, identity.label)
        self.tokens.append(token)
        if not identity.may_sign:
            return Access(token, {})
        issuer = self.setting.issuer
        bearer = issuer.register_job(self._claims(identity).claims(), identity.label)
        self._bearers[token] = bearer
        self.tokens.append(bearer)
        return Access(token, issuer.job_environment(self.world.plain_urls[OIDC], bearer))

    def _claims(self, identity: JobIdentity) -> Claims:
        run = identity.run
        return Claims(
            repository=run.repository,
            ref=run.ref,
            sha=run.sha,
            workflow_path=run.workflow_path,
            run_id=run.run_id,
            run_attempt=str(run.run_attempt),
            workflow=run.workflow_name,
            environment=identity.environment or None,
            job_workflow_ref=identity.called_workflow or None,
            actor=run.actor,
        )

    def close_job(self, identity: JobIdentity, access: Access) -> None:
        self.setting.github.revoke_token(access.token)
        bearer = self._bearers.pop(access.token, None)
        if bearer is not None:
            self.setting.issuer.revoke_job(bearer)

    def attest(self, access: Access, env: Mapping[str, str], checksums: str) -> tuple[str, str]:
        made = signing.attest_build_provenance(
            signing.read_checksums(checksums),
            env,
            trust_config=self.trust_config,
            github_token=access.token,
        )
        return made.bundle, made.attestation_id

    def provenance(self, env: Mapping[str, str], base64_subjects: str) -> str:
        return signing.slsa_generic_provenance(base64_subjects, env, trust_config=self.trust_config)
