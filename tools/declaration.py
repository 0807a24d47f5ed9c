"""``release.toml`` as frozen models: packages, version sites, wheel matrix, gates, registries.

Validation is pydantic's, with unknown keys forbidden; every error is reported with the path
of the key. :meth:`Declaration.load` also proves that the files it names exist and that no
version site is declared twice.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.errors import UsageError
from tools.model import Digest, Problem, Version

FILE_NAME = "release.toml"
ROOT = Path(__file__).resolve().parent.parent


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Project(_Frozen):
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


class Crate(_Frozen):
    """A crate published to crates.io; ``requires`` names crates that must be served first."""

    name: str
    manifest: Path
    lane: Literal["core", "manifest"]
    requires: tuple[str, ...] = ()

    def file_name(self, version: Version) -> str:
        return f"{self.name}-{version}.crate"


class PythonProject(_Frozen):
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


class Site(_Frozen):
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


class Platform(_Frozen):
    """A leg of the wheel matrix."""

    name: str
    runner: str
    target: str
    tag: str
    compatibility: str = ""
    zig: bool = False
    levels: tuple[str, ...]


class Wheels(_Frozen):
    """The wheel matrix: one abi3 tag, several platforms."""

    abi: str
    platform: tuple[Platform, ...]


class SimdLeg(_Frozen):
    """A leg of the SIMD matrix: cargo features that compile just this level in."""

    level: Literal["portable", "avx2", "avx512", "neon"]
    runner: str
    features: tuple[str, ...]


class Emulator(_Frozen):
    """Intel SDE, which runs the leg of *level* on a CPU without it: where it is, what it is.

    ``host`` is the target triple that the archive is for, ``program`` the file in its only folder,
    ``chip`` the CPU that it plays.
    """

    level: str
    version: str
    url: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    host: str
    program: str
    chip: str

    @property
    def digest(self) -> Digest:
        return Digest.sha256(self.sha256)

    @property
    def file_name(self) -> str:
        return self.url.rsplit("/", 1)[-1]


class Gates(_Frozen):
    """The workflows that must be green on the branch for exactly the tagged commit."""

    workflows: tuple[str, ...]
    poll_seconds: float = Field(gt=0)
    timeout_minutes: float = Field(gt=0)


class Environment(_Frozen):
    """A deployment environment: who approves, and the single tag pattern it accepts."""

    name: str
    reviewers: tuple[str, ...]
    tag_pattern: str


class TagRuleset(_Frozen):
    """A tag ruleset that the repository must have: defence in depth for the release tags.

    ``rules`` are GitHub's rule types, such as ``creation``, ``update`` and ``deletion``.
    """

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    rules: tuple[str, ...]


class CratesIo(_Frozen):
    api: str
    index: str
    static: str
    environment: str


class PyPI(_Frozen):
    api: str
    upload: str
    files: str
    environment: str


class GitHub(_Frozen):
    api: str
    uploads: str


class DocsRs(_Frozen):
    api: str


class Registries(_Frozen):
    """Base URLs. They are the real services always; a rehearsal answers on these names."""

    crates_io: CratesIo
    pypi: PyPI
    github: GitHub
    docs_rs: DocsRs


class Readback(_Frozen):
    """How long a published file may take to be served everywhere."""

    poll_seconds: float = Field(gt=0)
    timeout_minutes: float = Field(gt=0)


class Provenance(_Frozen):
    """Whose signature counts: issuer, signer workflow, SLSA builder, and the pinned trust."""

    issuer: str
    signer: str
    predicate: str
    slsa_builder: str
    slsa_builder_tag: str
    slsa_predicate: str
    trust: Path


class Zenodo(_Frozen):
    """The deposit of a coordinated paper release; leave the section out when there is none."""

    api: str
    record: str


class Declaration(_Frozen):
    """The whole of ``release.toml``."""

    project: Project
    crate: tuple[Crate, ...]
    python: tuple[PythonProject, ...]
    site: tuple[Site, ...]
    wheels: Wheels
    simd: tuple[SimdLeg, ...]
    emulator: Emulator
    gates: Gates
    environment: tuple[Environment, ...]
    registries: Registries
    readback: Readback
    provenance: Provenance
    tag_ruleset: tuple[TagRuleset, ...] = ()
    zenodo: Zenodo | None = None

    @classmethod
    def load(cls, root: Path = ROOT) -> Declaration:
        """Read and validate ``release.toml`` below *root*.

        Raises:
            UsageError: with every problem found, each with its key.
        """
        path = root / FILE_NAME
        try:
            declared = cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}") from error
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{FILE_NAME} is not TOML: {error}") from error
        except ValidationError as error:
            raise UsageError(
                f"{FILE_NAME} does not declare a release", problems=_explain(error)
            ) from error
        problems = tuple(declared.problems(root))
        if problems:
            raise UsageError(f"{FILE_NAME} contradicts the tree", problems=problems)
        return declared

    def problems(self, root: Path) -> list[Problem]:
        """Missing files, duplicate sites and duplicate names."""
        found = [
            Problem(f"{FILE_NAME}: {file}", "an existing file", "none")
            for file in sorted({*self._files()})
            if not (root / file).is_file()
        ]
        for what, names in (
            ("site", [(s.file, s.kind, s.key) for s in self.site]),
            ("crate", [c.name for c in self.crate]),
            ("python", [p.name for p in self.python]),
            ("wheels.platform", [p.name for p in self.wheels.platform]),
            ("simd", [leg.level for leg in self.simd]),
            ("environment", [e.name for e in self.environment]),
            ("tag_ruleset", [r.name for r in self.tag_ruleset]),
        ):
            for name in sorted({str(n) for n in names if list(names).count(n) > 1}):
                found.append(Problem(f"{FILE_NAME}: [[{what}]]", "each once", f"{name} twice"))
        return found

    def _files(self) -> list[Path]:
        return [
            *(site.file for site in self.site),
            *(crate.manifest for crate in self.crate),
            *(project.path / "pyproject.toml" for project in self.python),
            self.project.workflow,
            self.project.changelog,
            self.provenance.trust,
        ]

    def crate_named(self, name: str) -> Crate:
        """The declared crate; UsageError names the choices."""
        return _named(self.crate, name, "crate")

    def python_named(self, name: str) -> PythonProject:
        """The declared PyPI project; UsageError names the choices."""
        return _named(self.python, name, "Python project")

    def platform_named(self, name: str) -> Platform:
        """The declared wheel platform; UsageError names the choices."""
        return _named(self.wheels.platform, name, "platform")

    def wheel_name(self, project: PythonProject, platform: Platform, version: Version) -> str:
        """The exact file name that the wheel of this leg must have."""
        return f"{project.dist_name}-{version}-{self.wheels.abi}-{platform.tag}.whl"

    def dist_names(self, project: PythonProject, version: Version) -> tuple[str, ...]:
        """The exact set of files that a version of this PyPI project consists of."""
        wheels = (self.wheel_name(project, p, version) for p in self.wheels.platform)
        return (*wheels, project.sdist_name(version))


_T = TypeVar("_T", Crate, PythonProject, Platform)


def _named(items: tuple[_T, ...], name: str, what: str) -> _T:
    for item in items:
        if item.name == name:
            return item
    raise UsageError(
        f"no {what} is named {name!r}", expected=", ".join(item.name for item in items)
    )


def _explain(error: ValidationError) -> list[Problem]:
    return [
        Problem(
            f"{FILE_NAME}: {'.'.join(str(part) for part in detail['loc'])}",
            detail["msg"],
            repr(detail["input"])[:60],
        )
        for detail in error.errors()
    ]
