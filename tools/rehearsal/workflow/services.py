"""What the runner asks of the world, as protocols: tests give it small fakes.

The forge mints job tokens with exactly the job's permissions, lets a job with
``id-token: write`` ask for OIDC tokens, and signs for the actions that sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """The run: which commit of which repository, started by what."""

    repository: str
    sha: str
    ref: str
    run_id: str
    run_attempt: int
    workflow_path: str
    workflow_name: str
    actor: str
    event: Mapping[str, object] = field(default_factory=dict)

    @property
    def ref_name(self) -> str:
        return self.ref.removeprefix("refs/tags/").removeprefix("refs/heads/")


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """One job instance as the forge knows it.

    ``called_workflow`` is ``owner/repo/path@refs/tags/…`` inside a reusable workflow.
    """

    run: RunIdentity
    job: str
    label: str
    permissions: Mapping[str, str]
    environment: str = ""
    called_workflow: str = ""

    @property
    def may_sign(self) -> bool:
        return self.permissions.get("id-token") == "write"


@dataclass(frozen=True, slots=True)
class Access:
    """What the forge gave a job: its token, and the OIDC variables when it may ask for one."""

    token: str
    oidc: Mapping[str, str]


class Services(Protocol):
    """The world's side of a job."""

    def environment(self, base: Path, label: str) -> Mapping[str, str]:
        """The complete client environment of a job, its folders below *base*."""
        ...

    def open_job(self, identity: JobIdentity) -> Access:
        """Start of a job: mint its token, register its OIDC bearer if it has the permission."""
        ...

    def close_job(self, identity: JobIdentity, access: Access) -> None:
        """End of a job: its tokens are worth nothing from now on."""
        ...

    def attest(self, access: Access, env: Mapping[str, str], checksums: str) -> tuple[str, str]:
        """Sign and store build provenance over a sha256sum listing: (bundle line, id)."""
        ...

    def provenance(self, env: Mapping[str, str], base64_subjects: str) -> str:
        """The SLSA generic generator's ``.intoto.jsonl`` over its ``base64-subjects``."""
        ...
