"""What is released, and where its version stands."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from tools.declaration.frozen import Frozen
from tools.model import Version


class Project(Frozen):
    """The repository that is released and the pattern of its tags."""

    name: str
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    branch: str
    tag: str
    workflow: Path
    changelog: Path
    contact: str

    def tag_of(self, version: Version) -> str:
        return self.tag.format(version=version)

    @property
    def user_agent(self) -> str:
        """Project, version of the tools, contact: what servers ask a client to say."""
        return f"{self.name}-release-tools/1 (+{self.contact})"


class Crate(Frozen):
    """A crate published to crates.io; ``requires`` names crates that must be served first."""

    name: str
    manifest: Path
    lane: Literal["core", "manifest"]
    requires: tuple[str, ...] = ()

    def file_name(self, version: Version) -> str:
        return f"{self.name}-{version}.crate"


class PythonProject(Frozen):
    """A PyPI project: its folder, import name, and the crate that maturin builds."""

    name: str
    path: Path
    module: str
    crate: str

    @property
    def dist_name(self) -> str:
        """The name as it stands in wheel and sdist file names (PEP 625)."""
        return self.name.replace("-", "_")

    def sdist_name(self, version: Version) -> str:
        return f"{self.dist_name}-{version}.tar.gz"


class Site(Frozen):
    """One place where the version stands."""

    file: Path
    kind: Literal["toml", "python", "marker", "lock"]
    key: str = ""
    form: str = "{version}"
    members: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _shape(self) -> Site:
        if self.kind in ("toml", "python") and not self.key:
            raise ValueError(f"a {self.kind} site needs `key`")
        if self.kind == "lock" and not self.members:
            raise ValueError("a lock site needs `members`")
        if "{version}" not in self.form:
            raise ValueError("`form` must contain {version}")
        return self

    def __str__(self) -> str:
        return f"{self.file}: {self.key}" if self.key else f"{self.file} ({self.kind})"
