"""What must hold before and after a release: gates, approvals, rulesets, signatures, waits."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from tools.declaration.frozen import Frozen


class Gates(Frozen):
    """The workflows that must be green on the branch for exactly the tagged commit."""

    workflows: tuple[str, ...]
    poll_seconds: float = Field(gt=0)
    timeout_minutes: float = Field(gt=0)


class Environment(Frozen):
    """A deployment environment: who approves, and the single tag pattern it accepts."""

    name: str
    reviewers: tuple[str, ...]
    tag_pattern: str


class TagRuleset(Frozen):
    """A tag ruleset that the repository must have: defence in depth for the release tags.

    ``rules`` are GitHub's rule types, such as ``creation``, ``update`` and ``deletion``.
    """

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    rules: tuple[str, ...]


class Provenance(Frozen):
    """Whose signature counts: issuer, signer workflow, SLSA builder, and the pinned trust."""

    issuer: str
    signer: str
    predicate: str
    slsa_builder: str
    slsa_builder_tag: str
    slsa_predicate: str
    trust: Path


class Readback(Frozen):
    """How long a published file may take to be served everywhere."""

    poll_seconds: float = Field(gt=0)
    timeout_minutes: float = Field(gt=0)
