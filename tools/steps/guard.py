"""The first gate: is this tag a release, and does the tree agree with it?

The workflow's trigger is a glob, so tags like ``v1.2.3-rc1`` or ``v01.2.3`` wake it. Such a tag
is not a failure: ``release=false`` makes every later job skip.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.console import console
from tools.declaration import Declaration
from tools.errors import GateRefused, raise_if
from tools.model import Problem, Version, tag_version
from tools.ops.actions import set_output


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the tag releases, and which version."""

    tag: str
    release: bool
    version: str


def guard(declaration: Declaration, root: Path, tag: str) -> Verdict:
    """Judge *tag* and write the outputs ``release`` and ``version``.

    Raises:
        GateRefused: a strict tag whose version is not the one that stands in the tree.
    """
    version = tag_version(tag)
    if version is not None and declaration.project.tag_of(version) != tag:
        version = None
    if version is None:
        console.info(f"{tag!r} is not a release tag vX.Y.Z: every release job is skipped")
    else:
        raise_if(
            _drift(declaration, root, version),
            f"the tree does not hold version {version}",
            GateRefused,
            f"bump, commit on {declaration.project.branch}, tag that commit",
        )
        console.success(f"{tag} releases {version}")
    verdict = Verdict(tag, version is not None, str(version or ""))
    set_output("release", "true" if verdict.release else "false")
    set_output("version", verdict.version)
    return verdict


def _drift(declaration: Declaration, root: Path, version: Version) -> list[Problem]:
    from tools.checks import versions

    return list(versions.drift(declaration, root, version))
