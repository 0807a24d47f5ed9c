"""What GitHub's REST API answers: runs, releases, assets, tags and refusals as values.

An answer that lacks a documented field is :class:`tools.errors.Transient`, never a default.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tools.errors import GateRefused, Transient
from tools.model import Digest
from tools.ops.http import Answer


class GitHubRefused(GateRefused):
    """GitHub answered with an error status.

    Attributes:
        status: the status.
        errors: ``(field, code, message)`` of each validation error that the body lists.
    """

    def __init__(self, what: str, answer: Answer) -> None:
        lacks = answer.status in (401, 403)
        rights = " (the token lacks a right, or a setting forbids it)" if lacks else ""
        super().__init__(
            f"GitHub refused to {what}{rights}",
            found=answer.brief,
            remedy="compare the job's `permissions:` and the repository's settings, then re-run it"
            if lacks
            else "re-run this job; if it stays so, look at the repository on GitHub",
        )
        self.status = answer.status
        self.errors = _errors(answer)


def _errors(answer: Answer) -> tuple[tuple[str, str, str], ...]:
    try:
        listed = json.loads(answer.body).get("errors") or ()
        return tuple(
            (str(e.get("field", "")), str(e.get("code", "")), str(e.get("message", "")))
            for e in listed
            if isinstance(e, dict)
        )
    except (ValueError, AttributeError, TypeError):
        return ()


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow run, as the API states it."""

    id: int
    number: int
    attempt: int
    status: str
    conclusion: str | None
    url: str
    sha: str
    branch: str
    event: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A release asset. ``digest`` is GitHub's own, when it states one."""

    id: int
    name: str
    state: str
    size: int
    digest: Digest | None
    url: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release or a draft."""

    id: int
    tag: str
    draft: bool
    prerelease: bool
    immutable: bool | None
    target: str
    url: str


@dataclass(frozen=True, slots=True)
class TagObject:
    """A tag: the commit it points at, and GitHub's verdict on its signature."""

    name: str
    annotated: bool
    commit: str
    verified: bool
    reason: str


def required(answer: Answer, what: str) -> Answer:
    """The answer, when its status is a success; GitHubRefused otherwise."""
    if not answer.ok:
        raise GitHubRefused(what, answer)
    return answer


def field_of(item: dict[str, Any], key: str, kind: type[Any]) -> Any:
    """A field of a JSON object, of the type that the API documents; Transient otherwise."""
    value = item.get(key)
    if not isinstance(value, kind):
        raise Transient(f"GitHub's answer has no readable {key!r}", found=str(item)[:200])
    return value


def run_of(item: dict[str, Any]) -> Run:
    return Run(
        field_of(item, "id", int),
        int(item.get("run_number") or 0),
        int(item.get("run_attempt") or 1),
        field_of(item, "status", str),
        item.get("conclusion"),
        field_of(item, "html_url", str),
        field_of(item, "head_sha", str),
        str(item.get("head_branch") or ""),
        field_of(item, "event", str),
    )


def release_of(item: dict[str, Any]) -> Release:
    immutable = item.get("immutable")
    return Release(
        field_of(item, "id", int),
        field_of(item, "tag_name", str),
        field_of(item, "draft", bool),
        bool(item.get("prerelease")),
        immutable if isinstance(immutable, bool) else None,
        str(item.get("target_commitish") or ""),
        str(item.get("html_url") or ""),
    )


def asset_of(item: dict[str, Any]) -> Asset:
    stated = item.get("digest")
    try:
        digest = Digest.parse(stated) if stated else None
    except ValueError as error:
        raise Transient("GitHub states an unreadable digest", found=str(stated)) from error
    return Asset(
        field_of(item, "id", int),
        field_of(item, "name", str),
        str(item.get("state") or ""),
        int(item.get("size") or 0),
        digest,
        str(item.get("browser_download_url") or ""),
    )
