"""What every release step works with, as one frozen value.

Built once from arguments, the Actions environment or a laptop's checkout; steps take it and
plain values, so they can be called from a task, a test or a campaign alike.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.checks.attestations import build_signer, slsa_signer
from tools.checks.release_assets import Layout, ReleaseFiles
from tools.declaration import ROOT, Declaration
from tools.errors import UsageError
from tools.model import Version, parse_version, tag_version
from tools.ops.actions import Runtime
from tools.ops.clock import SYSTEM, Clock
from tools.ops.cratesio import CratesIo
from tools.ops.docs_rs import DocsRs
from tools.ops.github import GitHubClient
from tools.ops.http import Http
from tools.ops.pypi import PyPIClient
from tools.ops.sigstore import Signer, Trust


@dataclass(frozen=True)
class Context:
    """A release of one version from one commit, and the clients to reach the world."""

    root: Path
    declaration: Declaration
    version: Version
    commit: str
    http: Http
    clock: Clock = SYSTEM
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)
    runtime: Runtime = field(default_factory=Runtime.from_env)

    @property
    def tag(self) -> str:
        return self.declaration.project.tag_of(self.version)

    @property
    def repository(self) -> str:
        return self.declaration.project.repository

    @property
    def files(self) -> ReleaseFiles:
        return ReleaseFiles(self.declaration, self.version)

    @property
    def layout(self) -> Layout:
        return Layout(self.root / "dist", self.files)

    @property
    def build_signer(self) -> Signer:
        return build_signer(self.declaration, self.version, self.commit)

    @property
    def slsa_signer(self) -> Signer:
        return slsa_signer(self.declaration, self.version, self.commit)

    def trust(self) -> Trust:
        return Trust.load(self.root / self.declaration.provenance.trust)

    def github(self) -> GitHubClient:
        hosts = self.declaration.registries.github
        token = self.env.get("GITHUB_TOKEN", "")
        return GitHubClient(self.http, hosts.api, hosts.uploads, self.repository, token)

    def cratesio(self) -> CratesIo:
        hosts = self.declaration.registries.crates_io
        return CratesIo(self.http, hosts.api, hosts.index, hosts.static)

    def docs_rs(self) -> DocsRs:
        return DocsRs(self.http, self.declaration.registries.docs_rs.api)

    def pypi(self) -> PyPIClient:
        hosts = self.declaration.registries.pypi
        return PyPIClient(self.http, hosts.api, hosts.files)


def user_agent(declaration: Declaration) -> str:
    """What registries ask a client to say."""
    return declaration.project.user_agent


def build(
    *, tag: str = "", version: str = "", commit: str = "", root: Path = ROOT, clock: Clock = SYSTEM
) -> Context:
    """A context from arguments, else from the Actions environment, else from the checkout.

    Raises:
        UsageError: when no release version can be told, or the run is another repository's.
    """
    declaration = Declaration.load(root)
    runtime = Runtime.from_env()
    if runtime.repository and runtime.repository != declaration.project.repository:
        raise UsageError(
            "this run belongs to another repository",
            expected=declaration.project.repository,
            found=runtime.repository,
            remedy="releases are made in the declared repository only",
        )
    chosen = _version(tag or runtime.ref_name, version)
    return Context(
        root=root,
        declaration=declaration,
        version=chosen,
        commit=commit or runtime.sha or _commit(root, declaration.project.tag_of(chosen)),
        http=Http(user_agent(declaration), clock=clock),
        clock=clock,
        runtime=runtime,
    )


def of_tree(version: str = "", root: Path = ROOT, clock: Clock = SYSTEM) -> Context:
    """A context of HEAD, for verbs that come before the tag.

    Args:
        version: X.Y.Z; by default the version that stands in the tree.
    """
    from tools.checks import versions
    from tools.ops import git

    chosen = version or str(versions.current(Declaration.load(root), root))
    return build(version=chosen, commit=git.head(root), root=root, clock=clock)


def _version(tag: str, version: str) -> Version:
    if version:
        try:
            return parse_version(version.removeprefix("v"))
        except ValueError as error:
            raise UsageError(str(error), remedy="pass a version X.Y.Z") from error
    found = tag_version(tag)
    if found is None:
        raise UsageError(
            f"{tag!r} is not a release tag" if tag else "no release tag is given",
            expected="vX.Y.Z",
            remedy="pass --tag vX.Y.Z, or run it in a workflow that a tag triggered",
        )
    return found


def _commit(root: Path, tag: str) -> str:
    from tools.ops import git

    return git.tag_commit(root, tag) or git.head(root)
