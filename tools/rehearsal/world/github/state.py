"""What GitHub stores for one repository, as frozen records in dictionaries.

A write replaces a record, so a shallow copy of the dictionaries is a snapshot: it serves the
``stale`` fault (answer as before the last write) and the campaign, which starts many scenarios
from one state.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Asset:
    """A release asset. ``state`` is ``uploaded``, or ``starter`` when the upload broke off."""

    id: int
    release: int
    name: str
    content: bytes
    digest: str | None
    state: str
    content_type: str
    time: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release or a draft. ``untagged`` is the name that a draft's pages have instead of a tag."""

    id: int
    tag: str
    target: str
    name: str
    body: str
    draft: bool
    prerelease: bool
    immutable: bool
    created: datetime
    published: datetime | None
    untagged: str
    label: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a workflow run: its number, status, conclusion and time."""

    number: int
    status: str
    conclusion: str | None
    time: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a workflow run's latest attempt."""

    id: int
    name: str
    status: str
    conclusion: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow run; what the API shows as its status is that of the latest attempt."""

    id: int
    number: int
    workflow: str
    sha: str
    event: str
    branch: str
    attempts: tuple[Attempt, ...]
    jobs: tuple[Job, ...] = ()

    @property
    def latest(self) -> Attempt:
        return self.attempts[-1]


@dataclass(frozen=True, slots=True)
class Policy:
    """An entry of an environment's "selected branches and tags": a pattern of one kind."""

    id: int
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Environment:
    """A deployment environment.

    ``policies`` is None for "no restriction", empty with ``protected_branches`` for "protected
    branches only", else the selected branches and tags.
    """

    id: int
    name: str
    reviewers: tuple[str, ...]
    policies: tuple[Policy, ...] | None
    protected_branches: bool
    prevent_self_review: bool
    can_admins_bypass: bool
    wait_minutes: int
    created: datetime


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A repository ruleset: target ``branch`` or ``tag``, ref patterns, rule types."""

    id: int
    name: str
    target: str
    enforcement: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    rules: tuple[Mapping[str, Any], ...]
    bypass: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Attestation:
    """A stored attestation: its bundle, its predicate type and the digests it is found by."""

    id: int
    bundle: Mapping[str, Any]
    predicate_type: str
    digests: frozenset[str]
    time: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Event:
    """A change, for the invariants: what happened to what, when, and which job did it."""

    action: str
    subject: str
    time: datetime
    label: str
    detail: str = ""


@dataclass
class State:
    """Everything but the git objects, which are read from the bare repository."""

    default_branch: str = "main"
    releases: dict[int, Release] = field(default_factory=dict)
    assets: dict[int, Asset] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    workflows: set[str] = field(default_factory=set)
    environments: dict[str, Environment] = field(default_factory=dict)
    attestations: dict[int, Attestation] = field(default_factory=dict)
    rulesets: dict[int, Ruleset] = field(default_factory=dict)
    protection: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    immutable_releases: bool = True
    burned_tags: set[str] = field(default_factory=set)
    unlisted: dict[tuple[str, int], int] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    last_id: int = 1000

    def copy(self) -> State:
        """A snapshot: the records are frozen, so copying the containers is enough."""
        copied: dict[str, Any] = {}
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            copied[item.name] = value.copy() if hasattr(value, "copy") else value
        return State(**copied)

    def new_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def assets_of(self, release: int) -> list[Asset]:
        """The assets of a release, in order of upload."""
        return [asset for asset in self.assets.values() if asset.release == release]
