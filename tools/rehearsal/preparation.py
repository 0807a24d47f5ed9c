"""What a rehearsal needs before its world starts: third-party files and a signed release.

Done once; several scenarios (one per fault) can then run on the same commit.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.console import console
from tools.declaration import Declaration
from tools.errors import UsageError, raise_if
from tools.rehearsal import clone, seed
from tools.rehearsal.layout import Layout
from tools.rehearsal.machine import Machine
from tools.rehearsal.workflow import reader, uses
from tools.rehearsal.workflow.document import Workflow
from tools.rehearsal.world.oidc import Issuer
from tools.rehearsal.world.sigstore import Sigstore


@dataclass(frozen=True)
class Prepared:
    """A release that is pushed to the bare origin, and everything that its world needs."""

    layout: Layout
    machine: Machine
    declared: Declaration
    workflow: Workflow
    release: clone.Release
    key: clone.SigningKey
    issuer: Issuer
    sigstore: Sigstore
    crates: tuple[seed.ThirdParty, ...]

    @property
    def own(self) -> tuple[str, ...]:
        """Whatever holds this name in a cache is ours, and must not come out of it."""
        return (self.declared.project.name,)


class Preparation:
    """The steps before the world, in order."""

    def __init__(self, root: Path, layout: Layout, machine: Machine, version: str) -> None:
        self.root = root
        self.layout = layout
        self.machine = machine
        self.version = version
        env = clone.git_environment(layout.tmp / "git-home", os.environ["PATH"])
        self.cloner = clone.Cloner(root, layout.clone, layout.origin, env)
        self.crates: tuple[seed.ThirdParty, ...] = ()
        self.prepared: Prepared | None = None

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        return [
            ("Looking at the tree", self._look),
            ("Third-party crates and wheels", self._prefetch),
            ("Clone, bump, commit, signed tag, bare origin", self._make_release),
        ]

    def _look(self) -> None:
        changed = self.cloner.uncommitted()
        if changed:
            console.warning(
                f"{len(changed)} uncommitted changes; only the committed tree is rehearsed"
            )

    def _prefetch(self) -> None:
        self.crates = seed.fetch_crates(self.root)
        wheels = seed.fetch_wheels(self.root, self.layout.wheelhouse)
        console.info(f"{len(self.crates)} crates, {len(wheels)} wheels, all by checksum")

    def _make_release(self) -> None:
        declared = Declaration.load(self.root)
        source = self.cloner.clone(declared.project.branch)
        version = self.cloner.bump(self.version, declared.project.changelog)
        declared = Declaration.load(self.layout.clone)
        issuer = Issuer()
        sigstore = Sigstore(issuer)
        self.cloner.trust(declared.provenance.trust, sigstore.client_trust_config())
        key = clone.make_key(self.layout.tmp / "keys", self.cloner.env)
        tag = f"v{version}"
        commit = self.cloner.commit_and_tag(tag, key)
        self.cloner.push(declared.project.branch, tag)
        release = clone.Release(version, tag, commit, source, tuple(self.cloner.changes))
        console.info(f"{tag} at {commit[:12]}; " + "; ".join(self.cloner.changes))
        self.prepared = Prepared(
            self.layout,
            self.machine,
            declared,
            self._workflow(declared),
            release,
            key,
            issuer,
            sigstore,
            self.crates,
        )

    def _workflow(self, declared: Declaration) -> Workflow:
        workflow = reader.load(self.layout.clone / declared.project.workflow)
        raise_if(
            uses.problems(workflow, self.layout.clone),
            f"{workflow.path.name} cannot be rehearsed",
            UsageError,
            "write a stand-in, or change the workflow",
        )
        return workflow
