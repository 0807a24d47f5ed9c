"""``release.toml`` as frozen models: packages, version sites, wheel matrix, gates, registries.

Validation is pydantic's, with unknown keys forbidden; every error is reported with the path
of the key. :meth:`Declaration.load` also proves that the files it names exist and that no
version site is declared twice.

``frozen``    the base of every table
``packages``  what is released, and where its version stands
``builds``    the wheel matrix and the SIMD legs
``policy``    gates, approvals, rulesets, signatures, waits
``services``  the outside services
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from tools.declaration.builds import Emulator, Platform, SimdLeg, Wheels
from tools.declaration.frozen import Frozen
from tools.declaration.packages import Crate, Project, PythonProject, Site
from tools.declaration.policy import Environment, Gates, Provenance, Readback, TagRuleset
from tools.declaration.services import Registries, Zenodo
from tools.errors import UsageError
from tools.model import Problem, Version

__all__ = [
    "FILE_NAME",
    "ROOT",
    "Crate",
    "Declaration",
    "Emulator",
    "Environment",
    "Gates",
    "Platform",
    "Project",
    "Provenance",
    "PythonProject",
    "Readback",
    "Registries",
    "SimdLeg",
    "Site",
    "TagRuleset",
    "Wheels",
    "Zenodo",
]

FILE_NAME = "release.toml"
_RESTORE = f"mend it, or `git restore {FILE_NAME}`"
ROOT = Path(__file__).resolve().parents[2]


class Declaration(Frozen):
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
            raise UsageError(
                f"cannot read {path}", found=str(error.strerror), remedy=_RESTORE
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{FILE_NAME} is not TOML", found=str(error), remedy=_RESTORE
            ) from error
        except ValidationError as error:
            raise UsageError(
                f"{FILE_NAME} does not declare a release",
                problems=_explain(error),
                remedy=_RESTORE,
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
    found = []
    for detail in error.errors():
        where = f"{FILE_NAME}: {'.'.join(str(part) for part in detail['loc'])}"
        given = repr(detail["input"])[:60]
        # pydantic's messages, where they do not say what was expected; a missing key's input is
        # the table around it.
        expected, seen = {
            "missing": ("this key", "no such key"),
            "extra_forbidden": ("no such key", given),
        }.get(detail["type"], (detail["msg"], given))
        found.append(Problem(where, expected, seen))
    return found
