"""Which files a release consists of, and whether a set of assets is exactly that.

Names come from the declaration and the version alone, so that a missing or an extra asset is
noticed whatever the earlier jobs produced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.declaration import Crate, Declaration, PythonProject
from tools.errors import UsageError
from tools.model import Digest, Problem, Version
from tools.record import COMPLETION_NAME, RECORD_NAME

Lane = Literal["core", "manifest"]
LANES: tuple[Lane, ...] = ("core", "manifest")


def lane_named(name: str) -> Lane:
    """UsageError for anything but a lane."""
    for lane in LANES:
        if lane == name:
            return lane
    raise UsageError(
        f"no lane is named {name!r}", expected=" or ".join(LANES), remedy="pass one of them"
    )


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """The file names of one version, lane by lane."""

    declaration: Declaration
    version: Version

    def crate(self, lane: Lane) -> Crate:
        """The crate of a lane: exactly one is declared for each."""
        found = [crate for crate in self.declaration.crate if crate.lane == lane]
        if len(found) != 1:
            raise UsageError(
                f"lane {lane} needs exactly one crate",
                found=str(len(found)),
                remedy="mend the [[crate]] entries of release.toml",
            )
        return found[0]

    def crate_file(self, lane: Lane) -> str:
        return self.crate(lane).file_name(self.version)

    def bundle(self, lane: Lane) -> str:
        return f"{self.crate(lane).name}-{self.version}.sigstore.json"

    def provenance(self, lane: Lane) -> str:
        return f"{self.crate(lane).name}-{self.version}.intoto.jsonl"

    def dists(self, project: PythonProject) -> tuple[str, ...]:
        return self.declaration.dist_names(project, self.version)

    def artifacts(self, lane: Lane) -> tuple[str, ...]:
        """What a lane publishes: its crate, and in the core lane all Python files."""
        python = [n for p in self.declaration.python for n in self.dists(p)]
        return (self.crate_file(lane), *(python if lane == "core" else ()))

    def evidence(self, lane: Lane) -> tuple[str, ...]:
        """What a lane proves it with: bundle, provenance, and in the core lane the record."""
        record = (RECORD_NAME,) if lane == "core" else ()
        return (self.bundle(lane), self.provenance(lane), *record)

    def lane(self, lane: Lane) -> tuple[str, ...]:
        return (*self.artifacts(lane), *self.evidence(lane))

    @property
    def staged(self) -> tuple[str, ...]:
        """Every asset before the un-draft."""
        return tuple(name for lane in LANES for name in self.lane(lane))

    @property
    def complete(self) -> tuple[str, ...]:
        """Every asset of the public release."""
        return (*self.staged, COMPLETION_NAME)

    @property
    def published(self) -> tuple[str, ...]:
        """Everything that goes to a registry."""
        return tuple(name for lane in LANES for name in self.artifacts(lane))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the jobs hand files to each other, below ``dist/`` (see release.yml)."""

    dist: Path
    files: ReleaseFiles

    @property
    def record(self) -> Path:
        return self.attested("core") / RECORD_NAME

    def attested(self, lane: Lane) -> Path:
        return self.dist / "attested" / lane

    def crate(self, lane: Lane) -> Path:
        folder = "crates" if lane == "core" else "manifest-crate"
        return self.dist / folder / self.files.crate_file(lane)

    @property
    def predicted(self) -> Path:
        """The manifest crate as it was packaged before the core crate was public."""
        return self.dist / "crates" / self.files.crate_file("manifest")

    def built(self, project: PythonProject) -> Path:
        return self.dist / "built" / project.name

    def canonical(self, project: PythonProject) -> Path:
        return self.dist / "pypi" / project.name

    def subjects(self, lane: Lane) -> Path:
        return self.dist / f"subjects-{lane}.sha256"


def set_problems(
    where: str, expected: Iterable[str], found: Iterable[str], allowed: Iterable[str] = ()
) -> list[Problem]:
    """Missing and extra names; names in *allowed* may be there or not."""
    wanted, present = set(expected), set(found)
    missing = [Problem(f"{where}: {n}", "present", "missing") for n in sorted(wanted - present)]
    extra = sorted(present - wanted - set(allowed))
    return missing + [Problem(f"{where}: {name}", "absent", "present") for name in extra]


def digest_problems(
    where: str, expected: Mapping[str, Digest], found: Mapping[str, Digest]
) -> list[Problem]:
    """Files that are on both sides with different digests."""
    return [
        Problem(f"{where}: {name}", str(expected[name]), str(found[name]))
        for name in sorted(expected.keys() & found.keys())
        if expected[name] != found[name]
    ]
